/* PrepareDeviceChange, VerifyDeviceChange: the chip that a profile leaves for another device, or
 * that it comes back to (SGP.22 v3 §3.11, Annex H).
 *
 * Public texts do not say what the server's signatures cover. As everywhere else it is what is
 * signed and the chip's last signature before: smdpSignature4 follows euiccSignature1, and
 * smdpSignature5 follows euiccSignature3, which in turn follows smdpSignature4. */
#include "apdu/status.h"
#include "isd-r/device_change/device_change.h"
#include "isd-r/es10b.h"
#include "isd-r/es10b_request.h"

#define TAG_TRANSACTION_ID 0x80
#define TAG_OK 0xA0
#define TAG_ERROR 0x81
#define TAG_CODE_FOR_RECOVERY 0x81 /* of SmdpSigned4 */
#define TAG_CONFIRMATION 0xA0      /* VerifyDeviceChangeRequest's choices */
#define TAG_RECOVERY 0xA1
#define TAG_RESPONSE 0xA1 /* of SmdpSigned5, and what it may be: */
#define TAG_DATA 0xA0
#define TAG_ENCRYPTED_DATA 0xA1
#define TAG_OK_NULL 0x80 /* verifyDeviceChangeOk's choices */
#define TAG_OK_DATA 0xA1
#define HASH_CC_SIZE 32

/* What rspCapability promises (SGP.22 §4.3). */
int es10b_has_device_change(const struct isd_r *isd_r)
{
    return isd_r->info->rsp_capability & EUICC_INFO_DEVICE_CHANGE ? 0 : SW_REFERENCE_NOT_FOUND;
}

/* SmdpSigned4 with its signature, and what the LPA adds. */
struct preparation {
    struct es10b_request front;
    bool cc_required;
    struct tlv code_for_recovery, hash_cc;
};

static bool parse_signed4(struct bytes *value, struct preparation *out)
{
    struct bytes rest;
    struct tlv flag;
    return es10b_request_take_signed(value, DER_SEQUENCE, &out->front, &rest) &&
           tlv_take_tag(&rest, DER_BOOLEAN, &flag) &&
           der_to_boolean(flag.value, &out->cc_required) &&
           tlv_take_optional(&rest, TAG_CODE_FOR_RECOVERY, &out->code_for_recovery);
}

static int check_preparation(const struct isd_r *isd_r, const struct preparation *request)
{
    if (isd_r->session.purpose != CTX_PARAMS_DEVICE_CHANGE)
        return ES10B_ERROR_NO_SESSION_CONTEXT;
    const int error = es10b_request_check_signed(&isd_r->session, &request->front,
                                                 ES10_PREPARE_DEVICE_CHANGE, RSP_ROLE_DP_AUTH);
    if (error != ES10B_ERROR_NONE)
        return error;
    return request->cc_required && request->hash_cc.value.len != HASH_CC_SIZE
               ? ES10B_ERROR_UNDEFINED
               : ES10B_ERROR_NONE;
}

/* A chip that can read what is encrypted for it says with which key. */
static int make_key(struct isd_r *isd_r)
{
    struct rsp_session *session = &isd_r->session;
    struct ec_private *key;
    if (!(isd_r->info->rsp_capability & EUICC_INFO_ENCRYPTED_DEVICE_CHANGE))
        return 0;
    const int result = ec_private_generate(isd_r->random, session->server_curve, &key);
    if (result != 0)
        return result;
    ec_private_destroy(session->one_time_key);
    session->one_time_key = key;
    return 0;
}

/* PrepareDeviceChangeResponseOk */
static int put_prepared(struct isd_r *isd_r, const struct preparation *request,
                        struct writer *response)
{
    struct rsp_session *session = &isd_r->session;
    const size_t whole = tlv_open(response, ES10_PREPARE_DEVICE_CHANGE);
    const size_t choice = tlv_open(response, TAG_OK);
    const size_t start = response->len;
    const size_t signed3 = tlv_open(response, DER_SEQUENCE);
    tlv_put(response, TAG_TRANSACTION_ID, request->front.transaction_id.value);
    if (session->one_time_key != NULL)
        tlv_put(response, ES10_TAG_ONE_TIME_KEY,
                bytes_of(ec_private_point(session->one_time_key), EC_POINT_SIZE));
    if (request->cc_required)
        tlv_put(response, DER_OCTET_STRING, request->hash_cc.value);
    tlv_close(response, signed3);
    const int result = es10b_request_sign(isd_r, response, start, request->front.signature.whole,
                                          session->signature1);
    tlv_close(response, choice);
    tlv_close(response, whole);
    return result;
}

int es10b_prepare_device_change(struct isd_r *isd_r, struct bytes request_value,
                                struct writer *response)
{
    struct preparation request = {0};
    if (!parse_signed4(&request_value, &request) ||
        !tlv_take_optional(&request_value, DER_OCTET_STRING, &request.hash_cc))
        return SW_WRONG_DATA;
    const int error = check_preparation(isd_r, &request);
    if (error != ES10B_ERROR_NONE) {
        rsp_session_put_error(ES10_PREPARE_DEVICE_CHANGE, request.front.transaction_id.whole, error,
                              response);
        return 0;
    }
    int result = make_key(isd_r);
    if (result == 0)
        result = put_prepared(isd_r, &request, response);
    if (result == 0)
        rsp_session_advance(&isd_r->session, ES10_PREPARE_DEVICE_CHANGE);
    return result;
}

/* DeviceChangeData, opened into the room where it is encrypted; *out has no ICCID where the server
 * had nothing to say. An enum device_change_result or a failure. */
static int read_data(const struct isd_r *isd_r, const struct tlv *answer, struct writer *room,
                     struct device_change_data *out)
{
    struct bytes value = answer->value;
    struct tlv choice;
    *out = (struct device_change_data){0};
    if (answer->tag == 0)
        return DEVICE_CHANGE_OK;
    if (!tlv_take(&value, &choice))
        return DEVICE_CHANGE_INVALID_DATA;
    int result = DEVICE_CHANGE_OK;
    if (choice.tag == TAG_ENCRYPTED_DATA) {
        result =
            device_change_data_open(choice.value, isd_r->session.one_time_key,
                                    bytes_of(isd_r->credentials.eid, CREDENTIALS_EID_SIZE), room);
        choice.value = writer_bytes(room);
    } else if (choice.tag != TAG_DATA) {
        return DEVICE_CHANGE_INVALID_DATA;
    }
    return result == DEVICE_CHANGE_OK && !device_change_data_parse(choice.value, out)
               ? DEVICE_CHANGE_INVALID_DATA
               : result;
}

/* SmdpSigned5 and what follows from it. *data and *error are set; 0 or a failure. */
static int confirm(struct isd_r *isd_r, struct bytes value, struct writer *room,
                   struct device_change_data *data, int *error)
{
    struct es10b_request front = {0};
    struct bytes rest;
    struct tlv answer;
    *error = DEVICE_CHANGE_INVALID_DATA;
    if (!es10b_request_take_signed(&value, DER_SEQUENCE, &front, &rest) ||
        !tlv_take_optional(&rest, TAG_RESPONSE, &answer))
        return 0;
    *error = isd_r->session.state != RSP_CHANGING
                 ? DEVICE_CHANGE_NO_SESSION
                 : (int)es10b_request_check_signed(&isd_r->session, &front,
                                                   ES10_VERIFY_DEVICE_CHANGE, RSP_ROLE_DP_AUTH);
    if (*error != DEVICE_CHANGE_OK)
        return 0;
    const int result = read_data(isd_r, &answer, room, data);
    if (result < 0)
        return result;
    *error = result;
    return *error == DEVICE_CHANGE_OK && data->iccid.len > 0
               ? device_change_carry_out(&isd_r->profiles, &isd_r->session, data, error)
               : 0;
}

/* A server that gives the profile back has to say by which activation code. */
static int recover(const struct isd_r *isd_r, struct bytes value)
{
    struct preparation request = {0};
    if (!parse_signed4(&value, &request))
        return DEVICE_CHANGE_INVALID_DATA;
    if (isd_r->session.state != RSP_AUTHENTICATED ||
        isd_r->session.purpose != CTX_PARAMS_PROFILE_RECOVERY)
        return DEVICE_CHANGE_NO_SESSION;
    const int error = es10b_request_check_signed(&isd_r->session, &request.front,
                                                 ES10_VERIFY_DEVICE_CHANGE, RSP_ROLE_DP_AUTH);
    return error == DEVICE_CHANGE_OK && request.code_for_recovery.tag == 0
               ? DEVICE_CHANGE_INVALID_DATA
               : error;
}

static void put_verified(const struct device_change_data *data, int error, struct writer *response)
{
    const size_t whole = tlv_open(response, ES10_VERIFY_DEVICE_CHANGE);
    if (error == DEVICE_CHANGE_OK) {
        const size_t choice = tlv_open(response, TAG_OK);
        tlv_put(response, data->iccid.len > 0 ? TAG_OK_DATA : TAG_OK_NULL, data->whole);
        tlv_close(response, choice);
    } else {
        der_put_integer(response, TAG_ERROR, error);
    }
    tlv_close(response, whole);
}

int es10b_verify_device_change(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    uint8_t room[DEVICE_CHANGE_DATA_MAX];
    struct writer opened = writer_on(room, sizeof(room));
    struct device_change_data data = {0};
    struct tlv choice;
    int error = DEVICE_CHANGE_OK, result = 0;
    if (tlv_whole(request, TAG_CONFIRMATION, &choice))
        result = confirm(isd_r, choice.value, &opened, &data, &error);
    else if (tlv_whole(request, TAG_RECOVERY, &choice))
        error = recover(isd_r, choice.value);
    else
        return SW_WRONG_DATA;
    if (result != 0)
        return result;
    put_verified(&data, error, response);
    if (error == DEVICE_CHANGE_OK)
        rsp_session_end(&isd_r->session);
    return 0;
}
