#include "tools/lib/transport/exchange.h"

#include "apdu/apdu.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"

#define FIRST_FURTHER_CHANNEL 4 /* channels 4 to 19 have another form of class byte */
#define CLASS_FURTHER_CHANNEL 0x40
#define TRACED_BYTES 48 /* of each command and response; the lengths tell the rest */

uint8_t exchange_class(uint8_t channel, uint8_t cla)
{
    if (channel < FIRST_FURTHER_CHANNEL)
        return cla | channel;
    return cla | CLASS_FURTHER_CHANNEL | (uint8_t)(channel - FIRST_FURTHER_CHANNEL);
}

static void trace_bytes(const char *direction, struct bytes bytes, bool secret)
{
    char text[HEX_SIZE(TRACED_BYTES)];
    const size_t shown = secret ? 0 : bytes.len < TRACED_BYTES ? bytes.len : TRACED_BYTES;
    hex_encode(bytes_of(bytes.data, shown), text);
    trace_detail("%s %s%s (%zu bytes)", direction, text, shown < bytes.len ? "..." : "", bytes.len);
}

/* Sends one command; response data go to *answer. The status word, or -1 after a fault. */
static int transmit(struct transport *transport, const struct exchange_command *command,
                    bool secret, struct writer *answer, struct fault *fault)
{
    uint8_t sent[5 + APDU_DATA_SHORT_MAX], received[TRANSPORT_RESPONSE_MAX];
    struct writer out = writer_on(sent, sizeof(sent)), in = writer_on(received, sizeof(received));
    writer_put(&out, BYTES(exchange_class(transport->channel, command->cla), command->ins,
                           command->p1, command->p2));
    if (command->data.len > 0) {
        writer_put_u8(&out, (uint8_t)command->data.len);
        writer_put(&out, command->data);
    } else if (command->has_le) {
        writer_put_u8(&out, command->le);
    }
    trace_bytes(">>", writer_bytes(&out), secret);
    if (!transport->kind->transmit(transport, writer_bytes(&out), &in, fault))
        return -1;
    struct bytes data = {0}, response = writer_bytes(&in);
    trace_bytes("<<", response, secret);
    uint16_t status;
    if (response.len < 2 || !bytes_take(&response, response.len - 2, &data) ||
        !bytes_take_u16(&response, &status)) {
        fault_raise(fault, "card", "its response has no status word");
        fault_next(fault, "see whether the card is still there (emuicc: still running)");
        return -1;
    }
    writer_put(answer, data);
    return status;
}

bool exchange_is_success(int status)
{
    return status >> 8 == SW_OK >> 8 || status >> 8 == SW_PROACTIVE >> 8;
}

/* Fetches what 61xx announces (TS 102 221 §7.3.1.1.5). The last status word, or -1. */
static int collect(struct transport *transport, uint8_t cla, int status, bool secret,
                   struct writer *answer, struct fault *fault)
{
    struct exchange_command get = {.cla = cla, .ins = 0xC0, .has_le = true};
    while (status >> 8 == SW_BYTES_AVAILABLE >> 8) {
        const size_t before = answer->len;
        get.le = (uint8_t)status;
        status = transmit(transport, &get, secret, answer, fault);
        if (status >> 8 == SW_WRONG_LE >> 8) {
            get.le = (uint8_t)status;
            status = transmit(transport, &get, secret, answer, fault);
        }
        if (status < 0)
            return status;
        if (answer->overflow) {
            fault_raise(fault, "card", "its answer is too long");
            return -1;
        }
        if (answer->len == before && !exchange_is_success(status)) {
            fault_raise(fault, "card", "it announces more bytes than it gives");
            return -1;
        }
    }
    return status;
}

int exchange(struct transport *transport, const struct exchange_command *command, bool secret,
             struct writer *answer, struct fault *fault)
{
    const int status = transmit(transport, command, secret, answer, fault);
    return status < 0 ? status : collect(transport, command->cla, status, secret, answer, fault);
}

bool exchange_refused(struct fault *fault, const char *where, int status)
{
    if (status < 0)
        return false;
    fault_raise(fault, where, "the card refuses: %s", status_text((uint16_t)status));
    return fault_code(fault, "%04X", (unsigned)status);
}
