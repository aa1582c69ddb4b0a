#include "tools/lib/es10/notification.h"

#include "apdu/der.h"
#include "tools/lib/es10/codes.h"

#define CODE_MAX 0xFFFF

enum {
    TAG_NUMBER = 0x80,
    TAG_EVENT = 0x81,
    TAG_ICCID = 0x5A,
    TAG_METADATA = 0xBF2F,
    TAG_INSTALLATION = 0xBF37,
    TAG_DATA = 0xBF27,
    TAG_TRANSACTION_ID = 0x80,
    TAG_FINAL_RESULT = 0xA2,
    TAG_SUCCESS = 0xA0,
    TAG_ERROR = 0xA1,
    TAG_AID = 0x4F,
    TAG_COMMAND = 0x80,
    TAG_REASON = 0x81,
    TAG_RESPONSES = 0x82,
    TAG_STATUSES = 0xA0,
    TAG_STATUS = 0x80,
    TAG_ELEMENT = 0x81,
};

bool notification_take(struct bytes *list, struct notification *out)
{
    struct tlv metadata, number, event, address, iccid;
    if (!tlv_take_tag(list, TAG_METADATA, &metadata))
        return false;
    struct bytes content = metadata.value;
    struct notification read = {.content = content};
    if (!tlv_take_tag(&content, TAG_NUMBER, &number) ||
        !der_to_unsigned(number.value, UINT32_MAX, &read.number) ||
        !tlv_take_tag(&content, TAG_EVENT, &event) || !der_to_bits(event.value, &read.event) ||
        !tlv_take_tag(&content, DER_UTF8_STRING, &address) ||
        !tlv_take_optional(&content, TAG_ICCID, &iccid))
        return false;
    read.address = address.value;
    read.iccid = iccid.value;
    if (address.value.len == 0 || address.value.len > NOTIFICATION_ADDRESS_MAX)
        return false;
    *out = read;
    return true;
}

static bool take_success(struct bytes content, struct notification_installation *out)
{
    struct tlv aid, responses;
    if (!tlv_take_tag(&content, TAG_AID, &aid) ||
        !tlv_take_optional(&content, DER_OCTET_STRING, &responses))
        return false;
    out->success = true;
    out->aid = aid.value;
    out->responses = responses.value;
    return true;
}

static bool take_error(struct bytes content, struct notification_installation *out)
{
    struct tlv command, reason, responses;
    if (!tlv_take_tag(&content, TAG_COMMAND, &command) ||
        !tlv_take_tag(&content, TAG_REASON, &reason) ||
        !tlv_take_optional(&content, TAG_RESPONSES, &responses))
        return false;
    out->responses = responses.value;
    return der_to_unsigned(command.value, CODE_MAX, &out->command) &&
           der_to_unsigned(reason.value, CODE_MAX, &out->reason);
}

bool notification_installation(struct bytes whole, struct notification_installation *out)
{
    struct notification_installation read = {0};
    struct tlv result, data, transaction_id, final, outcome;
    if (!tlv_whole(whole, TAG_INSTALLATION, &result) ||
        !tlv_take_tag(&result.value, TAG_DATA, &data) ||
        !tlv_take_tag(&data.value, TAG_TRANSACTION_ID, &transaction_id) ||
        !notification_take(&data.value, &read.notification) ||
        !tlv_find(data.value, TAG_FINAL_RESULT, &final) || !tlv_take(&final.value, &outcome))
        return false;
    read.transaction_id = transaction_id.value;
    if (!(outcome.tag == TAG_SUCCESS && take_success(outcome.value, &read)) &&
        !(outcome.tag == TAG_ERROR && take_error(outcome.value, &read)))
        return false;
    *out = read;
    return true;
}

/* One PEStatus; nothing is added for ok. */
static bool add_status(struct bytes content, json_t *array)
{
    struct tlv status, element;
    uint32_t code, number;
    if (!tlv_take_tag(&content, TAG_STATUS, &status) ||
        !der_to_unsigned(status.value, CODE_MAX, &code) ||
        !tlv_take_optional(&content, TAG_ELEMENT, &element))
        return false;
    if (code == 0)
        return true;
    const struct codes_row *row = codes_find(CODES_PE_STATUS, code);
    json_t *object = json_object();
    json_object_set_new(object, "status",
                        row != NULL ? json_string(row->name) : json_integer(code));
    if (element.whole.len > 0 && der_to_unsigned(element.value, CODE_MAX, &number))
        json_object_set_new(object, "element", json_integer(number));
    json_array_append_new(array, object);
    return true;
}

static bool add_response(struct bytes content, json_t *array)
{
    struct tlv statuses, status;
    if (!tlv_take_tag(&content, TAG_STATUSES, &statuses))
        return false;
    while (tlv_take_tag(&statuses.value, DER_SEQUENCE, &status))
        if (!add_status(status.value, array))
            return false;
    return statuses.value.len == 0;
}

json_t *notification_element_statuses(struct bytes responses)
{
    json_t *array = json_array();
    struct tlv response;
    bool good = true;
    while (good && tlv_take_tag(&responses, DER_SEQUENCE, &response))
        good = add_response(response.value, array);
    if (good && responses.len == 0)
        return array;
    json_decref(array);
    return NULL;
}
