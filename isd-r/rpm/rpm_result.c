#include "isd-r/rpm/rpm_result.h"

#include "apdu/status.h"
#include "isd-r/info/es10_tag.h"

#define SIGNED_MAX (RPM_RESULT_MAX + 1024)
#define TAG_TRANSACTION_ID 0x80
#define TAG_FINAL_RESULT 0xA2
#define TAG_RESULTS 0xA0
#define TAG_ERROR 0x81
#define TAG_SIGNATURE 0x81
#define TAG_SIGNED 0xA0

/* LoadRpmPackageResultDataSigned */
static void put_data(const struct rsp_session *session, const struct store_notification *row,
                     struct bytes results, enum rpm_result_error error, struct writer *out)
{
    const struct notification_subject subject = {METADATA_RPM_RESULT, row->address, row->iccid};
    const size_t data = tlv_open(out, NOTIFICATION_TAG_RPM_DATA);
    tlv_put(out, TAG_TRANSACTION_ID, rsp_session_transaction_id(session));
    notification_put_metadata(out, row->sequence, &subject);
    tlv_put(out, DER_OBJECT_IDENTIFIER, rsp_session_oid(session));
    const size_t final_result = tlv_open(out, TAG_FINAL_RESULT);
    if (error != RPM_RESULT_NO_ERROR)
        der_put_integer(out, TAG_ERROR, error);
    else
        tlv_put(out, TAG_RESULTS, results);
    tlv_close(out, final_result);
    tlv_close(out, data);
}

/* As the notification has it: [1] LoadRpmPackageResultSigned. */
static int put_signed(const struct rsp_session *session, struct random *random,
                      const struct store_notification *row, struct bytes results,
                      enum rpm_result_error error, struct writer *out)
{
    const size_t whole = tlv_open(out, NOTIFICATION_TAG_RPM_RESULT);
    const size_t start = out->len;
    put_data(session, row, results, error, out);
    const int result =
        credentials_put_signature(session->signer, random, TAG_SIGNATURE, start, out);
    tlv_close(out, whole);
    return result == 0 && out->overflow ? FAILURE_INTERNAL : result;
}

static void put_answer(struct bytes pending, struct writer *response)
{
    struct tlv whole;
    if (!tlv_take(&pending, &whole))
        return;
    const size_t mark = tlv_open(response, ES10_LOAD_RPM_PACKAGE);
    tlv_put(response, TAG_SIGNED, whole.value);
    tlv_close(response, mark);
}

int rpm_result_conclude(struct rsp_session *session, struct notification *notification,
                        struct bytes results, enum rpm_result_error error, struct writer *response)
{
    uint8_t room[SIGNED_MAX];
    struct writer writer = writer_on(room, sizeof(room));
    struct store_notification row = {.operation = METADATA_RPM_RESULT,
                                     .address = rsp_session_address(session)};
    int result = notification_number(notification, &row.sequence);
    if (result == 0)
        result = put_signed(session, notification->random, &row, results, error, &writer);
    if (result != 0)
        return result;
    row.pending = writer_bytes(&writer);
    result = store_notification_add(notification->store, &row);
    if (result == 0 && response != NULL)
        put_answer(row.pending, response);
    rsp_session_end(session);
    return result;
}
