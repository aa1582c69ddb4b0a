#include "tools/ota/delivery.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "tools/lib/at/dialogue.h"
#include "tools/lib/at/terminal.h"
#include "tools/lib/at/values.h"
#include "tools/lib/toolkit/toolkit.h"
#include "tools/lib/transport/direct.h"
#include "tools/lib/transport/exchange.h"
#include "tools/lib/transport/interrupt.h"
#include "tools/lib/transport/pcsc.h"

#define WHERE "delivery"
#define TYPE_SEND_SMS 0x13
#define TIMEOUT_MS 60000
#define CME_NOT_FOUND_CODE 22 /* no more messages (TS 27.007 §9.2) */

static void take_submit(void *context, uint8_t type, uint8_t qualifier, struct bytes data)
{
    struct writer *out = context;
    (void)qualifier;
    if (type == TYPE_SEND_SMS)
        (void)message_unpack(data, out);
}

static bool deliver_all(struct toolkit *toolkit, const struct message_list *messages,
                        struct delivery_result *out, struct writer *submitted, struct fault *fault)
{
    struct writer report = writer_on(out->response, sizeof(out->response));
    for (size_t i = 0; i < messages->count; i++) {
        writer_reset(&report);
        const int status = toolkit_deliver(
            toolkit, (struct bytes){0}, bytes_of(messages->parts[i].data, messages->parts[i].len),
            &report, fault);
        if (status < 0)
            return false;
        if (!exchange_is_success(status))
            return exchange_refused(fault, WHERE, status);
        out->status = (uint16_t)status;
    }
    out->by_submit = submitted->len > 0;
    if (out->by_submit)
        memcpy(out->response, submitted->data, submitted->len);
    out->len = out->by_submit ? submitted->len : report.len;
    return true;
}

/* Serves the card while it has a channel open. */
static bool serve_channels(struct toolkit *toolkit, struct fault *fault)
{
    struct pollfd sockets[TOOLKIT_SOCKETS];
    int timeout_ms;
    bool good = true;
    while (good && toolkit_has_channel(toolkit) && !interrupt_seen()) {
        const size_t count = toolkit_poll(toolkit, sockets, &timeout_ms);
        (void)poll(sockets, count, timeout_ms);
        good = toolkit_proceed(toolkit, fault);
    }
    return good;
}

static bool by_reader(const struct delivery_way *way, const struct message_list *messages,
                      struct delivery_result *out, struct fault *fault)
{
    uint8_t room[DELIVERY_RESPONSE_MAX];
    struct writer submitted = writer_on(room, sizeof(room));
    struct transport *transport = way->direct != NULL
                                      ? direct_create(way->direct, DIRECT_TIMEOUT_MS)
                                      : pcsc_create(way->reader);
    struct toolkit toolkit = {.transport = transport, .told = take_submit, .context = &submitted};
    toolkit.bearer = *way->bearer;
    if (transport == NULL)
        return fault_raise(fault, WHERE, "out of memory");
    const bool good = transport->kind->open(transport, fault) && toolkit_start(&toolkit, fault) &&
                      deliver_all(&toolkit, messages, out, &submitted, fault) &&
                      serve_channels(&toolkit, fault);
    toolkit_reset(&toolkit);
    transport->kind->close(transport);
    return good;
}

/* One AT command and its result; false after a fault, or without one when there is none to give. */
static bool ask(int line, const char *command, const char *name, struct reply *reply,
                struct fault *fault)
{
    reply_begin(reply, command, name, false);
    const enum dialogue_result result = dialogue(line, reply, TIMEOUT_MS);
    if (result == DIALOGUE_OK)
        return true;
    const struct bytes text = writer_bytes(&reply->error);
    struct values values = values_of(text);
    uint32_t code;
    if (result == DIALOGUE_ERROR && values_take_number(&values, UINT16_MAX, &code) &&
        code == CME_NOT_FOUND_CODE)
        return false;
    if (result == DIALOGUE_ERROR)
        fault_raise(fault, name != NULL ? name : command, "the modem refuses: %s %.*s",
                    reply->error_name, (int)text.len, (const char *)text.data);
    else
        fault_raise(fault, WHERE, "the modem does not answer");
    return fault_next(fault, "is it emuicc-modem that is there?");
}

static bool hand_over(int line, const struct message_tpdu *message, struct delivery_result *out,
                      struct fault *fault)
{
    struct reply reply;
    char command[2 * MESSAGE_TPDU_MAX + 16], digits[HEX_SIZE(MESSAGE_TPDU_MAX)];
    struct writer report = writer_on(out->response, sizeof(out->response)),
                  status = writer_on((uint8_t[2]){0}, 2);
    struct bytes word;
    char text[5];
    hex_encode(bytes_of(message->data, message->len), digits);
    snprintf(command, sizeof(command), "AT+ESMS=\"%s\"", digits);
    if (!ask(line, command, "+ESMS", &reply, fault))
        return false;
    struct values values = values_of(writer_bytes(&reply.value));
    if (!values_take(&values, &word) || word.len != sizeof(text) - 1)
        return fault_raise(fault, WHERE, "the modem's result is malformed");
    memcpy(text, word.data, word.len);
    text[word.len] = '\0';
    if (!hex_decode(text, &status) || status.len != 2)
        return fault_raise(fault, WHERE, "the modem's result is malformed");
    out->status = (uint16_t)(status.data[0] << 8 | status.data[1]);
    (void)values_take_hex(&values, &report);
    out->len = report.len;
    return exchange_is_success(out->status) || exchange_refused(fault, WHERE, out->status);
}

/* Until the modem has no more. */
static bool read_submits(int line, struct delivery_result *out, struct fault *fault)
{
    struct reply reply;
    uint8_t room[DELIVERY_RESPONSE_MAX];
    struct writer submitted = writer_on(room, sizeof(room));
    while (ask(line, "AT+ESMSR", "+ESMSR", &reply, fault)) {
        uint8_t tpdu_room[MESSAGE_TPDU_MAX];
        struct writer tpdu = writer_on(tpdu_room, sizeof(tpdu_room));
        struct values values = values_of(writer_bytes(&reply.value));
        if (values_take_hex(&values, &tpdu))
            (void)message_unpack(writer_bytes(&tpdu), &submitted);
    }
    if (fault->raised || submitted.len == 0)
        return !fault->raised;
    memcpy(out->response, submitted.data, submitted.len);
    out->len = submitted.len;
    out->by_submit = true;
    return true;
}

static bool by_modem(const struct delivery_way *way, const struct message_list *messages,
                     struct delivery_result *out, struct fault *fault)
{
    struct reply reply;
    const int line = open(way->modem, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (line < 0 || !terminal_raw(line)) {
        fault_raise(fault, WHERE, "%s: %s", way->modem, strerror(errno));
        if (line >= 0)
            close(line);
        return false;
    }
    bool good =
        ask(line, "ATE0", NULL, &reply, fault) && ask(line, "AT+CMEE=1", NULL, &reply, fault);
    for (size_t i = 0; good && i < messages->count; i++)
        good = hand_over(line, &messages->parts[i], out, fault);
    good = good && read_submits(line, out, fault);
    close(line);
    return good;
}

bool delivery_run(const struct delivery_way *way, const struct message_list *messages,
                  struct delivery_result *out, struct fault *fault)
{
    *out = (struct delivery_result){0};
    return (way->modem != NULL ? by_modem : by_reader)(way, messages, out, fault);
}
