#include "isd-r/session/stapling.h"

#include "crypto/pki/crl.h"

#define LISTS_MAX (CERTIFICATE_CHAIN_MAX + 1)

struct lists {
    struct crl list[LISTS_MAX];
    size_t count;
    int64_t latest; /* a moment that has passed: the newest list was made then */
};

/* Lists in parts or as changes have no place here. */
static bool read_lists(struct bytes from, struct lists *out)
{
    struct tlv element;
    while (from.len > 0) {
        struct crl *crl = &out->list[out->count];
        if (out->count == LISTS_MAX || !tlv_take(&from, &element) ||
            !crl_parse(element.whole, crl) || crl->delta || crl->parts != 1)
            return false;
        if (crl->this_update > out->latest)
            out->latest = crl->this_update;
        out->count++;
    }
    return true;
}

static const struct crl *find_list(const struct lists *lists, struct bytes issuer_key_id)
{
    for (size_t i = 0; i < lists->count; i++)
        if (bytes_equal(lists->list[i].authority_key_id, issuer_key_id))
            return &lists->list[i];
    return NULL;
}

static bool has_serial(const struct crl *crl, struct bytes serial)
{
    struct bytes rest = crl->revoked, one;
    while (crl_take_revoked(&rest, &one))
        if (bytes_equal(one, serial))
            return true;
    return false;
}

/* Issuers follow the certificate in the chain, in any order; the rest was issued by the root. */
static const struct certificate *issuer_of(const struct certificate *certificate,
                                           const struct certificate *chain, size_t count,
                                           const struct certificate *root)
{
    for (size_t i = 1; i < count; i++)
        if (bytes_equal(chain[i].subject_key_id, certificate->authority_key_id))
            return &chain[i];
    return root;
}

static enum server_auth_result check_one(const struct certificate *certificate,
                                         const struct certificate *issuer,
                                         const struct lists *lists)
{
    const struct crl *crl = find_list(lists, certificate->authority_key_id);
    if (crl == NULL)
        return SERVER_AUTH_MISSING_CRL;
    if (!crl_verify(crl, issuer))
        return SERVER_AUTH_BAD_CRL_SIGNATURE;
    if (has_serial(crl, certificate->serial))
        return SERVER_AUTH_REVOKED;
    if (certificate->not_after < lists->latest ||
        (crl->next_update != 0 && crl->next_update < lists->latest))
        return SERVER_AUTH_BAD_TIME;
    return SERVER_AUTH_OK;
}

enum server_auth_result stapling_check(const struct certificate *chain, size_t count,
                                       const struct certificate *root, struct bytes lists)
{
    struct lists known = {0};
    enum server_auth_result result = SERVER_AUTH_OK;
    if (!read_lists(lists, &known))
        return SERVER_AUTH_BAD_CONFIGURATION;
    for (size_t i = 0; i < count && result == SERVER_AUTH_OK; i++)
        result = check_one(&chain[i], issuer_of(&chain[i], chain, count, root), &known);
    return result;
}
