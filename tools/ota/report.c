#include "tools/ota/report.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/tlv.h"

#define TAG_RESPONSES 0xAB
#define TAG_RESPONSES_INDEFINITE 0xAF
#define INDEFINITE 0x80
#define TAG_COUNT 0x80
#define TAG_ACTION 0x81
#define TAG_R_APDU 0x23
#define TAG_CHAINING 0x83
#define TAG_BAD_FORMAT 0x90
#define DATA_MAX 8192

static void set_hex(json_t *object, const char *key, struct bytes value)
{
    char *text = malloc(HEX_SIZE(value.len));
    if (text == NULL)
        return;
    hex_encode(value, text);
    json_object_set_new(object, key, json_string(text));
    free(text);
}

static void set_status(json_t *object, uint16_t status)
{
    char text[8];
    snprintf(text, sizeof(text), "%04X", status);
    json_object_set_new(object, "sw", json_string(text));
    json_object_set_new(object, "swText", json_string(status_text(status)));
}

/* Data and status word. */
static bool set_answer(json_t *object, struct bytes answer)
{
    struct bytes data;
    uint16_t status;
    if (answer.len < 2 || !bytes_take(&answer, answer.len - 2, &data) ||
        !bytes_take_u16(&answer, &status))
        return false;
    set_status(object, status);
    if (data.len > 0)
        set_hex(object, "data", data);
    return true;
}

static void read_compact(struct bytes data, json_t *out)
{
    uint8_t count;
    uint16_t status;
    if (!bytes_take_u8(&data, &count) || !bytes_take_u16(&data, &status))
        return;
    json_object_set_new(out, "commands", json_integer(count));
    set_status(out, status);
    if (data.len > 0)
        set_hex(out, "data", data);
}

static void read_element(const struct tlv *element, json_t *responses, json_t *out)
{
    static const char *const bad[] = {"an unknown tag", "a wrong length", "a length is missing"};
    const uint8_t value = element->value.len == 1 ? element->value.data[0] : 0;
    json_t *response;
    switch (element->tag) {
    case TAG_R_APDU:
        response = json_object();
        if (set_answer(response, element->value))
            set_answer(out, element->value);
        json_array_append_new(responses, response);
        break;
    case TAG_COUNT:
        json_object_set_new(out, "commands", json_integer(value));
        break;
    case TAG_BAD_FORMAT:
        json_object_set_new(out, "badFormat",
                            json_string(value >= 1 && value <= 3 ? bad[value - 1] : "unknown"));
        break;
    case TAG_CHAINING:
        json_object_set_new(out, "badFormat", json_string("script chaining is not possible"));
        break;
    case TAG_ACTION:
        json_object_set_new(out, "badFormat", json_string("the action is not possible"));
        break;
    default:
        break;
    }
}

static void read_expanded(struct bytes elements, json_t *out)
{
    json_t *responses = json_array();
    struct tlv element;
    while (tlv_take(&elements, &element) && element.tag != 0)
        read_element(&element, responses, out);
    if (json_object_get(out, "commands") == NULL)
        json_object_set_new(out, "commands", json_integer((json_int_t)json_array_size(responses)));
    json_object_set_new(out, "responses", responses);
}

void report_read_script(struct bytes data, json_t *out)
{
    struct tlv whole;
    if (tlv_whole(data, TAG_RESPONSES, &whole))
        read_expanded(whole.value, out);
    else if (bytes_start_with(data, BYTES(TAG_RESPONSES_INDEFINITE, INDEFINITE)))
        read_expanded(bytes_of(data.data + 2, data.len - 2), out);
    else
        read_compact(data, out);
}

/* What is refused before the keys are known comes as it is. */
static bool open_response(struct bytes packet, const struct scp80_header *header,
                          const struct scp80_keys *keys, uint8_t *room, struct scp80_response *out)
{
    struct scp80_header plain = *header;
    plain.spi[1] = 0;
    return scp80_read_response(packet, header, keys, room, out) == SCP80_OK ||
           (scp80_read_response(packet, &plain, keys, room, out) == SCP80_OK &&
            out->status != SCP80_OK);
}

json_t *report_read(struct bytes packet, const struct scp80_header *header,
                    const struct scp80_keys *keys, struct fault *fault)
{
    uint8_t room[DATA_MAX];
    struct scp80_response response;
    if (packet.len > sizeof(room) || !open_response(packet, header, keys, room, &response)) {
        fault_raise(fault, "report", "the answer is no response packet under these keys");
        fault_next(fault, "are the keys the card's? --verbose shows what came");
        return NULL;
    }
    json_t *out = json_object();
    json_object_set_new(out, "status", json_integer(response.status));
    json_object_set_new(out, "text", json_string(scp80_status_text(response.status)));
    set_hex(out, "counter", bytes_of(response.counter, sizeof(response.counter)));
    if (response.data.len > 0)
        report_read_script(response.data, out);
    return out;
}

static bool is_success(const char *status)
{
    return status == NULL || strncmp(status, "90", 2) == 0 || strncmp(status, "61", 2) == 0 ||
           strncmp(status, "62", 2) == 0 || strncmp(status, "91", 2) == 0 ||
           strncmp(status, "9F", 2) == 0;
}

bool report_is_script_good(const json_t *answer)
{
    return json_object_get(answer, "badFormat") == NULL &&
           is_success(json_string_value(json_object_get(answer, "sw")));
}

bool report_is_good(const json_t *report)
{
    return json_integer_value(json_object_get(report, "status")) == SCP80_OK &&
           report_is_script_good(report);
}

static void print_response(size_t number, const json_t *response)
{
    const char *data = json_string_value(json_object_get(response, "data"));
    printf("  %zu: %s (%s)%s%s\n", number, json_string_value(json_object_get(response, "sw")),
           json_string_value(json_object_get(response, "swText")), data != NULL ? " " : "",
           data != NULL ? data : "");
}

void report_print_script(const json_t *report)
{
    const json_t *responses = json_object_get(report, "responses");
    const char *bad = json_string_value(json_object_get(report, "badFormat"));
    const char *status = json_string_value(json_object_get(report, "sw"));
    const char *data = json_string_value(json_object_get(report, "data"));
    if (bad != NULL)
        printf("the script is refused: %s\n", bad);
    if (json_object_get(report, "commands") != NULL)
        printf("commands carried out: %lld\n",
               (long long)json_integer_value(json_object_get(report, "commands")));
    for (size_t i = 0; i < json_array_size(responses); i++)
        print_response(i + 1, json_array_get(responses, i));
    if (json_array_size(responses) == 0 && status != NULL)
        printf("last status: %s (%s)\n", status,
               json_string_value(json_object_get(report, "swText")));
    if (json_array_size(responses) == 0 && data != NULL)
        printf("data: %s\n", data);
}

void report_print(const json_t *report)
{
    printf("proof of receipt: %s (%02llX)\n", json_string_value(json_object_get(report, "text")),
           (unsigned long long)json_integer_value(json_object_get(report, "status")));
    report_print_script(report);
}
