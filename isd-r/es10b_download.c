/* PrepareDownload, and the guard of LoadBoundProfilePackage (SGP.22 §5.7.5, §5.7.6). */
#include "apdu/status.h"
#include "isd-r/download/one_time_key.h"
#include "isd-r/es10b.h"
#include "isd-r/es10b_request.h"

#define TAG_TRANSACTION_ID 0x80
#define TAG_OK 0xA0
#define HASH_CC_SIZE 32

/* PrepareDownloadRequest and the SmdpSigned2 in it */
struct request {
    struct es10b_request front;
    struct tlv hash_cc, one_time_key;
    bool cc_required;
};

static const struct request *own(const struct es10b_request *front)
{
    return (const struct request *)front;
}

/* rpmPending may follow in v3, which is for the LPA. */
static bool parse_signed2(struct bytes value, struct request *out)
{
    struct tlv flag;
    return tlv_take_tag(&value, TAG_TRANSACTION_ID, &out->front.transaction_id) &&
           es10b_request_has_transaction_id(&out->front) &&
           tlv_take_tag(&value, DER_BOOLEAN, &flag) &&
           der_to_boolean(flag.value, &out->cc_required) &&
           tlv_take_optional(&value, ES10_TAG_ONE_TIME_KEY, &out->one_time_key);
}

static bool parse(struct bytes value, struct request *out)
{
    return tlv_take_tag(&value, DER_SEQUENCE, &out->front.signed_part) &&
           tlv_take_tag(&value, ES10_TAG_SIGNATURE, &out->front.signature) &&
           tlv_take_optional(&value, DER_OCTET_STRING, &out->hash_cc) &&
           tlv_take_tag(&value, DER_SEQUENCE, &out->front.certificate) &&
           parse_signed2(out->front.signed_part.value, out);
}

static int check_session(const struct isd_r *isd_r, struct es10b_request *request)
{
    (void)request;
    return isd_r->session.purpose == CTX_PARAMS_COMMON &&
                   rsp_session_allows(&isd_r->session, ES10_PREPARE_DOWNLOAD)
               ? ES10B_ERROR_NONE
               : ES10B_ERROR_NO_SESSION_CONTEXT;
}

/* In v3 its issuers are those of CERT.DPauth, and no curve has an error of its own. */
static int check_certificate(const struct isd_r *isd_r, struct es10b_request *request)
{
    const struct rsp_session *session = &isd_r->session;
    const struct server_auth_request shown = {
        .certificate = request->certificate.whole,
        .roles = SERVER_AUTH_ROLE(RSP_ROLE_DP_PB),
        .v3 = session->v3,
        .issuers = bytes_of(session->issuers, session->issuers_len),
    };
    switch (server_auth_check(&isd_r->trust, &shown, &request->found)) {
    case SERVER_AUTH_OK:
        return ES10B_ERROR_NONE;
    case SERVER_AUTH_BAD_CURVE:
        return session->v3 ? ES10B_ERROR_INVALID_CERTIFICATE : ES10B_ERROR_UNSUPPORTED_CURVE;
    default:
        return ES10B_ERROR_INVALID_CERTIFICATE;
    }
}

/* CERT.DPauth and CERT.DPpb are of one SM-DP+: the text compares their OIDs and nothing else. So a
 * CERT.DPpb below another CI that the eUICC knows is accepted, on whatever curve. */
static int check_same_server(const struct isd_r *isd_r, struct es10b_request *request)
{
    return isd_r->session.role == RSP_ROLE_DP_AUTH &&
                   bytes_equal(request->found.server.registered_id,
                               rsp_session_oid(&isd_r->session))
               ? ES10B_ERROR_NONE
               : ES10B_ERROR_INVALID_CERTIFICATE;
}

static int check_signature(const struct isd_r *isd_r, struct es10b_request *request)
{
    return rsp_session_verify(&isd_r->session, request->found.server.curve,
                              request->found.server.point, request->signed_part.whole,
                              request->signature.value)
               ? ES10B_ERROR_NONE
               : ES10B_ERROR_INVALID_SIGNATURE;
}

static int check_transaction(const struct isd_r *isd_r, struct es10b_request *request)
{
    return rsp_session_is(&isd_r->session, request->transaction_id.value)
               ? ES10B_ERROR_NONE
               : ES10B_ERROR_INVALID_TRANSACTION_ID;
}

static int check_confirmation(const struct isd_r *isd_r, struct es10b_request *request)
{
    (void)isd_r;
    return !own(request)->cc_required || own(request)->hash_cc.value.len == HASH_CC_SIZE
               ? ES10B_ERROR_NONE
               : ES10B_ERROR_UNDEFINED;
}

/* In the specification's order (SGP.22 §5.7.5). */
static es10b_check *const checks[] = {check_session,
                                      check_certificate,
                                      check_same_server,
                                      check_signature,
                                      check_transaction,
                                      check_confirmation,
                                      NULL};

/* The kept key if the server names it and it is of its curve, otherwise a fresh one, which is kept
 * from now on. */
static int choose_key(struct isd_r *isd_r, const struct request *request, struct ec_private **out)
{
    const struct bytes oid = rsp_session_oid(&isd_r->session);
    struct ec_private *key = NULL;
    int result = 0;
    if (request->one_time_key.tag != 0)
        result = one_time_key_find(isd_r->store, oid, request->one_time_key.value, &key);
    if (key != NULL && ec_private_curve(key) != request->front.found.server.curve) {
        ec_private_destroy(key);
        key = NULL;
    }
    if (result == 0 && key == NULL)
        result = ec_private_generate(isd_r->random, request->front.found.server.curve, &key);
    if (result == 0)
        result = one_time_key_keep(isd_r->store, oid, key);
    if (result != 0) {
        ec_private_destroy(key);
        return result;
    }
    *out = key;
    return 0;
}

static int prepare_session(struct isd_r *isd_r, const struct request *request)
{
    struct rsp_session *session = &isd_r->session;
    struct ec_private *key;
    const int result = choose_key(isd_r, request, &key);
    if (result != 0)
        return result;
    ec_private_destroy(session->one_time_key);
    session->one_time_key = key;
    session->binding_curve = request->front.found.server.curve;
    memcpy(session->binding_point, request->front.found.server.point.data, EC_POINT_SIZE);
    rsp_session_advance(session, ES10_PREPARE_DOWNLOAD);
    return 0;
}

/* PrepareDownloadResponseOk: euiccSignature2 covers euiccSigned2 and smdpSignature2. */
static int put_ok(const struct isd_r *isd_r, const struct request *request, struct writer *response)
{
    uint8_t signature[EC_SIGNATURE_SIZE];
    const struct rsp_session *session = &isd_r->session;
    const size_t whole = tlv_open(response, ES10_PREPARE_DOWNLOAD);
    const size_t choice = tlv_open(response, TAG_OK);
    const size_t start = response->len;
    const size_t signed2 = tlv_open(response, DER_SEQUENCE);
    tlv_put(response, TAG_TRANSACTION_ID, request->front.transaction_id.value);
    tlv_put(response, ES10_TAG_ONE_TIME_KEY,
            bytes_of(ec_private_point(session->one_time_key), EC_POINT_SIZE));
    if (request->cc_required)
        tlv_put(response, DER_OCTET_STRING, request->hash_cc.value);
    tlv_close(response, signed2);
    const int result =
        es10b_request_sign(isd_r, response, start, request->front.signature.whole, signature);
    tlv_close(response, choice);
    tlv_close(response, whole);
    return result;
}

int es10b_prepare_download(struct isd_r *isd_r, struct bytes request_value, struct writer *response)
{
    struct request request = {0};
    if (!parse(request_value, &request))
        return SW_WRONG_DATA;
    const int error = es10b_request_check(checks, isd_r, &request.front);
    if (error != ES10B_ERROR_NONE) {
        rsp_session_put_error(ES10_PREPARE_DOWNLOAD, request.front.transaction_id.whole, error,
                              response);
        return 0;
    }
    const int result = prepare_session(isd_r, &request);
    return result == 0 ? put_ok(isd_r, &request, response) : result;
}

int es10b_is_prepared(const struct isd_r *isd_r)
{
    return rsp_session_allows(&isd_r->session, ES10_LOAD_BOUND_PROFILE_PACKAGE)
               ? 0
               : SW_CONDITIONS_NOT_SATISFIED;
}

int es10b_load_bound_profile_package(struct isd_r *isd_r, struct bytes request,
                                     struct writer *response)
{
    (void)isd_r;
    (void)request;
    (void)response;
    return SW_CONDITIONS_NOT_SATISFIED;
}
