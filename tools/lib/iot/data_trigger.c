/* Profile downloads that an eIM triggers, and what became of them. */
#include "apdu/der.h"
#include "tools/lib/iot/data_request.h"

#define TRIGGER 0xBF54
#define DOWNLOAD_DATA 0xA0
#define ACTIVATION_CODE 0x80
#define DEFAULT_SMDP 0x81
#define SMDS 0xA2
#define SMDS_ADDRESS 0x80
#define TRANSACTION_ID 0x82
#define INSTALLATION 0xBF37
#define REASON 0x80
#define REASON_MAX 0xFFFF

static void put_data(const struct data_trigger *trigger, struct writer *out)
{
    if (trigger->kind == DATA_TRIGGER_ACTIVATION_CODE) {
        tlv_put(out, ACTIVATION_CODE, trigger->text);
    } else if (trigger->kind == DATA_TRIGGER_DEFAULT_SMDP) {
        tlv_put(out, DEFAULT_SMDP, (struct bytes){0});
    } else {
        const size_t mark = tlv_open(out, SMDS);
        if (trigger->text.len > 0)
            tlv_put(out, SMDS_ADDRESS, trigger->text);
        tlv_close(out, mark);
    }
}

void data_trigger_put(const struct data_trigger *trigger, struct writer *out)
{
    const size_t outer = tlv_open(out, TRIGGER);
    if (trigger->kind != DATA_TRIGGER_EIM) {
        const size_t data = tlv_open(out, DOWNLOAD_DATA);
        put_data(trigger, out);
        tlv_close(out, data);
    }
    if (trigger->transaction_id.len > 0)
        tlv_put(out, TRANSACTION_ID, trigger->transaction_id);
    tlv_close(out, outer);
}

static bool read_data(struct bytes content, struct data_trigger *out)
{
    struct tlv choice, address;
    if (!tlv_take(&content, &choice) || content.len > 0)
        return false;
    switch (choice.tag) {
    case ACTIVATION_CODE:
        out->kind = DATA_TRIGGER_ACTIVATION_CODE;
        out->text = choice.value;
        return true;
    case DEFAULT_SMDP:
        out->kind = DATA_TRIGGER_DEFAULT_SMDP;
        return true;
    case SMDS:
        out->kind = DATA_TRIGGER_SMDS;
        if (!tlv_take_optional(&choice.value, SMDS_ADDRESS, &address))
            return false;
        out->text = address.value;
        return true;
    default:
        return false;
    }
}

bool data_trigger_read(struct bytes whole, struct data_trigger *out)
{
    struct tlv outer, data, transaction;
    struct data_trigger read = {.kind = DATA_TRIGGER_EIM};
    if (!tlv_whole(whole, TRIGGER, &outer) ||
        !tlv_take_optional(&outer.value, DOWNLOAD_DATA, &data) ||
        !tlv_take_optional(&outer.value, TRANSACTION_ID, &transaction) ||
        (data.tag != 0 && !read_data(data.value, &read)))
        return false;
    read.transaction_id = transaction.value;
    *out = read;
    return true;
}

static bool read_failure(struct bytes content, struct data_trigger_result *out)
{
    struct tlv reason, response;
    if (!tlv_take_tag(&content, REASON, &reason) ||
        !tlv_take_optional(&content, DER_OCTET_STRING, &response))
        return false;
    out->response = response.value;
    return der_to_unsigned(reason.value, REASON_MAX, &out->reason);
}

bool data_trigger_result_read(struct bytes whole, struct data_trigger_result *out)
{
    struct tlv outer, transaction, data;
    struct data_trigger_result read = {0};
    if (!tlv_whole(whole, TRIGGER, &outer) ||
        !tlv_take_optional(&outer.value, TRANSACTION_ID, &transaction) ||
        !tlv_take(&outer.value, &data))
        return false;
    read.transaction_id = transaction.value;
    if (data.tag == INSTALLATION)
        read.installation = data.whole;
    else if (data.tag != DER_SEQUENCE || !read_failure(data.value, &read))
        return false;
    *out = read;
    return true;
}

void data_trigger_result_put(const struct data_trigger_result *result, struct writer *out)
{
    const size_t outer = tlv_open(out, TRIGGER);
    if (result->transaction_id.len > 0)
        tlv_put(out, TRANSACTION_ID, result->transaction_id);
    if (result->installation.len > 0) {
        writer_put(out, result->installation);
    } else {
        const size_t mark = tlv_open(out, DER_SEQUENCE);
        der_put_integer(out, REASON, result->reason);
        if (result->response.len > 0)
            tlv_put(out, DER_OCTET_STRING, result->response);
        tlv_close(out, mark);
    }
    tlv_close(out, outer);
}
