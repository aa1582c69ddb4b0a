#include "fs/text/inventory_iot.h"

#include "apdu/der.h"
#include "apdu/json_writer.h"
#include "apdu/status.h"
#include "fs/text/inventory.h"

#define TAG_ID 0x80
#define TAG_FQDN 0x81
#define TAG_COUNTER 0x83
#define TAG_TOKEN 0x84
#define TAG_CI 0x88
#define TAG_FLAG 0x80
#define TAG_RESULT 0xA0
#define RESULT 0xBF51
#define VALUE_MAX 4096

static void put_number(struct writer *out, const char *name, struct bytes value)
{
    int64_t number;
    if (der_to_integer(value, &number))
        json_writer_number(out, name, number);
}

static int put_eim(void *context, const char *name, struct bytes value)
{
    struct writer *out = context;
    struct tlv whole, field;
    (void)name;
    if (!tlv_whole(value, DER_SEQUENCE, &whole))
        return 0;
    json_writer_open_object(out, NULL);
    while (tlv_take(&whole.value, &field)) {
        if (field.tag == TAG_ID || field.tag == TAG_FQDN)
            json_writer_text(out, field.tag == TAG_ID ? "id" : "fqdn", field.value);
        else if (field.tag == TAG_COUNTER || field.tag == TAG_TOKEN)
            put_number(out, field.tag == TAG_COUNTER ? "counter" : "token", field.value);
        else if (field.tag == TAG_CI)
            json_writer_hex(out, "ci", field.value);
    }
    json_writer_close_object(out);
    return 0;
}

static int put_result(void *context, const struct store_notification *row)
{
    struct writer *out = context;
    struct tlv whole, choice, data, field;
    if (row->operation != INVENTORY_IOT_RESULT || !tlv_whole(row->pending, RESULT, &whole) ||
        !tlv_take_tag(&whole.value, TAG_RESULT, &choice) ||
        !tlv_take_tag(&choice.value, DER_SEQUENCE, &data))
        return 0;
    json_writer_open_object(out, NULL);
    json_writer_number(out, "number", row->sequence);
    json_writer_text(out, "eim", row->address);
    if (tlv_find(data.value, 0x81, &field))
        put_number(out, "counter", field.value);
    if (tlv_find(data.value, DER_SEQUENCE, &field))
        json_writer_hex(out, "results", field.value);
    json_writer_close_object(out);
    return 0;
}

/* Nothing where there is no such value; "none" for zeros. */
static int put_iccid(struct store *store, const char *name, const char *label, struct writer *out)
{
    uint8_t iccid[PROFILE_ICCID_SIZE];
    char text[INVENTORY_ICCID_TEXT_SIZE];
    struct writer value = writer_on(iccid, sizeof(iccid));
    const int result = store_get(store, name, &value);
    if (result == 0 && value.len > 0) {
        inventory_iccid_text(iccid, text);
        json_writer_word(out, label, iccid[0] != 0 ? text : "none");
    }
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

static int put_immediate(struct store *store, struct writer *out)
{
    uint8_t room[VALUE_MAX];
    struct writer value = writer_on(room, sizeof(room));
    struct tlv flag;
    const int result = store_get(store, INVENTORY_IOT_IMMEDIATE, &value);
    json_writer_boolean(out, "immediate enabling",
                        result == 0 && tlv_find(writer_bytes(&value), TAG_FLAG, &flag));
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

static int put_token(struct store *store, struct writer *out)
{
    uint8_t room[4];
    struct writer value = writer_on(room, sizeof(room));
    uint32_t token = 0;
    const int result = store_get(store, INVENTORY_IOT_LAST_TOKEN, &value);
    if (result == 0 && bytes_to_u32(writer_bytes(&value), &token))
        json_writer_number(out, "last token", token);
    return result == SW_REFERENCE_NOT_FOUND ? 0 : result;
}

static int put_memories(struct store *store, struct writer *out)
{
    static const struct {
        const char *name, *label;
    } rows[] = {{INVENTORY_IOT_ROLLBACK, "rollback"},
                {INVENTORY_IOT_BEFORE_FALLBACK, "before fallback"},
                {INVENTORY_IOT_EMERGENCY, "before emergency"},
                {INVENTORY_IOT_FALLBACK, "fallback"}};
    int result = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && result == 0; i++)
        result = put_iccid(store, rows[i].name, rows[i].label, out);
    return result == 0 ? put_immediate(store, out) : result;
}

int inventory_iot_show(struct store *store, struct writer *out)
{
    json_writer_open_object(out, NULL);
    json_writer_open_list(out, "eims");
    int result = store_each_value(store, INVENTORY_IOT_EIM, put_eim, out);
    json_writer_close_list(out);
    if (result == 0)
        result = put_token(store, out);
    json_writer_open_list(out, "results");
    if (result == 0)
        result = store_each_notification(store, put_result, out);
    json_writer_close_list(out);
    if (result == 0)
        result = put_memories(store, out);
    json_writer_close_object(out);
    return result;
}
