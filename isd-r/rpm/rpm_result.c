#include "isd-r/rpm/rpm_result.h"

#include "apdu/status.h"
#include "isd-r/es10.h"
#include "isd-r/state.h"

#define SIGNED_MAX (RPM_RESULT_MAX + 1024)
#define TAG_TRANSACTION_ID 0x80
#define TAG_FINAL_RESULT 0xA2
#define TAG_RESULTS 0xA0
#define TAG_ERROR 0x81
#define TAG_SIGNATURE 0x81
#define TAG_SIGNED 0xA0
#define TAG_NOT_SIGNED 0xA1

/* LoadRpmPackageResultDataSigned */
static void put_data(const struct isd_r *isd_r, const struct store_notification *row,
                     struct bytes results, enum rpm_result_error error, struct writer *out)
{
    const struct notification_subject subject = {METADATA_RPM_RESULT, row->address, row->iccid};
    const size_t data = tlv_open(out, RPM_RESULT_TAG_DATA);
    tlv_put(out, TAG_TRANSACTION_ID, rsp_session_transaction_id(&isd_r->session));
    notification_put_metadata(out, row->sequence, &subject);
    tlv_put(out, DER_OBJECT_IDENTIFIER, rsp_session_oid(&isd_r->session));
    const size_t final_result = tlv_open(out, TAG_FINAL_RESULT);
    if (error != RPM_RESULT_NO_ERROR)
        der_put_integer(out, TAG_ERROR, error);
    else
        tlv_put(out, TAG_RESULTS, results);
    tlv_close(out, final_result);
    tlv_close(out, data);
}

/* As the notification has it: [1] LoadRpmPackageResultSigned. */
static int put_signed(struct isd_r *isd_r, const struct store_notification *row,
                      struct bytes results, enum rpm_result_error error, struct writer *out)
{
    uint8_t signature[EC_SIGNATURE_SIZE];
    const size_t whole = tlv_open(out, RPM_RESULT_TAG_PENDING);
    const size_t start = out->len;
    put_data(isd_r, row, results, error, out);
    if (out->overflow)
        return FAILURE_INTERNAL;
    const struct bytes data = bytes_of(out->data + start, out->len - start);
    const int result = ec_sign(isd_r->session.signer->key, isd_r->random, &data, 1, signature);
    tlv_put(out, TAG_SIGNATURE, bytes_of(signature, sizeof(signature)));
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

int rpm_result_conclude(struct isd_r *isd_r, struct bytes results, enum rpm_result_error error,
                        struct writer *response)
{
    uint8_t room[SIGNED_MAX];
    struct writer writer = writer_on(room, sizeof(room));
    struct store_notification row = {.operation = METADATA_RPM_RESULT,
                                     .address = rsp_session_address(&isd_r->session)};
    int result = notification_number(isd_r, &row.sequence);
    if (result == 0)
        result = put_signed(isd_r, &row, results, error, &writer);
    if (result != 0)
        return result;
    row.pending = writer_bytes(&writer);
    result = store_notification_add(isd_r->store, &row);
    if (result == 0 && response != NULL)
        put_answer(row.pending, response);
    rsp_session_end(&isd_r->session);
    return result;
}

void rpm_result_put_not_signed(struct bytes transaction_id, enum rpm_result_error error,
                               struct writer *response)
{
    const size_t whole = tlv_open(response, ES10_LOAD_RPM_PACKAGE);
    const size_t choice = tlv_open(response, TAG_NOT_SIGNED);
    writer_put(response, transaction_id);
    der_put_integer(response, DER_INTEGER, error);
    tlv_close(response, choice);
    tlv_close(response, whole);
}
