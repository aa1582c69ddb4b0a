#include "crypto/pki/role.h"

#include "crypto/primitives/oid.h"

#define ARCS_MAX 5

struct role_row {
    enum rsp_role role;
    bool v3;
    uint8_t count;
    uint8_t arcs[ARCS_MAX]; /* below 2.23.146.1.2.1 */
};

/* clang-format off */
static const struct role_row rows[] = {
    { RSP_ROLE_CI,      false, 1, {0} },
    { RSP_ROLE_EUICC,   false, 1, {1} },
    { RSP_ROLE_EUM,     false, 1, {2} },
    { RSP_ROLE_DP_TLS,  false, 1, {3} },
    { RSP_ROLE_DP_AUTH, false, 1, {4} },
    { RSP_ROLE_DP_PB,   false, 1, {5} },
    { RSP_ROLE_DS_TLS,  false, 1, {6} },
    { RSP_ROLE_DS_AUTH, false, 1, {7} },
    { RSP_ROLE_CI_SUB,  true,  2, {0, 0} },
    { RSP_ROLE_EUM,     true,  3, {0, 0, 0} },
    { RSP_ROLE_EUM_SUB, true,  4, {0, 0, 0, 0} },
    { RSP_ROLE_EUICC,   true,  5, {0, 0, 0, 0, 0} },
    { RSP_ROLE_DP_SUB,  true,  3, {0, 0, 1} },
    { RSP_ROLE_DP_TLS,  true,  4, {0, 0, 1, 0} },
    { RSP_ROLE_DP_AUTH, true,  4, {0, 0, 1, 1} },
    { RSP_ROLE_DP_PB,   true,  4, {0, 0, 1, 2} },
    { RSP_ROLE_DS_SUB,  true,  3, {0, 0, 2} },
    { RSP_ROLE_DS_TLS,  true,  4, {0, 0, 2, 0} },
    { RSP_ROLE_DS_AUTH, true,  4, {0, 0, 2, 1} },
};
/* clang-format on */
#define ROWS (sizeof(rows) / sizeof(rows[0]))

bool role_of_policy(struct bytes oid, enum rsp_role *role, bool *v3)
{
    struct bytes front;
    const struct bytes root = oid_bytes(OID_RSP_ROLE);
    if (!bytes_start_with(oid, root) || !bytes_take(&oid, root.len, &front))
        return false;
    for (size_t i = 0; i < ROWS; i++)
        if (bytes_equal(oid, bytes_of(rows[i].arcs, rows[i].count))) {
            *role = rows[i].role;
            *v3 = rows[i].v3;
            return true;
        }
    return false;
}

void role_put_policy(struct writer *out, enum rsp_role role, bool v3)
{
    const struct role_row *row = NULL;
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].role == role && (row == NULL || rows[i].v3 == v3))
            row = &rows[i];
    writer_put(out, oid_bytes(OID_RSP_ROLE));
    if (row != NULL)
        writer_put(out, bytes_of(row->arcs, row->count));
}
