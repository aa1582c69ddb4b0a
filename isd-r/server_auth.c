#include "isd-r/server_auth.h"

#include "apdu/trace.h"
#include "isd-r/revocation.h"
#include "isd-r/state.h"

static enum server_auth_result refuse(enum server_auth_result result, const char *why)
{
    trace_detail("server certificate refused: %s", why);
    return result;
}

/* What a server's certificate must hold besides being signed. */
static const char *missing_part(const struct certificate *certificate)
{
    if (!(certificate->key_usage & KEY_USAGE_DIGITAL_SIGNATURE))
        return "its key usage lacks digitalSignature";
    if (certificate->ca)
        return "it belongs to an issuer";
    if (certificate->subject_key_id.len == 0)
        return "it has no subject key identifier";
    if (certificate->registered_id.len == 0 || certificate->registered_id.len > SERVER_AUTH_OID_MAX)
        return "it has no OID of the server in subjectAltName";
    return NULL;
}

/* A store that cannot be read lets nobody in. */
static bool is_revoked(struct store *store, const struct certificate *certificate)
{
    bool revoked;
    return revocation_find(store, certificate->authority_key_id, certificate->serial, &revoked) !=
               0 ||
           revoked;
}

enum server_auth_result server_auth_certificate(const struct isd_r *isd_r, struct bytes der,
                                                uint32_t roles, struct certificate *out)
{
    struct certificate certificate;
    switch (certificate_parse(der, &certificate)) {
    case CERTIFICATE_OK:
        break;
    case CERTIFICATE_UNSUPPORTED_CURVE:
        return refuse(SERVER_AUTH_BAD_CURVE, "its curve is not supported");
    default:
        return refuse(SERVER_AUTH_BAD_CERTIFICATE, "it cannot be read");
    }
    const struct credential *issuer =
        credentials_for_verification(&isd_r->credentials, certificate.authority_key_id);
    if (issuer == NULL)
        return refuse(SERVER_AUTH_UNKNOWN_CI, "no key of its CI is on the chip");
    if (certificate_verify(&certificate, &issuer->ci) != CERTIFICATE_OK)
        return refuse(SERVER_AUTH_BAD_CERTIFICATE, "its CI has not signed it");
    if (is_revoked(isd_r->store, &certificate))
        return refuse(SERVER_AUTH_BAD_CERTIFICATE, "it has been revoked");
    const char *missing = missing_part(&certificate);
    if (missing != NULL)
        return refuse(SERVER_AUTH_BAD_CERTIFICATE, missing);
    if (certificate.role >= 32 || !(roles & SERVER_AUTH_ROLE(certificate.role)))
        return refuse(SERVER_AUTH_WRONG_ROLE, "its policy names another role");
    *out = certificate;
    return SERVER_AUTH_OK;
}
