#include "tools/lib/transport/exchange.h"

#include "apdu/apdu.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/tlv.h"
#include "apdu/trace.h"

#define FIRST_FURTHER_CHANNEL 4 /* channels 4 to 19 have another form of class byte */
#define CLASS_FURTHER_CHANNEL 0x40
#define COMMAND_MAX (5 + APDU_DATA_SHORT_MAX + 1)
#define RESPONSE_MAX 256 /* bytes of data that one GET RESPONSE brings */
#define RESPONSES_AT_ONCE 64
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

static void put_command(const struct transport *transport, const struct exchange_command *command,
                        struct writer *out)
{
    const bool has_data = command->data.len > 0;
    writer_put(out, BYTES(exchange_class(transport->channel, command->cla), command->ins,
                          command->p1, command->p2));
    if (has_data) {
        writer_put_u8(out, (uint8_t)command->data.len);
        writer_put(out, command->data);
    }
    if (command->has_le && (!has_data || transport->kind->send != NULL))
        writer_put_u8(out, command->le);
}

/* Response data go to *answer. The status word, or -1 after a fault. */
static int read_response(struct bytes response, bool secret, struct writer *answer,
                         struct fault *fault)
{
    struct bytes data = {0};
    uint16_t status;
    trace_bytes("<<", response, secret);
    if (response.len < 2 || !bytes_take(&response, response.len - 2, &data) ||
        !bytes_take_u16(&response, &status)) {
        fault_raise(fault, "card", "its response has no status word");
        fault_next(fault, "see whether the card is still there (emuicc: still running)");
        return -1;
    }
    writer_put(answer, data);
    return status;
}

/* One command and its response, without what 61xx announces. */
static int transmit(struct transport *transport, const struct exchange_command *command,
                    bool secret, struct writer *answer, struct fault *fault)
{
    uint8_t sent[COMMAND_MAX], received[TRANSPORT_RESPONSE_MAX];
    struct writer out = writer_on(sent, sizeof(sent)), in = writer_on(received, sizeof(received));
    put_command(transport, command, &out);
    trace_bytes(">>", writer_bytes(&out), secret);
    if (!transport->kind->transmit(transport, writer_bytes(&out), &in, fault))
        return -1;
    return read_response(writer_bytes(&in), secret, answer, fault);
}

/* The same in two steps, with others between. */
static bool send_command(struct transport *transport, const struct exchange_command *command,
                         bool secret, struct fault *fault)
{
    uint8_t sent[COMMAND_MAX];
    struct writer out = writer_on(sent, sizeof(sent));
    put_command(transport, command, &out);
    trace_bytes(">>", writer_bytes(&out), secret);
    return transport->kind->send(transport, writer_bytes(&out), fault);
}

static int receive_response(struct transport *transport, bool secret, struct writer *answer,
                            struct fault *fault)
{
    uint8_t received[TRANSPORT_RESPONSE_MAX];
    struct writer in = writer_on(received, sizeof(received));
    if (!transport->kind->receive(transport, &in, fault))
        return -1;
    return read_response(writer_bytes(&in), secret, answer, fault);
}

bool exchange_is_success(int status)
{
    return status >> 8 == SW_OK >> 8 || status >> 8 == SW_PROACTIVE >> 8;
}

static bool announces_more(int status)
{
    return status >= 0 && status >> 8 == SW_BYTES_AVAILABLE >> 8;
}

/* Of an answer that is one element, how many bytes have not come; 0 where that is not known. */
static size_t bytes_to_come(struct bytes answer)
{
    struct tlv_header header;
    if (tlv_read_header(answer, &header) != TLV_FRONT_OK)
        return 0;
    const size_t whole = header.header_len + header.value_len;
    return whole > answer.len ? whole - answer.len : 0;
}

static bool refuses_le(int status)
{
    return status >= 0 && status >> 8 == SW_WRONG_LE >> 8;
}

/* The responses to so many GET RESPONSE; those behind one that is the last are worth nothing. One
 * that is refused for its Le moves nothing: the next brings what it should have brought. */
static int receive_rest(struct transport *transport, size_t count, bool secret,
                        struct writer *answer, struct fault *fault)
{
    int status = SW_BYTES_AVAILABLE;
    while (count-- > 0) {
        struct writer none = {0};
        const bool wanted = announces_more(status) || refuses_le(status);
        const int next = receive_response(transport, secret, wanted ? answer : &none, fault);
        if (next < 0)
            return next;
        status = wanted ? next : status;
    }
    return status;
}

/* Asks for the rest at once, where the front of the answer says how much it is. */
static int collect_rest(struct transport *transport, struct exchange_command *get, size_t rest,
                        bool secret, struct writer *answer, struct fault *fault)
{
    size_t count = 0;
    for (; rest > 0 && count < RESPONSES_AT_ONCE; count++) {
        const size_t part = rest < RESPONSE_MAX ? rest : RESPONSE_MAX;
        get->le = (uint8_t)part; /* 0: 256 */
        rest -= part;
        if (!send_command(transport, get, secret, fault))
            return -1;
    }
    return receive_rest(transport, count, secret, answer, fault);
}

/* TS 102 221 §7.3.1.1.5. */
int exchange_collect(struct transport *transport, uint8_t cla, int status, size_t start,
                     bool secret, struct writer *answer, struct fault *fault)
{
    struct exchange_command get = {.cla = cla, .ins = 0xC0, .has_le = true};
    while (announces_more(status)) {
        const size_t before = answer->len;
        const size_t rest = transport->kind->send != NULL && !answer->overflow
                                ? bytes_to_come(bytes_of(answer->data + start, before - start))
                                : 0;
        get.le = (uint8_t)status;
        status = rest > 0 ? collect_rest(transport, &get, rest, secret, answer, fault)
                          : transmit(transport, &get, secret, answer, fault);
        if (refuses_le(status)) {
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
    const size_t start = answer->len;
    const int status = transmit(transport, command, secret, answer, fault);
    return status < 0
               ? status
               : exchange_collect(transport, command->cla, status, start, secret, answer, fault);
}

static int answers_early(struct fault *fault)
{
    fault_raise(fault, "card", "it answers before the last block");
    return -1;
}

int exchange_receive_blocks(struct transport *transport, size_t count, bool secret,
                            struct writer *answer, struct fault *fault)
{
    const size_t start = answer->len;
    int status = SW_OK;
    bool early = false;
    for (size_t i = 0; i < count; i++) {
        struct writer none = {0};
        const bool wanted = exchange_is_success(status) && !early;
        const int next = receive_response(transport, secret, wanted ? answer : &none, fault);
        if (next < 0)
            return next;
        status = wanted ? next : status;
        early |= wanted && i + 1 < count && (announces_more(status) || answer->len > start);
    }
    return early ? answers_early(fault) : status;
}

bool exchange_send_blocks(struct transport *transport, const struct exchange_command *commands,
                          size_t count, bool secret, struct fault *fault)
{
    for (size_t i = 0; i < count; i++)
        if (!send_command(transport, &commands[i], secret, fault))
            return false;
    return true;
}

int exchange_blocks(struct transport *transport, const struct exchange_command *commands,
                    size_t count, bool secret, struct writer *answer, struct fault *fault)
{
    const size_t start = answer->len;
    int status = SW_OK;
    if (transport->kind->send != NULL) {
        status = exchange_send_blocks(transport, commands, count, secret, fault)
                     ? exchange_receive_blocks(transport, count, secret, answer, fault)
                     : -1;
        return exchange_collect(transport, commands[0].cla, status, start, secret, answer, fault);
    }
    for (size_t i = 0; i < count && exchange_is_success(status); i++) {
        if (answer->len > start)
            return answers_early(fault);
        status = exchange(transport, &commands[i], secret, answer, fault);
    }
    return status;
}

bool exchange_refused(struct fault *fault, const char *where, int status)
{
    if (status < 0)
        return false;
    fault_raise(fault, where, "the card refuses: %s", status_text((uint16_t)status));
    return fault_code(fault, "%04X", (unsigned)status);
}
