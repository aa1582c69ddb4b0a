#include "tools/lib/iot/data_request.h"

#include "apdu/der.h"

#define DATA 0xBF52
#define TAG_LIST 0x5C
#define NOTIFICATION_CRITERIA 0xA1
#define RESULT_CRITERIA 0xA2
#define SEQUENCE_NUMBER 0x80
#define EVENTS 0x81
#define TRANSACTION_ID 0x83
#define ANSWER_DATA 0xA0
#define ANSWER_ERROR 0xA1
#define ANSWER_ERROR_V1 0x81
#define ANSWER_TRANSACTION 0x80
#define ERROR_MAX 0xFFFF

static void put_number(struct writer *out, uint32_t criteria, uint32_t number)
{
    const size_t mark = tlv_open(out, criteria);
    der_put_integer(out, SEQUENCE_NUMBER, number);
    tlv_close(out, mark);
}

static void put_events(struct writer *out, uint32_t events)
{
    const size_t mark = tlv_open(out, NOTIFICATION_CRITERIA);
    der_put_bits(out, EVENTS, events);
    tlv_close(out, mark);
}

void data_request_put(const struct data_request *request, struct writer *out)
{
    const size_t mark = tlv_open(out, DATA);
    tlv_put(out, TAG_LIST, request->tags);
    if (request->ci_key_id.len > 0)
        tlv_put(out, DER_OCTET_STRING, request->ci_key_id);
    if (request->has_notification)
        put_number(out, NOTIFICATION_CRITERIA, request->notification);
    else if (request->has_notification_events)
        put_events(out, request->notification_events);
    if (request->has_result)
        put_number(out, RESULT_CRITERIA, request->result);
    if (request->transaction_id.len > 0)
        tlv_put(out, TRANSACTION_ID, request->transaction_id);
    tlv_close(out, mark);
}

static bool read_criteria(struct bytes content, struct data_request *out)
{
    struct tlv choice;
    if (!tlv_take(&content, &choice) || content.len > 0)
        return false;
    out->has_notification = choice.tag == SEQUENCE_NUMBER;
    out->has_notification_events = choice.tag == EVENTS;
    if (out->has_notification)
        return der_to_unsigned(choice.value, UINT32_MAX, &out->notification);
    return out->has_notification_events && der_to_bits(choice.value, &out->notification_events);
}

static bool read_result_criteria(struct bytes content, struct data_request *out)
{
    struct tlv number;
    out->has_result = tlv_take_tag(&content, SEQUENCE_NUMBER, &number) && content.len == 0;
    return out->has_result && der_to_unsigned(number.value, UINT32_MAX, &out->result);
}

bool data_request_read(struct bytes whole, struct data_request *out)
{
    struct tlv outer, tags, ci, notification, result, transaction;
    struct data_request read = {0};
    if (!tlv_whole(whole, DATA, &outer) || !tlv_take_tag(&outer.value, TAG_LIST, &tags) ||
        !tlv_take_optional(&outer.value, DER_OCTET_STRING, &ci) ||
        !tlv_take_optional(&outer.value, NOTIFICATION_CRITERIA, &notification) ||
        !tlv_take_optional(&outer.value, RESULT_CRITERIA, &result) ||
        !tlv_take_optional(&outer.value, TRANSACTION_ID, &transaction))
        return false;
    if ((notification.tag != 0 && !read_criteria(notification.value, &read)) ||
        (result.tag != 0 && !read_result_criteria(result.value, &read)))
        return false;
    read.tags = tags.value;
    read.ci_key_id = ci.value;
    read.transaction_id = transaction.value;
    *out = read;
    return true;
}

static bool read_error(struct bytes content, struct data_answer *out)
{
    struct tlv transaction, code;
    if (!tlv_take_optional(&content, ANSWER_TRANSACTION, &transaction) ||
        !tlv_take_tag(&content, DER_INTEGER, &code))
        return false;
    out->transaction_id = transaction.value;
    return der_to_unsigned(code.value, ERROR_MAX, &out->error);
}

bool data_answer_read(struct bytes whole, struct data_answer *out)
{
    struct tlv outer, choice, transaction;
    struct data_answer read = {.kind = DATA_ANSWER_ERROR};
    if (!tlv_whole(whole, DATA, &outer) || !tlv_take(&outer.value, &choice))
        return false;
    bool good = false;
    if (choice.tag == ANSWER_ERROR)
        good = read_error(choice.value, &read);
    else if (choice.tag == ANSWER_ERROR_V1)
        good = der_to_unsigned(choice.value, ERROR_MAX, &read.error);
    else if (choice.tag == ANSWER_DATA) {
        read.kind = DATA_ANSWER;
        read.data = choice.value;
        good = true;
        if (tlv_find(read.data, DATA_TRANSACTION, &transaction))
            read.transaction_id = transaction.value;
    }
    if (good)
        *out = read;
    return good;
}

/* The content of A5 and A6 is that of a certificate: its tag is made again. */
bool data_answer_certificate(struct bytes data, uint32_t tag, struct writer *out)
{
    struct tlv content;
    if (!tlv_find(data, tag, &content))
        return false;
    const struct bytes value = content.value;
    struct tlv inside;
    if (tlv_whole(value, DER_SEQUENCE, &inside))
        writer_put(out, value);
    else
        tlv_put(out, DER_SEQUENCE, value);
    return !out->overflow;
}

bool data_tag_take(struct bytes *list, uint32_t *tag)
{
    uint8_t byte;
    if (!bytes_take_u8(list, &byte))
        return false;
    *tag = byte;
    if ((byte & 0x1F) != 0x1F)
        return true;
    if (!bytes_take_u8(list, &byte))
        return false;
    *tag = *tag << 8 | byte;
    return true;
}
