/* Both ends of a line that carries AT commands: what a terminal sends to the modem in software, and
 * what a modem says to the LPA. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/trace.h"
#include "tools/lib/at/reply.h"
#include "tools/lib/at/values.h"
#include "tools/modem/modem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A card that gives a channel, more data than it was asked for, or status words, by what it gets.
 */
static bool card_open(struct transport *transport, struct fault *fault)
{
    (void)transport, (void)fault;
    return true;
}

static bool card_transmit(struct transport *transport, struct bytes command,
                          struct writer *response, struct fault *fault)
{
    (void)transport;
    if (command.len < 4)
        return fault_raise(fault, "fuzz", "no command");
    const uint8_t p2 = command.data[3];
    if (command.data[1] == 0x70 && command.data[2] == 0)
        writer_put_u8(response, 1 + p2 % (APDU_CHANNELS - 1));
    else if (command.data[1] == 0xC0 || command.data[1] == 0xB0)
        writer_fill(response, command.data[0], command.data[command.len - 1]);
    if (command.data[1] == 0xB2)
        return fault_raise(fault, "fuzz", "the card is gone");
    writer_put_u16(response, command.data[1] == 0xA4 && p2 != 0x0C ? 0x6110 : 0x9000);
    return true;
}

static void card_close(struct transport *transport)
{
    free(transport);
}

static const struct transport_kind fuzz_kind = {
    .name = "fuzz", .open = card_open, .transmit = card_transmit, .close = card_close};

static struct transport *create(const char *reader)
{
    struct transport *transport = calloc(1, sizeof(*transport));
    (void)reader;
    if (transport != NULL)
        transport->kind = &fuzz_kind;
    return transport;
}

static void run_modem(struct bytes input)
{
    static struct modem modem;
    modem_init(&modem, create, NULL);
    while (input.len > 0) {
        const size_t before = input.len;
        modem_take(&modem, &input);
        if (modem.out.overflow || input.len == before)
            abort();
        writer_reset(&modem.out);
    }
    modem_finish(&modem);
}

static void read_values(struct bytes text)
{
    uint8_t room[REPLY_LINE_MAX];
    struct writer bytes = writer_on(room, sizeof(room));
    struct values values = values_of(text);
    struct bytes value;
    uint32_t number;
    while (values.more) {
        const struct values before = values;
        values_take_number(&values, UINT16_MAX, &number);
        values_take_hex(&values, &bytes);
        if (before.rest.len == values.rest.len && !values_take(&values, &value))
            break;
    }
}

/* However it is cut, a reply is the same. */
static void run_reply(struct bytes input)
{
    static struct reply whole, pieces;
    struct bytes rest = input, piece;
    reply_begin(&whole, "AT+CGLA=1,10,\"80E2910000\"", "+CGLA", true);
    reply_begin(&pieces, whole.echo, whole.name, true);
    reply_feed(&whole, &rest);
    for (rest = input; pieces.state == REPLY_OPEN && bytes_take(&rest, 1, &piece);)
        reply_feed(&pieces, &piece);
    if (whole.state != pieces.state || whole.has_value != pieces.has_value ||
        !bytes_equal(writer_bytes(&whole.value), writer_bytes(&pieces.value)) ||
        !bytes_equal(writer_bytes(&whole.error), writer_bytes(&pieces.error)))
        abort();
    read_values(writer_bytes(&whole.value));
}

static void ignore(void *context, enum trace_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes input = bytes_of(data, size);
    trace_to(ignore, NULL);
    run_modem(input);
    read_values(input);
    run_reply(input);
    return 0;
}
