#include "tools/lib/authentication/euicc.h"

/* How the server speaks of one link of the chain. */
struct link {
    const char *name;
    enum rsp_role role;
    uint32_t usage;
    enum refusal invalid, expired;
};

static const struct link eum_link = {"EUM", RSP_ROLE_EUM, KEY_USAGE_KEY_CERT_SIGN,
                                     REFUSAL_EUM_CERTIFICATE, REFUSAL_EUM_EXPIRED};
static const struct link euicc_link = {"eUICC", RSP_ROLE_EUICC, KEY_USAGE_DIGITAL_SIGNATURE,
                                       REFUSAL_EUICC_CERTIFICATE, REFUSAL_EUICC_EXPIRED};

static int check_link(struct call *call, const struct link *link, struct bytes der,
                      const struct certificate *issuer, int64_t now, struct certificate *out)
{
    int result = certificate_parse(der, out);
    if (result == CERTIFICATE_OK)
        result = certificate_verify(out, issuer);
    if (result < 0)
        return result;
    if (result != CERTIFICATE_OK)
        return call_refuse(call, link->invalid, "%s certificate %s", link->name,
                           certificate_result_text(result));
    /* Of one that is over, nothing else is looked at. */
    if (now > out->not_after)
        return call_refuse(call, link->expired, "%s certificate has expired", link->name);
    if (out->role != link->role || (out->key_usage & link->usage) == 0)
        return call_refuse(call, link->invalid, "%s certificate is for another role", link->name);
    if (now < out->not_before)
        return call_refuse(call, link->invalid, "%s certificate is not valid yet", link->name);
    return 0;
}

/* Everything above the eUICC, parsed. */
struct issuers {
    struct certificate list[CERTIFICATE_CHAIN_MAX];
    size_t count;
};

static int read_issuers(struct call *call, const struct euicc_chain *chain, struct issuers *out)
{
    struct bytes rest = chain->others;
    struct tlv der = {.whole = chain->next};
    *out = (struct issuers){0};
    do {
        if (out->count == CERTIFICATE_CHAIN_MAX ||
            certificate_parse(der.whole, &out->list[out->count++]) != CERTIFICATE_OK)
            return call_refuse(call, REFUSAL_EUM_CERTIFICATE, "EUM's chain is malformed");
    } while (tlv_take_tag(&rest, DER_SEQUENCE, &der));
    return rest.len == 0 ? 0
                         : call_refuse(call, REFUSAL_EUM_CERTIFICATE, "EUM's chain is malformed");
}

/* Whose issuer it is decides before anything else: another CI is another error. One that names no
 * issuer, as a self-signed one, is wrong in itself. */
static int check_root(struct call *call, const struct euicc_chain *chain,
                      const struct certificate *ci)
{
    struct certificate eum;
    if (chain->others.len != 0 || certificate_parse(chain->next, &eum) != CERTIFICATE_OK)
        return 0;
    if (eum.authority_key_id.len == 0)
        return call_refuse(call, REFUSAL_EUM_CERTIFICATE, "EUM certificate names no issuer's key");
    if (!bytes_equal(eum.authority_key_id, ci->subject_key_id))
        return call_refuse(call, REFUSAL_CI, "EUM certificate is from another CI");
    return 0;
}

/* The EUM alone above the eUICC. *eum: its certificate. */
static int check_short(struct call *call, const struct euicc_chain *chain,
                       const struct certificate *ci, int64_t now, struct certificate *eum,
                       struct certificate *out)
{
    const int result = check_link(call, &eum_link, chain->next, ci, now, eum);
    return result != 0 ? result : check_link(call, &euicc_link, chain->euicc, eum, now, out);
}

/* More than that: sub-CAs of the CI or of the EUM (SGP.22 v3 §4.5.2). */
static int check_long(struct call *call, const struct euicc_chain *chain,
                      const struct certificate *ci, int64_t now, struct certificate *eum,
                      struct certificate *out)
{
    struct issuers issuers;
    int result = read_issuers(call, chain, &issuers);
    if (result != 0)
        return result;
    if (certificate_parse(chain->euicc, out) != CERTIFICATE_OK || out->role != RSP_ROLE_EUICC)
        return call_refuse(call, REFUSAL_EUICC_CERTIFICATE, "eUICC certificate is malformed");
    const struct bytes root = certificate_root_key_id(out, issuers.list, issuers.count);
    if (root.len > 0 && !bytes_equal(root, ci->subject_key_id))
        return call_refuse(call, REFUSAL_CI, "EUM's chain leads to another CI");
    result = certificate_verify_chain(out, issuers.list, issuers.count, ci);
    if (result != CERTIFICATE_OK)
        return call_refuse(call, REFUSAL_EUM_CERTIFICATE, "EUM's chain: a certificate %s",
                           certificate_result_text(result));
    for (size_t i = 0; i < issuers.count; i++) {
        if (now > issuers.list[i].not_after)
            return call_refuse(call, REFUSAL_EUM_EXPIRED, "a certificate of the EUM's chain");
        if (issuers.list[i].role == RSP_ROLE_EUM)
            *eum = issuers.list[i];
    }
    return now > out->not_after ? call_refuse(call, REFUSAL_EUICC_EXPIRED, "eUICC certificate") : 0;
}

struct bytes euicc_chain_root(const struct euicc_chain *chain)
{
    struct call ignored = {0};
    struct issuers issuers;
    struct certificate leaf;
    if (read_issuers(&ignored, chain, &issuers) != 0)
        return (struct bytes){0};
    if (chain->others.len == 0)
        return issuers.list[0].authority_key_id;
    return certificate_parse(chain->euicc, &leaf) == CERTIFICATE_OK
               ? certificate_root_key_id(&leaf, issuers.list, issuers.count)
               : (struct bytes){0};
}

int euicc_believe(struct call *call, const struct euicc_chain *chain, const struct certificate *ci,
                  int64_t now, struct euicc *out)
{
    struct certificate eum = {0}, certificate;
    int result = check_root(call, chain, ci);
    if (result == 0)
        result = chain->others.len == 0 ? check_short(call, chain, ci, now, &eum, &certificate)
                                        : check_long(call, chain, ci, now, &eum, &certificate);
    if (result != 0)
        return result;
    const int permitted = certificate_euicc_permitted(&certificate, &eum);
    if (permitted != CERTIFICATE_OK)
        return call_refuse(call, REFUSAL_EUICC_CERTIFICATE, "eUICC certificate %s",
                           certificate_result_text(permitted));
    if (!certificate_eid(&certificate, out->eid))
        return call_refuse(call, REFUSAL_EUICC_CERTIFICATE, "eUICC certificate has no EID");
    out->curve = certificate.curve;
    return bytes_copy_exact(certificate.point, out->point, sizeof(out->point))
               ? 0
               : call_refuse(call, REFUSAL_EUICC_CERTIFICATE, "eUICC certificate has no point");
}

bool euicc_verifies(const struct euicc *euicc, const struct bytes *parts, size_t count,
                    struct bytes signature)
{
    return signature.len == EC_SIGNATURE_SIZE &&
           ec_verify(euicc->curve, bytes_of(euicc->point, sizeof(euicc->point)), parts, count,
                     signature);
}

bool euicc_signed(const struct euicc *euicc, const struct bytes *parts, size_t count,
                  struct bytes signature)
{
    struct tlv element;
    return tlv_whole(signature, EUICC_SIGNATURE_TAG, &element) &&
           euicc_verifies(euicc, parts, count, element.value);
}
