#include "tools/lib/transport/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "apdu/trace.h"
#include "tools/lib/at/cme.h"
#include "tools/lib/at/dialogue.h"
#include "tools/lib/at/terminal.h"
#include "tools/lib/at/values.h"
#include "tools/lib/transport/channel.h"
#include "tools/lib/transport/interrupt.h"

#define WHERE "modem"
#define GREETINGS 3 /* a modem may have to wake up, or to lose half a line of somebody else's */
#define GREETING_MS 2000
#define SESSION_MAX 16  /* hexadecimal digits, of modems whose handle is no channel's number */
#define COMMAND_MAX 600 /* characters; an APDU of 260 bytes takes 520 of them */

struct serial {
    struct transport transport;
    const char *tty;
    int timeout_ms;
    int line;     /* -1: not open */
    bool is_lost; /* it fell silent or hung up: what it says now answers something else */
    bool has_session;
    char session[SESSION_MAX + 1]; /* as the modem calls the channel */
    struct reply reply;
};

static bool refuse_line(struct serial *self, struct fault *fault)
{
    fault_raise(fault, WHERE, "%s: %s", self->tty, strerror(errno));
    if (errno == EBUSY || errno == EWOULDBLOCK)
        return fault_next(fault, "another program uses it: end that one (ModemManager, an LPA)");
    if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
        return fault_next(fault, "see whether the device is there (dmesg names its ttys); "
                                 "emuicc-modem makes one in software");
    if (errno == EACCES)
        return fault_next(fault, "join the group that owns it (dialout), or run this as root");
    return errno == ENOTTY ? fault_next(fault, "name a terminal: a tty or a pty") : false;
}

/* Nobody else may talk in between; a program that uses neither lock is beyond reach. */
static bool take_line(struct serial *self, struct fault *fault)
{
    self->line = open(self->tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (self->line < 0 || !isatty(self->line) || flock(self->line, LOCK_EX | LOCK_NB) != 0 ||
        ioctl(self->line, TIOCEXCL) != 0 || !terminal_raw(self->line))
        return refuse_line(self, fault);
    return true;
}

/* "SIM not inserted" with its number, whichever of the two the modem sent. */
static bool refuse_command(struct serial *self, const char *where, struct fault *fault)
{
    uint32_t code;
    const struct bytes text = writer_bytes(&self->reply.error);
    struct values values = values_of(text);
    const bool numbered = values_take_number(&values, UINT16_MAX, &code);
    const char *name = numbered ? cme_text((int32_t)code) : NULL;
    if (name != NULL)
        fault_raise(fault, where, "the modem refuses: %s", name);
    else
        fault_raise(fault, where, "the modem refuses: %s %.*s", self->reply.error_name,
                    (int)text.len, (const char *)text.data);
    if (!numbered)
        return false;
    fault_code(fault, "+CME ERROR: %u", code);
    return code == CME_NOT_INSERTED ? fault_next(fault, "put a card into the device") : false;
}

/* Sends a command. `name`: of the result that must come with it; NULL: none. */
static bool command(struct serial *self, const char *text, const char *name, int timeout_ms,
                    struct fault *fault)
{
    const char *where = name != NULL ? name : WHERE;
    reply_begin(&self->reply, text, name, name != NULL);
    const enum dialogue_result result =
        self->is_lost ? DIALOGUE_GONE : dialogue(self->line, &self->reply, timeout_ms);
    switch (result) {
    case DIALOGUE_OK:
        return name == NULL || self->reply.has_value ||
               fault_raise(fault, where, "the modem says OK and gives no result");
    case DIALOGUE_ERROR:
        return refuse_command(self, where, fault);
    case DIALOGUE_SILENT:
        self->is_lost = true;
        fault_raise(fault, where, "the modem on %s does not answer", self->tty);
        return fault_next(fault, "see whether it is the tty that takes AT commands, and whether "
                                 "the device is on");
    case DIALOGUE_GONE:
        break;
    }
    self->is_lost = true;
    fault_raise(fault, where, "the modem on %s is gone", self->tty);
    return fault_next(fault, "see whether the device is still there; what the card acknowledged "
                             "is kept");
}

static bool greet(struct serial *self, struct fault *fault)
{
    const int timeout = self->timeout_ms < GREETING_MS ? self->timeout_ms : GREETING_MS;
    struct fault last = {0};
    for (int i = 0; i < GREETINGS; i++) {
        last = (struct fault){0};
        self->is_lost = false;
        if (command(self, "AT", NULL, timeout, &last))
            return true;
        if (!interrupt_none(fault))
            return false;
    }
    fault_raise(fault, last.where, "%s", last.text);
    return fault_next(fault, "%s", last.next);
}

/* Asked for one by one: a modem may not know them, and does without. */
static bool set_up(struct serial *self, struct fault *fault)
{
    static const char *const wishes[] = {"ATE0", "AT+CMEE=1"};
    struct fault refused = {0};
    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        if (command(self, wishes[i], NULL, self->timeout_ms, &refused))
            continue;
        if (self->is_lost)
            return fault_raise(fault, refused.where, "%s", refused.text);
        trace_detail("%s: %s", wishes[i], refused.text);
    }
    return true;
}

static bool serial_open(struct transport *transport, struct fault *fault)
{
    struct serial *self = (struct serial *)transport;
    snprintf(transport->place, sizeof(transport->place), "%s", self->tty);
    return take_line(self, fault) && greet(self, fault) && set_up(self, fault);
}

/* TS 27.007 §8.45 has a number; some modems give a handle in hexadecimal digits. */
static bool take_session(struct values *values, char session[static SESSION_MAX + 1])
{
    struct bytes text;
    if (!values_take(values, &text) || text.len == 0 || text.len > SESSION_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (hex_digit((char)text.data[i]) < 0)
            return false;
    snprintf(session, SESSION_MAX + 1, "%.*s", (int)text.len, (const char *)text.data);
    return true;
}

static bool serial_select(struct transport *transport, struct bytes aid, struct fault *fault)
{
    struct serial *self = (struct serial *)transport;
    char text[COMMAND_MAX], digits[HEX_SIZE(UINT8_MAX)];
    if (aid.len > UINT8_MAX)
        return fault_raise(fault, "+CCHO", "the AID is too long");
    hex_encode(aid, digits);
    snprintf(text, sizeof(text), "AT+CCHO=\"%s\"", digits);
    if (!command(self, text, "+CCHO", self->timeout_ms, fault))
        return self->is_lost || fault->next[0] != '\0' ? false : channel_not_found(fault);
    struct values values = values_of(writer_bytes(&self->reply.value));
    self->has_session = take_session(&values, self->session);
    return self->has_session || fault_raise(fault, "+CCHO", "the modem names no session");
}

static bool serial_transmit(struct transport *transport, struct bytes apdu, struct writer *response,
                            struct fault *fault)
{
    struct serial *self = (struct serial *)transport;
    char text[COMMAND_MAX], digits[HEX_SIZE(5 + UINT8_MAX)];
    if (apdu.len > 5 + UINT8_MAX)
        return fault_raise(fault, "+CGLA", "a command of %zu bytes is too long", apdu.len);
    hex_encode(apdu, digits);
    snprintf(text, sizeof(text), "AT+CGLA=%s,%zu,\"%s\"", self->session, 2 * apdu.len, digits);
    if (!command(self, text, "+CGLA", self->timeout_ms, fault))
        return false;
    struct values values = values_of(writer_bytes(&self->reply.value));
    uint8_t room[REPLY_LINE_MAX / 2];
    struct writer bytes = writer_on(room, sizeof(room));
    uint32_t length;
    if (!values_take_number(&values, REPLY_LINE_MAX, &length) ||
        !values_take_hex(&values, &bytes) || length != 2 * bytes.len)
        return fault_raise(fault, "+CGLA", "the modem's result is malformed");
    writer_put(response, writer_bytes(&bytes));
    return true;
}

static void serial_deselect(struct transport *transport, struct fault *fault)
{
    struct serial *self = (struct serial *)transport;
    char text[COMMAND_MAX];
    if (!self->has_session)
        return;
    self->has_session = false;
    snprintf(text, sizeof(text), "AT+CCHC=%s", self->session);
    command(self, text, NULL, self->timeout_ms, fault);
}

static void serial_close(struct transport *transport)
{
    struct serial *self = (struct serial *)transport;
    if (self->line >= 0)
        close(self->line);
    free(self);
}

static const struct transport_kind serial_kind = {"serial",        serial_open,     serial_select,
                                                  serial_transmit, serial_deselect, serial_close};

struct transport *serial_create(const char *tty, int timeout_ms)
{
    struct serial *self = calloc(1, sizeof(*self));
    if (self == NULL)
        return NULL;
    self->transport.kind = &serial_kind;
    self->tty = tty;
    self->timeout_ms = timeout_ms;
    self->line = -1;
    return &self->transport;
}
