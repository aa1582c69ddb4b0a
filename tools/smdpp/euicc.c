#include "tools/smdpp/euicc.h"

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
    if (out->role != link->role || (out->key_usage & link->usage) == 0)
        return call_refuse(call, link->invalid, "%s certificate is for another role", link->name);
    if (now < out->not_before)
        return call_refuse(call, link->invalid, "%s certificate is not valid yet", link->name);
    if (now > out->not_after)
        return call_refuse(call, link->expired, "%s certificate has expired", link->name);
    return 0;
}

/* Whose issuer it is decides before anything else: another CI is another error. */
static int check_root(struct call *call, struct bytes der, const struct certificate *ci)
{
    struct certificate eum;
    if (certificate_parse(der, &eum) == CERTIFICATE_OK &&
        !bytes_equal(eum.authority_key_id, ci->subject_key_id))
        return call_refuse(call, REFUSAL_CI, "EUM certificate is from another CI");
    return 0;
}

int euicc_believe(struct call *call, struct bytes euicc, struct bytes eum,
                  const struct certificate *ci, int64_t now, struct euicc *out)
{
    struct certificate eum_certificate, certificate;
    int result = check_root(call, eum, ci);
    if (result == 0)
        result = check_link(call, &eum_link, eum, ci, now, &eum_certificate);
    if (result == 0)
        result = check_link(call, &euicc_link, euicc, &eum_certificate, now, &certificate);
    if (result != 0)
        return result;
    const int permitted = certificate_euicc_permitted(&certificate, &eum_certificate);
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
