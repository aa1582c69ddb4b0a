/* AuthenticateServer: a server answers the chip's challenge, the chip signs what it is (SGP.22
 * §5.7.13). */
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "isd-r/device_change/device_change.h"
#include "isd-r/es10b.h"
#include "isd-r/es10b_request.h"
#include "isd-r/session/ctx_params.h"

#define TAG_TRANSACTION_ID 0x80
#define TAG_EUICC_CHALLENGE 0x81
#define TAG_SERVER_ADDRESS 0x83
#define TAG_SERVER_CHALLENGE 0x84
#define TAG_SESSION_CONTEXT 0xA5
#define TAG_SERVER_RSP_CAPABILITY 0x86
#define TAG_SERVER_SVN 0x80 /* in sessionContext */
#define TAG_CRL_STAPLING_USED 0x81
#define TAG_CI_KEY_ID_V3 0x82
#define TAG_PUSH_SERVICES 0xA3
#define TAG_OTHER_CERTIFICATES 0xA1
#define TAG_CRL_LIST 0xA2
#define TAG_OTHER_CERTIFICATES_OK 0xA0 /* in the answer */
#define TAG_OK 0xA0

/* AuthenticateErrorCode, besides those of enum es10b_error */
enum error {
    ERROR_INVALID_OID = 5,
    ERROR_CHALLENGE_MISMATCH = 6,
    ERROR_CI_PK_UNKNOWN = 7,
    /* In sessions of v3: */
    ERROR_TRANSACTION_ID = 8,
    ERROR_MISSING_CRL = 9,
    ERROR_INVALID_CRL_SIGNATURE = 10,
    ERROR_REVOKED_CERT = 11,
    ERROR_INVALID_CERT_OR_CRL_TIME = 12,
    ERROR_INVALID_CERT_OR_CRL_CONFIGURATION = 13,
    ERROR_INVALID_ICCID = 14,
};

static const int certificate_errors[SERVER_AUTH_RESULTS] = {
    [SERVER_AUTH_BAD_CERTIFICATE] = ES10B_ERROR_INVALID_CERTIFICATE,
    [SERVER_AUTH_BAD_CURVE] = ES10B_ERROR_UNSUPPORTED_CURVE,
    [SERVER_AUTH_UNKNOWN_CI] = ERROR_CI_PK_UNKNOWN,
    [SERVER_AUTH_WRONG_ROLE] = ERROR_INVALID_OID,
    [SERVER_AUTH_REVOKED] = ERROR_REVOKED_CERT,
    [SERVER_AUTH_MISSING_CRL] = ERROR_MISSING_CRL,
    [SERVER_AUTH_BAD_CRL_SIGNATURE] = ERROR_INVALID_CRL_SIGNATURE,
    [SERVER_AUTH_BAD_TIME] = ERROR_INVALID_CERT_OR_CRL_TIME,
    [SERVER_AUTH_BAD_CONFIGURATION] = ERROR_INVALID_CERT_OR_CRL_CONFIGURATION,
};

/* AuthenticateServerRequest and the ServerSigned1 in it */
struct request {
    struct es10b_request front;
    struct tlv ci_key_id, ctx_params1;
    struct tlv challenge, address, server_challenge;
    bool v3;                   /* it has serverRspCapability, and the chip knows what that is */
    uint32_t capability;       /* that of v3 */
    struct tlv issuers, lists; /* of v3, as is what follows: out of sessionContext */
    struct tlv ci_key_id_v3, svn;
    bool stapled;
    const struct credential *signer; /* once it has been found */
    struct ctx_params purpose;       /* once it has been read */
};

static struct request *own(struct es10b_request *front)
{
    return (struct request *)front;
}

static bool parse_context(struct bytes value, struct request *out)
{
    struct tlv stapled, services;
    return tlv_take_tag(&value, TAG_SERVER_SVN, &out->svn) &&
           out->svn.value.len == EUICC_INFO_VERSION_SIZE &&
           tlv_take_tag(&value, TAG_CRL_STAPLING_USED, &stapled) &&
           der_to_boolean(stapled.value, &out->stapled) &&
           tlv_take_optional(&value, TAG_CI_KEY_ID_V3, &out->ci_key_id_v3) &&
           tlv_take_optional(&value, TAG_PUSH_SERVICES, &services);
}

/* A chip of v2 knows nothing of what follows serverChallenge, and a server that leaves
 * serverRspCapability out is one of v2. */
static bool parse_signed1(const struct isd_r *isd_r, struct bytes value, struct request *out)
{
    struct tlv context = {0}, capability = {0};
    if (!tlv_take_tag(&value, TAG_TRANSACTION_ID, &out->front.transaction_id) ||
        !tlv_take_tag(&value, TAG_EUICC_CHALLENGE, &out->challenge) ||
        !tlv_take_tag(&value, TAG_SERVER_ADDRESS, &out->address) ||
        !tlv_take_tag(&value, TAG_SERVER_CHALLENGE, &out->server_challenge))
        return false;
    if (euicc_info_is_v3(isd_r->info) &&
        (!tlv_take_optional(&value, TAG_SESSION_CONTEXT, &context) ||
         !tlv_take_optional(&value, TAG_SERVER_RSP_CAPABILITY, &capability)))
        return false;
    out->v3 = capability.tag != 0;
    return !out->v3 ||
           (der_to_bits(capability.value, &out->capability) && parse_context(context.value, out));
}

/* In v3 euiccCiPKIdToBeUsed may be absent; what follows ctxParams1 belongs to v3 or later. */
static bool parse(const struct isd_r *isd_r, struct bytes value, struct request *out)
{
    if (!tlv_take_tag(&value, DER_SEQUENCE, &out->front.signed_part) ||
        !parse_signed1(isd_r, out->front.signed_part.value, out) ||
        !tlv_take_tag(&value, ES10_TAG_SIGNATURE, &out->front.signature) ||
        !tlv_take_optional(&value, DER_OCTET_STRING, &out->ci_key_id) ||
        !tlv_take_tag(&value, DER_SEQUENCE, &out->front.certificate) ||
        !tlv_take(&value, &out->ctx_params1))
        return false;
    if (!out->v3)
        return out->ci_key_id.tag != 0 && es10b_request_has_transaction_id(&out->front);
    return tlv_take_optional(&value, TAG_OTHER_CERTIFICATES, &out->issuers) &&
           tlv_take_optional(&value, TAG_CRL_LIST, &out->lists);
}

static int check_session(const struct isd_r *isd_r, struct es10b_request *request)
{
    (void)request;
    return rsp_session_allows(&isd_r->session, ES10_AUTHENTICATE_SERVER)
               ? ES10B_ERROR_NONE
               : ES10B_ERROR_NO_SESSION_CONTEXT;
}

static int check_transaction(const struct isd_r *isd_r, struct es10b_request *request)
{
    (void)isd_r;
    return es10b_request_has_transaction_id(request) ? ES10B_ERROR_NONE : ERROR_TRANSACTION_ID;
}

static int check_certificate(const struct isd_r *isd_r, struct es10b_request *request)
{
    const struct request *asked = own(request);
    const struct server_auth_request shown = {
        .certificate = request->certificate.whole,
        .roles = SERVER_AUTH_ROLE(RSP_ROLE_DP_AUTH) | SERVER_AUTH_ROLE(RSP_ROLE_DS_AUTH),
        .v3 = asked->v3,
        .issuers = asked->issuers.value,
        .stapled = asked->stapled,
        .lists = asked->lists.value,
    };
    return certificate_errors[server_auth_check(&isd_r->trust, &shown, &request->found)];
}

static int check_signature(const struct isd_r *isd_r, struct es10b_request *request)
{
    (void)isd_r;
    return ec_verify(request->found.server.curve, request->found.server.point,
                     &request->signed_part.whole, 1, request->signature.value)
               ? ES10B_ERROR_NONE
               : ES10B_ERROR_INVALID_SIGNATURE;
}

static int check_challenge(const struct isd_r *isd_r, struct es10b_request *request)
{
    return bytes_equal(own(request)->challenge.value,
                       bytes_of(isd_r->session.challenge, RSP_CHALLENGE_SIZE))
               ? ES10B_ERROR_NONE
               : ERROR_CHALLENGE_MISMATCH;
}

/* Of v3 the chain is another than Variant O where the server has named the CI so. */
static int check_signer(const struct isd_r *isd_r, struct es10b_request *request)
{
    const struct credentials *credentials = &isd_r->credentials;
    struct request *asked = own(request);
    asked->signer = asked->ci_key_id_v3.tag != 0
                        ? credentials_for_signing_v3(credentials, asked->ci_key_id_v3.value)
                        : credentials_for_signing(credentials, asked->ci_key_id.value);
    return asked->signer != NULL ? ES10B_ERROR_NONE : ERROR_CI_PK_UNKNOWN;
}

/* The server's highest version, as far as it says one: 2 otherwise. SGP.22 has no error code for
 * it. */
static const char *version_fault(const struct isd_r *isd_r, const struct request *asked)
{
    static const uint8_t first_of_v3[] = {3, 0, 0};
    const uint8_t *lowest = isd_r->info->svn;
    if (asked->v3)
        return memcmp(asked->svn.value.data, lowest, EUICC_INFO_VERSION_SIZE) >= 0
                   ? NULL
                   : "the server's versions end below the chip's lowest";
    return memcmp(lowest, first_of_v3, EUICC_INFO_VERSION_SIZE) < 0
               ? NULL
               : "the server is one of v2, and the chip has no version below 3";
}

/* Versions, limits of what is echoed, and the LPA's part, which the server has not signed. */
static int check_contents(const struct isd_r *isd_r, struct es10b_request *request)
{
    struct request *asked = own(request);
    const struct bytes address = asked->address.value;
    const char *fault = version_fault(isd_r, asked);
    if (fault == NULL)
        fault = ctx_params_parse(asked->ctx_params1.whole, asked->v3, isd_r->info->rsp_capability,
                                 &asked->purpose);
    if (fault == NULL && (!der_is_utf8(address, RSP_ADDRESS_MAX) || address.len > RSP_ADDRESS_MAX))
        fault = "serverAddress is not UTF-8 or too long";
    if (fault == NULL && asked->server_challenge.value.len != RSP_CHALLENGE_SIZE)
        fault = "serverChallenge is not 16 bytes long";
    if (fault != NULL)
        trace_detail("AuthenticateServer: %s", fault);
    return fault == NULL ? ES10B_ERROR_NONE : ES10B_ERROR_UNDEFINED;
}

/* A profile leaves by the server that its metadata name alone. */
static int check_iccid(const struct isd_r *isd_r, struct es10b_request *request)
{
    const struct request *asked = own(request);
    return asked->purpose.purpose != CTX_PARAMS_DEVICE_CHANGE ||
                   device_change_is_allowed(&isd_r->registry, asked->purpose.iccid,
                                            asked->address.value,
                                            request->found.ci->ci.subject_key_id)
               ? ES10B_ERROR_NONE
               : ERROR_INVALID_ICCID;
}

/* In the specification's order (SGP.22 §5.7.13). */
static es10b_check *const checks[] = {check_session,   check_transaction, check_certificate,
                                      check_signature, check_challenge,   check_signer,
                                      check_contents,  check_iccid,       NULL};

/* They are wanted again for CERT.DPpb. */
static int keep_issuers(struct rsp_session *session, struct bytes issuers)
{
    if (issuers.len == 0)
        return 0;
    session->issuers = malloc(issuers.len);
    if (session->issuers == NULL)
        return FAILURE_INTERNAL;
    memcpy(session->issuers, issuers.data, issuers.len);
    session->issuers_len = issuers.len;
    return 0;
}

static void open_session(struct isd_r *isd_r, const struct request *request)
{
    struct rsp_session *session = &isd_r->session;
    const struct bytes oid = request->front.found.server.registered_id;
    session->transaction_id_len = (uint8_t)request->front.transaction_id.value.len;
    memcpy(session->transaction_id, request->front.transaction_id.value.data,
           session->transaction_id_len);
    session->address_len = (uint8_t)request->address.value.len;
    if (session->address_len > 0)
        memcpy(session->address, request->address.value.data, session->address_len);
    session->oid_len = (uint8_t)oid.len;
    memcpy(session->oid, oid.data, oid.len);
    session->role = request->front.found.server.role;
    session->v3 = request->v3;
    session->server_capability = request->capability;
    session->server_curve = request->front.found.server.curve;
    memcpy(session->server_point, request->front.found.server.point.data, EC_POINT_SIZE);
    session->server_ci = request->front.found.ci;
    session->purpose = request->purpose.purpose;
    if (request->purpose.iccid.len > 0)
        memcpy(session->iccid, request->purpose.iccid.data, CTX_PARAMS_ICCID_SIZE);
    session->signer = request->signer;
    rsp_session_advance(session, ES10_AUTHENTICATE_SERVER);
}

/* EuiccSigned1 of SGP.32 v1.0 has the EUICCInfo2 of SGP.22: IPAs that code it again would lose the
 * rest, and with it the signature. */
static struct euicc_info signed_info(const struct euicc_info *own)
{
    struct euicc_info info = *own;
    if (euicc_info_iot(own) == EUICC_INFO_IOT_1_0)
        info.iot = EUICC_INFO_NOT_IOT;
    return info;
}

static int put_signed1(struct isd_r *isd_r, const struct request *request, struct writer *out)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, TAG_TRANSACTION_ID, request->front.transaction_id.value);
    tlv_put(out, TAG_SERVER_ADDRESS, request->address.value);
    tlv_put(out, TAG_SERVER_CHALLENGE, request->server_challenge.value);
    const struct euicc_info info = signed_info(isd_r->info);
    const int result =
        euicc_info_put_2(&info, &isd_r->credentials, isd_r->store, isd_r->registry.count, out);
    writer_put(out, request->ctx_params1.whole);
    tlv_close(out, mark);
    return result == 0 && out->overflow ? FAILURE_INTERNAL : result;
}

/* AuthenticateResponseOk: what is signed, and the signature over it. */
static int put_ok(struct isd_r *isd_r, const struct request *request, struct writer *response)
{
    struct rsp_session *session = &isd_r->session;
    const size_t whole = tlv_open(response, ES10_AUTHENTICATE_SERVER);
    const size_t choice = tlv_open(response, TAG_OK);
    const size_t start = response->len;
    int result = put_signed1(isd_r, request, response);
    if (result != 0)
        return result;
    result = es10b_request_sign(isd_r, response, start, (struct bytes){0}, session->signature1);
    writer_put(response, session->signer->euicc.whole);
    writer_put(response, session->signer->eum.whole);
    if (session->signer->others.len > 0)
        tlv_put(response, TAG_OTHER_CERTIFICATES_OK, session->signer->others);
    tlv_close(response, choice);
    tlv_close(response, whole);
    return result;
}

int es10b_authenticate_server(struct isd_r *isd_r, struct bytes request_value,
                              struct writer *response)
{
    struct request request = {0};
    if (!parse(isd_r, request_value, &request))
        return SW_WRONG_DATA;
    const int error = es10b_request_check(checks, isd_r, &request.front);
    if (error == ES10B_ERROR_NONE) {
        open_session(isd_r, &request);
        const int result = keep_issuers(&isd_r->session, request.issuers.value);
        return result == 0 ? put_ok(isd_r, &request, response) : result;
    }
    /* The challenge is used up; a session that was not asked for a new one goes on. */
    if (error != ES10B_ERROR_NO_SESSION_CONTEXT)
        rsp_session_end(&isd_r->session);
    rsp_session_put_error(ES10_AUTHENTICATE_SERVER, request.front.transaction_id.whole, error,
                          response);
    return 0;
}
