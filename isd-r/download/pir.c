#include "isd-r/download/pir.h"

#include "apdu/status.h"
#include "isd-r/info/es10_tag.h"

#define RESULT_MAX (PIR_RESPONSE_MAX + 1024)
#define TAG_TRANSACTION_ID 0x80
#define TAG_FINAL_RESULT 0xA2
#define TAG_SUCCESS 0xA0
#define TAG_ERROR 0xA1
#define TAG_COMMAND 0x80
#define TAG_REASON 0x81
#define TAG_ERROR_RESPONSE 0x82

typedef void put_result(const struct pir *pir, struct writer *out);

static void put_success(const struct pir *pir, struct writer *out)
{
    const size_t mark = tlv_open(out, TAG_SUCCESS);
    tlv_put(out, ES10_TAG_AID, pir->aid);
    tlv_put(out, DER_OCTET_STRING, pir->pe_response);
    tlv_close(out, mark);
}

static void put_error(const struct pir *pir, struct writer *out)
{
    const size_t mark = tlv_open(out, TAG_ERROR);
    der_put_integer(out, TAG_COMMAND, pir->command);
    der_put_integer(out, TAG_REASON, pir->reason);
    if (pir->pe_response.len > 0)
        tlv_put(out, TAG_ERROR_RESPONSE, pir->pe_response);
    tlv_close(out, mark);
}

static void put_data(const struct rsp_session *session, const struct pir *pir, uint32_t sequence,
                     put_result *put, struct writer *out)
{
    const struct notification_subject subject = {METADATA_INSTALL, rsp_session_address(session),
                                                 pir->iccid};
    const size_t data = tlv_open(out, NOTIFICATION_TAG_INSTALLATION_DATA);
    tlv_put(out, TAG_TRANSACTION_ID, rsp_session_transaction_id(session));
    notification_put_metadata(out, sequence, &subject);
    tlv_put(out, DER_OBJECT_IDENTIFIER, rsp_session_oid(session));
    const size_t result = tlv_open(out, TAG_FINAL_RESULT);
    put(pir, out);
    tlv_close(out, result);
    tlv_close(out, data);
}

/* euiccSignPIR covers the whole of ProfileInstallationResultData, tag and length included. */
static int put_signed(const struct rsp_session *session, struct random *random,
                      const struct pir *pir, uint32_t sequence, put_result *put, struct writer *out)
{
    const size_t whole = tlv_open(out, ES10_TAG_INSTALLATION_RESULT);
    const size_t start = out->len;
    put_data(session, pir, sequence, put, out);
    const int result =
        credentials_put_signature(session->signer, random, ES10_TAG_SIGNATURE, start, out);
    tlv_close(out, whole);
    return result == 0 && out->overflow ? FAILURE_INTERNAL : result;
}

static int conclude(const struct rsp_session *session, struct notification *notification,
                    const struct pir *pir, put_result *put, struct writer *response)
{
    uint8_t room[RESULT_MAX];
    struct writer writer = writer_on(room, sizeof(room));
    uint32_t sequence;
    int result = notification_number(notification, &sequence);
    if (result == 0)
        result = put_signed(session, notification->random, pir, sequence, put, &writer);
    if (result != 0)
        return result;
    const struct store_notification row = {sequence, METADATA_INSTALL, rsp_session_address(session),
                                           pir->iccid, writer_bytes(&writer)};
    result = store_notification_add(notification->store, &row);
    if (result == 0 && response != NULL)
        writer_put(response, writer_bytes(&writer));
    return result;
}

int pir_installed(const struct rsp_session *session, struct notification *notification,
                  const struct pir *pir, struct writer *response)
{
    return conclude(session, notification, pir, put_success, response);
}

int pir_refused(const struct rsp_session *session, struct notification *notification,
                const struct pir *pir, struct writer *response)
{
    return conclude(session, notification, pir, put_error, response);
}
