#include "card/stdio/stdio_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/trace.h"

#define FAILED (-1)
#define AID_MAX 16
#define CHANNEL_LAST_PLAIN 3 /* class 00 to 03; from 4 on the class is 40 + channel - 4 */
#define CLASS_FURTHER 0x40

/* What a function works on. */
struct call {
    struct contact *contact;
    struct bytes parameter;
    struct writer *response; /* of transmit */
};

/* ecode */
typedef int call_run(struct call *call);

/* A command to the card, whose response is of no further use than its status word and first bytes;
 * false unless it ends with 9000 or 61xx. */
static bool ask(struct call *call, struct bytes command)
{
    struct writer *response = call->response;
    response->len = 0;
    if (contact_transmit(call->contact, command, response) != CONTACT_ANSWERED || response->len < 2)
        return false;
    const uint8_t sw1 = response->data[response->len - 2];
    return sw1 == 0x90 || sw1 == 0x61;
}

static int run_connect(struct call *call)
{
    return contact_power(call->contact, CARD_RESET) ? 0 : FAILED;
}

static int run_disconnect(struct call *call)
{
    return contact_power(call->contact, CARD_OFF) ? 0 : FAILED;
}

static uint8_t class_of(uint8_t channel)
{
    return channel <= CHANNEL_LAST_PLAIN
               ? channel
               : (uint8_t)(CLASS_FURTHER | (channel - CHANNEL_LAST_PLAIN - 1));
}

static int close_channel(struct call *call, uint8_t channel)
{
    const uint8_t command[] = {0x00, 0x70, 0x80, channel};
    return ask(call, bytes_of(command, sizeof(command))) ? 0 : FAILED;
}

static bool select_on(struct call *call, uint8_t channel, struct bytes aid)
{
    uint8_t room[5 + AID_MAX];
    struct writer command = writer_on(room, sizeof(room));
    const uint8_t header[] = {class_of(channel), 0xA4, 0x04, 0x00, (uint8_t)aid.len};
    writer_put(&command, bytes_of(header, sizeof(header)));
    writer_put(&command, aid);
    return !command.overflow && ask(call, writer_bytes(&command));
}

static int run_open(struct call *call)
{
    static const uint8_t open[] = {0x00, 0x70, 0x00, 0x00, 0x01};
    if (call->parameter.len == 0 || call->parameter.len > AID_MAX ||
        !ask(call, bytes_of(open, sizeof(open))) || call->response->len != 3)
        return FAILED;
    const uint8_t channel = call->response->data[0];
    if (select_on(call, channel, call->parameter))
        return channel;
    (void)close_channel(call, channel);
    return FAILED;
}

static int run_close(struct call *call)
{
    return call->parameter.len == 1 ? close_channel(call, call->parameter.data[0]) : FAILED;
}

static int run_transmit(struct call *call)
{
    call->response->len = 0;
    const enum contact_result result =
        contact_transmit(call->contact, call->parameter, call->response);
    return result == CONTACT_ANSWERED ? 0 : FAILED;
}

static const struct {
    const char *func;
    call_run *run;
    bool data; /* the response is part of the answer */
} functions[] = {
    {"connect", run_connect, false},         {"disconnect", run_disconnect, false},
    {"logic_channel_open", run_open, false}, {"logic_channel_close", run_close, false},
    {"transmit", run_transmit, true},
};

static void put_answer(struct writer *answer, int ecode, const struct writer *data)
{
    char number[16];
    snprintf(number, sizeof(number), "%d", ecode);
    writer_put(answer, bytes_of_text("{\"type\":\"apdu\",\"payload\":{\"ecode\":"));
    writer_put(answer, bytes_of_text(number));
    if (data != NULL && answer->capacity - answer->len > HEX_SIZE(data->len)) {
        writer_put(answer, bytes_of_text(",\"data\":\""));
        hex_encode(writer_bytes(data), (char *)answer->data + answer->len);
        answer->len += HEX_SIZE(data->len) - 1;
        writer_put(answer, bytes_of_text("\""));
    }
    writer_put(answer, bytes_of_text("}}\n"));
}

/* The parameter's bytes into `out`; none for null and for no parameter. */
static bool read_parameter(const json_t *parameter, struct writer *out)
{
    if (parameter == NULL || json_is_null(parameter))
        return true;
    return json_is_string(parameter) && hex_decode(json_string_value(parameter), out);
}

/* An answer with the ecode of failure if the payload is none that is known. */
static void answer_payload(struct contact *contact, const json_t *payload, uint8_t *room,
                           struct writer *answer)
{
    const char *func = json_string_value(json_object_get(payload, "func"));
    uint8_t *command = malloc(APDU_COMMAND_MAX);
    struct writer parameter = writer_on(command, command != NULL ? APDU_COMMAND_MAX : 0);
    struct writer response = writer_on(room, CARD_RESPONSE_CAPACITY);
    struct call call = {.contact = contact, .response = &response};
    int ecode = FAILED;
    bool data = false;
    const bool fine = read_parameter(json_object_get(payload, "param"), &parameter);
    call.parameter = writer_bytes(&parameter);
    for (size_t i = 0; fine && i < sizeof(functions) / sizeof(functions[0]); i++) {
        if (func == NULL || strcmp(func, functions[i].func) != 0)
            continue;
        ecode = functions[i].run(&call);
        data = functions[i].data && ecode == 0;
    }
    free(command);
    put_answer(answer, ecode, data ? &response : NULL);
}

bool stdio_json_answer(struct contact *contact, struct bytes line, uint8_t *room,
                       struct writer *answer)
{
    json_error_t error;
    json_t *root = json_loadb((const char *)line.data, line.len, 0, &error);
    const char *type = json_string_value(json_object_get(root, "type"));
    const bool is_apdu = type != NULL && strcmp(type, "apdu") == 0;
    if (root == NULL)
        trace_error("a line is no JSON: %s", error.text);
    if (root == NULL || is_apdu)
        answer_payload(contact, json_object_get(root, "payload"), room, answer);
    json_decref(root);
    return root == NULL || is_apdu;
}
