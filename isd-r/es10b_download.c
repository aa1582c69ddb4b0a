#include "apdu/status.h"
#include "isd-r/es10b.h"
#include "isd-r/download/one_time_key.h"
#include "isd-r/session/server_auth.h"
#include "isd-r/state.h"

#define TAG_TRANSACTION_ID 0x80
#define TAG_OK 0xA0
#define TAG_ERROR 0xA1
#define HASH_CC_SIZE 32

/* DownloadErrorCode */
enum error {
    ERROR_NONE = 0,
    ERROR_INVALID_CERTIFICATE = 1,
    ERROR_INVALID_SIGNATURE = 2,
    ERROR_UNSUPPORTED_CURVE = 3,
    ERROR_NO_SESSION_CONTEXT = 4,
    ERROR_INVALID_TRANSACTION_ID = 5,
    ERROR_UNDEFINED = 127,
};

static const enum error certificate_errors[SERVER_AUTH_RESULTS] = {
    [SERVER_AUTH_BAD_CERTIFICATE] = ERROR_INVALID_CERTIFICATE,
    [SERVER_AUTH_BAD_CURVE] = ERROR_UNSUPPORTED_CURVE,
    [SERVER_AUTH_UNKNOWN_CI] = ERROR_INVALID_CERTIFICATE,
    [SERVER_AUTH_WRONG_ROLE] = ERROR_INVALID_CERTIFICATE,
    [SERVER_AUTH_REVOKED] = ERROR_INVALID_CERTIFICATE,
    [SERVER_AUTH_MISSING_CRL] = ERROR_INVALID_CERTIFICATE,
    [SERVER_AUTH_BAD_CRL_SIGNATURE] = ERROR_INVALID_CERTIFICATE,
    [SERVER_AUTH_BAD_TIME] = ERROR_INVALID_CERTIFICATE,
    [SERVER_AUTH_BAD_CONFIGURATION] = ERROR_INVALID_CERTIFICATE,
};

/* PrepareDownloadRequest and the SmdpSigned2 in it */
struct request {
    struct tlv signed2, signature, hash_cc, certificate;
    struct tlv transaction_id, one_time_key;
    bool cc_required;
    struct certificate server; /* once it has been checked */
};

/* rpmPending may follow in v3, which is for the LPA. */
static bool parse_signed2(struct bytes value, struct request *out)
{
    struct tlv flag;
    return tlv_take_tag(&value, TAG_TRANSACTION_ID, &out->transaction_id) &&
           out->transaction_id.value.len >= 1 &&
           out->transaction_id.value.len <= RSP_TRANSACTION_ID_MAX &&
           tlv_take_tag(&value, DER_BOOLEAN, &flag) &&
           der_to_boolean(flag.value, &out->cc_required) &&
           tlv_take_optional(&value, ES10_TAG_ONE_TIME_KEY, &out->one_time_key);
}

static bool parse(struct bytes value, struct request *out)
{
    return tlv_take_tag(&value, DER_SEQUENCE, &out->signed2) &&
           tlv_take_tag(&value, ES10_TAG_SIGNATURE, &out->signature) &&
           tlv_take_optional(&value, DER_OCTET_STRING, &out->hash_cc) &&
           tlv_take_tag(&value, DER_SEQUENCE, &out->certificate) &&
           parse_signed2(out->signed2.value, out);
}

typedef enum error check(struct isd_r *isd_r, struct request *request);

static enum error check_session(struct isd_r *isd_r, struct request *request)
{
    (void)request;
    return rsp_session_allows(&isd_r->session, ES10_PREPARE_DOWNLOAD) ? ERROR_NONE
                                                                      : ERROR_NO_SESSION_CONTEXT;
}

/* In v3 its issuers are those of CERT.DPauth, and no curve has an error of its own. */
static enum error check_certificate(struct isd_r *isd_r, struct request *request)
{
    const struct rsp_session *session = &isd_r->session;
    struct server_auth found;
    const enum error error = certificate_errors[server_auth_check(
        isd_r,
        &(struct server_auth_request){.certificate = request->certificate.whole,
                                      .roles = SERVER_AUTH_ROLE(RSP_ROLE_DP_PB),
                                      .v3 = session->v3,
                                      .issuers = bytes_of(session->issuers, session->issuers_len)},
        &found)];
    if (error == ERROR_NONE)
        request->server = found.server;
    return session->v3 && error == ERROR_UNSUPPORTED_CURVE ? ERROR_INVALID_CERTIFICATE : error;
}

/* CERT.DPauth and CERT.DPpb are of one SM-DP+. */
static enum error check_same_server(struct isd_r *isd_r, struct request *request)
{
    return isd_r->session.role == RSP_ROLE_DP_AUTH &&
                   bytes_equal(request->server.registered_id, rsp_session_oid(&isd_r->session))
               ? ERROR_NONE
               : ERROR_INVALID_CERTIFICATE;
}

/* A signature as the element that it is signed in. */
static struct bytes signature_element(struct bytes signature,
                                      uint8_t room[TLV_HEADER_MAX + EC_SIGNATURE_SIZE])
{
    struct writer writer = writer_on(room, TLV_HEADER_MAX + EC_SIGNATURE_SIZE);
    tlv_put(&writer, ES10_TAG_SIGNATURE, signature);
    return writer_bytes(&writer);
}

/* smdpSignature2 covers smdpSigned2 and euiccSignature1. */
static enum error check_signature(struct isd_r *isd_r, struct request *request)
{
    uint8_t room[TLV_HEADER_MAX + EC_SIGNATURE_SIZE];
    const struct bytes parts[] = {
        request->signed2.whole,
        signature_element(bytes_of(isd_r->session.signature1, EC_SIGNATURE_SIZE), room)};
    return ec_verify(request->server.curve, request->server.point, parts, 2,
                     request->signature.value)
               ? ERROR_NONE
               : ERROR_INVALID_SIGNATURE;
}

static enum error check_transaction(struct isd_r *isd_r, struct request *request)
{
    return rsp_session_is(&isd_r->session, request->transaction_id.value)
               ? ERROR_NONE
               : ERROR_INVALID_TRANSACTION_ID;
}

static enum error check_confirmation(struct isd_r *isd_r, struct request *request)
{
    (void)isd_r;
    return !request->cc_required || request->hash_cc.value.len == HASH_CC_SIZE ? ERROR_NONE
                                                                               : ERROR_UNDEFINED;
}

/* In the specification's order (SGP.22 §5.7.5). */
static check *const checks[] = {check_session,   check_certificate, check_same_server,
                                check_signature, check_transaction, check_confirmation};

static enum error run_checks(struct isd_r *isd_r, struct request *request)
{
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && error == ERROR_NONE; i++)
        error = checks[i](isd_r, request);
    return error;
}

static void put_error(const struct request *request, enum error error, struct writer *response)
{
    const size_t whole = tlv_open(response, ES10_PREPARE_DOWNLOAD);
    const size_t choice = tlv_open(response, TAG_ERROR);
    writer_put(response, request->transaction_id.whole);
    der_put_integer(response, DER_INTEGER, error);
    tlv_close(response, choice);
    tlv_close(response, whole);
}

/* The kept key if the server names it and it is of its curve, otherwise a fresh one, which is kept
 * from now on. */
static int choose_key(struct isd_r *isd_r, const struct request *request, struct ec_private **out)
{
    const struct bytes oid = rsp_session_oid(&isd_r->session);
    struct ec_private *key = NULL;
    int result = 0;
    if (request->one_time_key.tag != 0)
        result = one_time_key_find(isd_r->store, oid, request->one_time_key.value, &key);
    if (key != NULL && ec_private_curve(key) != request->server.curve) {
        ec_private_destroy(key);
        key = NULL;
    }
    if (result == 0 && key == NULL)
        result = ec_private_generate(isd_r->random, request->server.curve, &key);
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
    session->binding_curve = request->server.curve;
    memcpy(session->binding_point, request->server.point.data, EC_POINT_SIZE);
    rsp_session_advance(session, ES10_PREPARE_DOWNLOAD);
    return 0;
}

/* PrepareDownloadResponseOk: euiccSignature2 covers euiccSigned2 and smdpSignature2. */
static int put_ok(struct isd_r *isd_r, const struct request *request, struct writer *response)
{
    uint8_t room[TLV_HEADER_MAX + EC_SIGNATURE_SIZE], signature[EC_SIGNATURE_SIZE];
    const struct rsp_session *session = &isd_r->session;
    const size_t whole = tlv_open(response, ES10_PREPARE_DOWNLOAD);
    const size_t choice = tlv_open(response, TAG_OK);
    const size_t start = response->len;
    const size_t signed2 = tlv_open(response, DER_SEQUENCE);
    tlv_put(response, TAG_TRANSACTION_ID, request->transaction_id.value);
    tlv_put(response, ES10_TAG_ONE_TIME_KEY,
            bytes_of(ec_private_point(session->one_time_key), EC_POINT_SIZE));
    if (request->cc_required)
        tlv_put(response, DER_OCTET_STRING, request->hash_cc.value);
    tlv_close(response, signed2);
    if (response->overflow)
        return FAILURE_INTERNAL;
    const struct bytes parts[] = {bytes_of(response->data + start, response->len - start),
                                  signature_element(request->signature.value, room)};
    const int result = ec_sign(session->signer->key, isd_r->random, parts, 2, signature);
    tlv_put(response, ES10_TAG_SIGNATURE, bytes_of(signature, sizeof(signature)));
    tlv_close(response, choice);
    tlv_close(response, whole);
    return result;
}

int es10b_prepare_download(struct isd_r *isd_r, struct bytes request_value, struct writer *response)
{
    struct request request = {0};
    if (!parse(request_value, &request))
        return SW_WRONG_DATA;
    const enum error error = run_checks(isd_r, &request);
    if (error != ERROR_NONE) {
        put_error(&request, error, response);
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
