/* The operations that a package can order, and how their results are coded. */
#include "isd-r/iot/operation.h"

#define PSMO OPERATION_PSMO_LIST
#define ECO OPERATION_ECO_LIST
#define V1_0 EUICC_INFO_IOT_1_0
#define V1_1 EUICC_INFO_IOT_1_1
#define TAG_ICCID 0x5A
#define TAG_CODE 0x80
/* rollbackFlag is a NULL with its own tag; some send it with one of the context. */
#define TAG_ROLLBACK DER_NULL
#define TAG_ROLLBACK_0 0x80
#define TAG_ROLLBACK_1 0x81
#define OK (1u << 0)
#define OK_AND_LAST (1u << 0 | 1u << 2) /* lastEimDeleted */

/* clang-format off */
static const struct operation_row rows[] = {
    /* list tag     name                         since iccid  changes once   form               result  error  handle */
    { PSMO, 0xA3,   "enable",                    V1_0, true,  true,  true,  OPERATION_CODE,    0x83,   0,     psmo_enable,                     OK },
    { PSMO, 0xA4,   "disable",                   V1_0, true,  true,  true,  OPERATION_CODE,    0x84,   0,     psmo_disable,                    OK },
    { PSMO, 0xA5,   "delete",                    V1_0, true,  true,  false, OPERATION_CODE,    0x85,   0,     psmo_delete,                     OK },
    { PSMO, 0xBF2D, "listProfileInfo",           V1_0, false, false, false, OPERATION_CONTENT, 0xBF2D, 0x81,  psmo_list_profile_info,          OK },
    { PSMO, 0xA6,   "getRAT",                    V1_0, false, false, false, OPERATION_CONTENT, 0xA6,   0x81,  psmo_get_rat,                    OK },
    { PSMO, 0xA7,   "configureImmediateEnable",  V1_0, false, false, false, OPERATION_CODE,    0x87,   0,     psmo_configure_immediate_enable, OK },
    { PSMO, 0xA8,   "setFallbackAttribute",      V1_1, true,  false, false, OPERATION_CODE,    0x8D,   0,     psmo_set_fallback_attribute,     OK },
    { PSMO, 0xA9,   "unsetFallbackAttribute",    V1_1, false, false, false, OPERATION_CODE,    0x8E,   0,     psmo_unset_fallback_attribute,   OK },
    { PSMO, 0xBF65, "setDefaultDpAddress",       V1_1, false, false, false, OPERATION_NESTED,  0xBF65, 0,     psmo_set_default_dp_address,     OK },
    { ECO,  0xA8,   "addEim",                    V1_0, false, false, false, OPERATION_CONTENT, 0xA8,   0x02,  eco_add_eim,                     OK },
    { ECO,  0xA9,   "deleteEim",                 V1_0, false, false, false, OPERATION_CODE,    0x89,   0,     eco_delete_eim,                  OK_AND_LAST },
    { ECO,  0xAA,   "updateEim",                 V1_0, false, false, false, OPERATION_CODE,    0x8A,   0,     eco_update_eim,                  OK },
    { ECO,  0xAB,   "listEim",                   V1_0, false, false, false, OPERATION_CONTENT, 0xAB,   0x81,  eco_list_eim,                    OK },
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

const struct operation_table operation_rows = {rows, ROWS};

/*@ assigns \nothing;
    ensures \result != \null ==> \valid_read(\result);
    ensures \result != \null ==> \result->list == list && \result->tag == tag; */
static const struct operation_row *find_row(uint32_t list, uint32_t tag,
                                            enum euicc_info_iot release)
{
    /*@ loop invariant i <= ROWS;
        loop assigns i;
        loop variant ROWS - i; */
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].list == list && rows[i].tag == tag && rows[i].since <= release)
            return &rows[i];
    return NULL;
}

/*@ requires readable(content) && \valid(out);
    assigns out->iccid, out->rollback;
    ensures \result ==> readable(out->iccid); */
static bool take_profile(struct bytes content, struct operation *out)
{
    struct tlv iccid, flag;
    if (!tlv_take_tag(&content, TAG_ICCID, &iccid))
        return false;
    out->iccid = iccid.value;
    out->rollback = tlv_take_tag(&content, TAG_ROLLBACK, &flag) ||
                    tlv_take_tag(&content, TAG_ROLLBACK_0, &flag) ||
                    tlv_take_tag(&content, TAG_ROLLBACK_1, &flag);
    return true;
}

bool operation_take(struct bytes *list, uint32_t list_tag, enum euicc_info_iot release,
                    struct operation *out)
{
    struct bytes rest = *list;
    struct tlv whole;
    if (!tlv_take(&rest, &whole))
        return false;
    struct operation operation = {.row = find_row(list_tag, whole.tag, release),
                                  .content = whole.value};
    if (operation.row == NULL ||
        (operation.row->has_iccid && !take_profile(whole.value, &operation)))
        return false;
    /*@ assert readable(operation.content) && readable(rest) && rest.len < list->len; */
    *list = rest;
    *out = operation;
    return true;
}

void operation_put_result(const struct operation *operation, int answer, struct bytes content,
                          struct writer *results)
{
    const struct operation_row *row = operation->row;
    if (row->form == OPERATION_CODE) {
        der_put_integer(results, row->result_tag, answer);
        return;
    }
    const size_t mark = tlv_open(results, row->result_tag);
    if (row->form == OPERATION_NESTED)
        der_put_integer(results, TAG_CODE, answer);
    else if (answer != 0)
        der_put_integer(results, row->error_tag, answer);
    else
        writer_put(results, content);
    tlv_close(results, mark);
}

bool operation_is_done(const struct operation_row *row, int answer)
{
    return answer >= 0 && answer < 32 && (row->done >> answer & 1) != 0;
}
