/* CancelSession (SGP.22 §5.7.14). */
#include "apdu/status.h"
#include "isd-r/download/one_time_key.h"
#include "isd-r/es10b.h"
#include "isd-r/es10b_request.h"

#define TAG_TRANSACTION_ID 0x80
#define TAG_REASON 0x81
#define TAG_SIGNED_OID 0x81
#define TAG_SIGNED_REASON 0x82
#define TAG_OK 0xA0
#define TAG_ERROR 0x81
#define ERROR_INVALID_TRANSACTION_ID 5
#define ERROR_UNDEFINED 127
#define SERVER_CANCEL_FOR_EMPTY_NAMES (1u << 3) /* of ServerRspCapability */
#define REASON_EMPTY_NAME 25

/* CancelSessionReason */
struct reason {
    uint8_t number;
    bool keeps_key; /* the download may be tried again with the same one-time key */
    bool v3;        /* in sessions of v3 alone */
};
/* clang-format off */
static const struct reason reasons[] = {
    { 0,   false, false }, /* endUserRejection */
    { 1,   true,  false }, /* postponed */
    { 2,   true,  false }, /* timeout */
    { 3,   false, false }, /* pprNotAllowed */
    { 4,   false, false }, /* metadataMismatch */
    { 5,   false, false }, /* loadBppExecutionError */
    { 16,  false, true  }, /* sessionAborted */
    { 17,  false, true  }, /* enterpriseProfilesNotSupported */
    { 18,  false, true  }, /* enterpriseRulesNotAllowed */
    { 19,  false, true  }, /* enterpriseProfileNotAllowed */
    { 20,  false, true  }, /* enterpriseOidMismatch */
    { 21,  false, true  }, /* enterpriseRulesError */
    { 22,  false, true  }, /* enterpriseProfilesOnly */
    { 23,  false, true  }, /* lprNotSupported */
    { 24,  false, true  }, /* lprNetworkDataNotAllowed */
    { REASON_EMPTY_NAME, false, true }, /* emptyProfileOrSpName */
    { 27,  false, true  }, /* rpmDisabled */
    { 28,  false, true  }, /* invalidRpmPackage */
    { 29,  false, true  }, /* loadRpmPackageError */
    { 127, false, false }, /* undefinedReason */
};
/* clang-format on */

static const struct reason *find(struct bytes value)
{
    uint32_t number;
    if (!der_to_unsigned(value, UINT8_MAX, &number))
        return NULL;
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].number == number)
            return &reasons[i];
    return NULL;
}

/* Empty names are a reason where chip and server both know it as one. */
static bool is_allowed(const struct isd_r *isd_r, const struct reason *reason)
{
    const struct rsp_session *session = &isd_r->session;
    if (reason->number == REASON_EMPTY_NAME &&
        !(session->server_capability & SERVER_CANCEL_FOR_EMPTY_NAMES &&
          isd_r->info->rsp_capability & EUICC_INFO_CANCEL_FOR_EMPTY_NAMES))
        return false;
    return session->v3 || !reason->v3;
}

static void put_error(struct writer *response, uint8_t error)
{
    const size_t mark = tlv_open(response, ES10_CANCEL_SESSION);
    tlv_put_u8(response, TAG_ERROR, error);
    tlv_close(response, mark);
}

/* CancelSessionResponseOk */
static int put_ok(struct isd_r *isd_r, const struct reason *reason, struct writer *response)
{
    uint8_t signature[EC_SIGNATURE_SIZE];
    const struct rsp_session *session = &isd_r->session;
    const size_t whole = tlv_open(response, ES10_CANCEL_SESSION);
    const size_t choice = tlv_open(response, TAG_OK);
    const size_t start = response->len;
    const size_t mark = tlv_open(response, DER_SEQUENCE);
    tlv_put(response, TAG_TRANSACTION_ID, rsp_session_transaction_id(session));
    tlv_put(response, TAG_SIGNED_OID, rsp_session_oid(session));
    der_put_integer(response, TAG_SIGNED_REASON, reason->number);
    tlv_close(response, mark);
    const int result = es10b_request_sign(isd_r, response, start, (struct bytes){0}, signature);
    tlv_close(response, choice);
    tlv_close(response, whole);
    return result;
}

int es10b_cancel_session(struct isd_r *isd_r, struct bytes request, struct writer *response)
{
    struct tlv transaction_id, number;
    if (!tlv_take_tag(&request, TAG_TRANSACTION_ID, &transaction_id) ||
        !tlv_take_tag(&request, TAG_REASON, &number))
        return SW_WRONG_DATA;
    const struct reason *reason = find(number.value);
    if (!rsp_session_allows(&isd_r->session, ES10_CANCEL_SESSION) ||
        !rsp_session_is(&isd_r->session, transaction_id.value)) {
        put_error(response, ERROR_INVALID_TRANSACTION_ID);
        return 0;
    }
    if (reason == NULL || !is_allowed(isd_r, reason)) {
        put_error(response, ERROR_UNDEFINED);
        return 0;
    }
    int result = put_ok(isd_r, reason, response);
    if (result == 0 && isd_r->session.state == RSP_PREPARED && !reason->keeps_key)
        result = one_time_key_forget(isd_r->store);
    rsp_session_end(&isd_r->session);
    return result;
}
