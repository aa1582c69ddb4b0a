#include "isd-r/session/server_auth.h"

#include "apdu/trace.h"
#include "isd-r/session/revocation.h"
#include "isd-r/session/stapling.h"

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

/* The server's certificate, then its issuers, and who stands above them. */
struct chain {
    struct certificate list[1 + CERTIFICATE_CHAIN_MAX];
    size_t count;
    const struct credential *ci;
};

static enum server_auth_result read_server(struct bytes der, struct chain *chain)
{
    switch (certificate_parse(der, &chain->list[0])) {
    case CERTIFICATE_OK:
        chain->count = 1;
        return SERVER_AUTH_OK;
    case CERTIFICATE_UNSUPPORTED_CURVE:
        return refuse(SERVER_AUTH_BAD_CURVE, "its curve is not supported");
    default:
        return refuse(SERVER_AUTH_BAD_CERTIFICATE, "it cannot be read");
    }
}

static enum server_auth_result read_issuers(const struct server_auth_trust *trust,
                                            struct bytes issuers, struct chain *chain)
{
    struct tlv one;
    if (issuers.len > 0 && !(trust->info->rsp_capability & EUICC_INFO_CERT_CHAIN_V3))
        return refuse(SERVER_AUTH_BAD_CERTIFICATE, "this chip knows no such chains");
    while (issuers.len > 0) {
        if (chain->count == 1 + CERTIFICATE_CHAIN_MAX)
            return refuse(SERVER_AUTH_BAD_CONFIGURATION, "its chain is too long");
        if (!tlv_take(&issuers, &one) ||
            certificate_parse(one.whole, &chain->list[chain->count]) != CERTIFICATE_OK)
            return refuse(SERVER_AUTH_BAD_CERTIFICATE, "an issuer's cannot be read");
        chain->count++;
    }
    return SERVER_AUTH_OK;
}

static enum server_auth_result verify(const struct server_auth_trust *trust, struct chain *chain)
{
    const struct certificate *server = &chain->list[0], *issuers = &chain->list[1];
    const size_t count = chain->count - 1;
    const struct bytes root = certificate_root_key_id(server, issuers, count);
    if (root.len == 0 && count > 0)
        return refuse(SERVER_AUTH_BAD_CERTIFICATE, "what came along is not its chain");
    chain->ci = credentials_for_verification(trust->credentials, root);
    if (chain->ci == NULL)
        return refuse(SERVER_AUTH_UNKNOWN_CI, "no key of its CI is on the chip");
    const int result = count > 0 ? certificate_verify_chain(server, issuers, count, &chain->ci->ci)
                                 : certificate_verify(server, &chain->ci->ci);
    return result == CERTIFICATE_OK
               ? SERVER_AUTH_OK
               : refuse(SERVER_AUTH_BAD_CERTIFICATE, certificate_result_text(result));
}

/* By the lists that an LPA has loaded, and by those that came along. */
static enum server_auth_result check_revocation(const struct server_auth_trust *trust,
                                                const struct server_auth_request *request,
                                                const struct chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        if (is_revoked(trust->store, &chain->list[i]))
            return refuse(request->v3 ? SERVER_AUTH_REVOKED : SERVER_AUTH_BAD_CERTIFICATE,
                          "it or its issuer has been revoked");
    if (!request->v3 || !request->stapled ||
        !(trust->info->rsp_capability & EUICC_INFO_CRL_STAPLING_V3))
        return SERVER_AUTH_OK;
    const enum server_auth_result result =
        stapling_check(chain->list, chain->count, &chain->ci->ci, request->lists);
    return result == SERVER_AUTH_OK ? result : refuse(result, "by the lists that came along");
}

static enum server_auth_result check_server(const struct server_auth_request *request,
                                            const struct certificate *server)
{
    const char *missing = missing_part(server);
    if (missing != NULL)
        return refuse(SERVER_AUTH_BAD_CERTIFICATE, missing);
    if (server->role >= 32 || !(request->roles & SERVER_AUTH_ROLE(server->role)) ||
        (server->v3 && !request->v3))
        return refuse(SERVER_AUTH_WRONG_ROLE, "its policy names another role");
    return SERVER_AUTH_OK;
}

enum server_auth_result server_auth_check(const struct server_auth_trust *trust,
                                          const struct server_auth_request *request,
                                          struct server_auth *out)
{
    struct chain chain;
    enum server_auth_result result = read_server(request->certificate, &chain);
    if (result == SERVER_AUTH_OK && request->v3)
        result = read_issuers(trust, request->issuers, &chain);
    if (result == SERVER_AUTH_OK)
        result = verify(trust, &chain);
    if (result == SERVER_AUTH_OK)
        result = check_revocation(trust, request, &chain);
    if (result == SERVER_AUTH_OK)
        result = check_server(request, &chain.list[0]);
    if (result == SERVER_AUTH_OK)
        *out = (struct server_auth){chain.list[0], chain.ci};
    return result;
}
