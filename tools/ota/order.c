#include "tools/ota/order.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/trace.h"
#include "tools/ota/counter.h"
#include "tools/ota/report.h"

#define WHERE "order"
#define DEFAULT_SPI "1619"
#define DEFAULT_NUMBER "12345678"
#define NUMBER_UNKNOWN 0x81 /* type of number and plan: not told, ISDN */
#define NUMBER_DIGITS_MAX 20
#define DIGIT_FILL 0xF

static bool read_hex(const char *text, const char *what, uint8_t *out, size_t size,
                     struct fault *fault)
{
    struct writer writer = writer_on(out, size);
    if (hex_decode(text, &writer) && writer.len == size && !writer.overflow)
        return true;
    fault_raise(fault, WHERE, "%s %s: %zu hexadecimal digits are wanted", what, text, 2 * size);
    return fault_usage(fault);
}

static bool read_number(struct order *order, const char *number, struct fault *fault)
{
    const size_t digits = strlen(number);
    struct writer out = writer_on(order->originator, sizeof(order->originator));
    if (digits == 0 || digits > NUMBER_DIGITS_MAX || strspn(number, "0123456789") != digits) {
        fault_raise(fault, WHERE, "--from %s: up to 20 digits are wanted", number);
        return fault_usage(fault);
    }
    writer_put_u8(&out, (uint8_t)digits);
    writer_put_u8(&out, NUMBER_UNKNOWN);
    for (size_t i = 0; i < digits; i += 2) {
        const unsigned high = i + 1 < digits ? (unsigned)(number[i + 1] - '0') : DIGIT_FILL;
        writer_put_u8(&out, (uint8_t)(high << 4 | (unsigned)(number[i] - '0')));
    }
    order->originator_len = out.len;
    return true;
}

static bool begin_script(struct order *order, const struct ota_options *options,
                         struct fault *fault)
{
    script_text_begin(&order->text, options->expanded);
    const char *wrong =
        options->chain != NULL ? script_text_chain(&order->text, options->chain) : NULL;
    if (wrong == NULL)
        return true;
    fault_raise(fault, WHERE, "--chain %s %s", options->chain, wrong);
    return fault_usage(fault);
}

bool order_begin(struct order *order, const struct ota_options *options, const char *tar,
                 struct fault *fault)
{
    struct scp80_header *header = &order->header;
    *order = (struct order){.options = options};
    if (options->keys == NULL) {
        fault_raise(fault, WHERE, "--keys says with which keys");
        fault_next(fault, "'emuicc-ota --help' shows what is in the file");
        return fault_usage(fault);
    }
    if (!keys_read(options->keys, &order->keys, fault) ||
        !read_hex(options->tar != NULL ? options->tar : tar, "--tar", header->tar, SCP80_TAR_SIZE,
                  fault) ||
        !read_hex(options->spi != NULL ? options->spi : DEFAULT_SPI, "--spi", header->spi,
                  sizeof(header->spi), fault) ||
        !read_number(order, options->from != NULL ? options->from : DEFAULT_NUMBER, fault))
        return false;
    if (options->submit)
        header->spi[1] |= SCP80_POR_BY_SUBMIT;
    header->kic = header->kid = (uint8_t)(order->keys.version << 4 | order->keys.algorithm);
    return begin_script(order, options, fault);
}

void order_finish(struct order *order)
{
    keys_wipe(&order->keys);
}

/* A counter is taken also where SPI asks for none: what was sent is never sent again. */
static bool make_messages(struct order *order, struct fault *fault)
{
    uint8_t script_room[SCRIPT_TEXT_MAX + 8], room[ORDER_PACKET_MAX];
    uint8_t counter[SCP80_COUNTER_SIZE];
    struct writer packet = writer_on(room, sizeof(room));
    const struct scp80_keys keys = keys_for(&order->keys);
    const struct bytes script = script_text_end(&order->text, script_room, sizeof(script_room));
    if (script.len == 0)
        return fault_raise(fault, WHERE, "there is nothing to send, or too much");
    if (scp80_check_keys(&order->header, &keys) != SCP80_OK) {
        fault_raise(fault, WHERE, "this SPI cannot be had with these keys");
        return fault_next(fault, "of SPI's first byte: 1 redundancy check, 2 checksum, 4 ciphered");
    }
    if (!counter_next(order->keys.path, &order->counter, fault))
        return false;
    for (size_t i = 0; i < sizeof(counter); i++)
        counter[i] = (uint8_t)(order->counter >> 8 * (sizeof(counter) - 1 - i));
    const int result = scp80_put_command(&order->header, &keys, counter, script, &packet);
    if (result != 0 && !packet.overflow && keys_are_held(&order->keys))
        return fault_raise(fault, WHERE, "%s: the token has not made the packet", order->keys.path);
    if (result != 0 ||
        !message_pack(writer_bytes(&packet), bytes_of(order->originator, order->originator_len),
                      (uint8_t)order->counter, &order->messages))
        return fault_raise(fault, WHERE, "the script is too long for %d messages",
                           MESSAGE_PARTS_MAX);
    return true;
}

static void describe(const struct order *order, json_t *document)
{
    json_t *messages = json_array();
    char tar[HEX_SIZE(SCP80_TAR_SIZE)], digits[HEX_SIZE(MESSAGE_TPDU_MAX)];
    hex_encode(bytes_of(order->header.tar, SCP80_TAR_SIZE), tar);
    json_object_set_new(document, "tar", json_string(tar));
    json_object_set_new(document, "counter", json_integer((json_int_t)order->counter));
    for (size_t i = 0; i < order->messages.count; i++) {
        hex_encode(bytes_of(order->messages.parts[i].data, order->messages.parts[i].len), digits);
        json_array_append_new(messages, json_string(digits));
    }
    json_object_set_new(document, "messages", messages);
}

bool order_send(struct order *order, json_t *document, struct fault *fault)
{
    const struct ota_options *options = order->options;
    struct bearer bearer = {0};
    const struct delivery_way way = {&bearer, options->reader, options->direct, options->modem};
    if (!bearer_read(options->bip != NULL ? options->bip : "local", &bearer)) {
        fault_raise(fault, WHERE, "--bip %s: none, local, any or HOST:PORT is wanted",
                    options->bip);
        return fault_usage(fault);
    }
    if ((way.reader != NULL) + (way.direct != NULL) + (way.modem != NULL) > 1)
        return fault_raise(fault, WHERE, "--reader, --direct and --modem are several ways");
    if (!make_messages(order, fault))
        return false;
    describe(order, document);
    if (options->print)
        return true;
    if (!delivery_run(&way, &order->messages, &order->result, fault))
        return false;
    if (order->result.len == 0)
        return true;
    const struct scp80_keys keys = keys_for(&order->keys);
    json_t *report = report_read(bytes_of(order->result.response, order->result.len),
                                 &order->header, &keys, fault);
    if (report == NULL)
        return false;
    json_object_set_new(document, "bySubmit", json_boolean(order->result.by_submit));
    json_object_set_new(document, "report", report);
    return true;
}

bool order_is_done(const json_t *document)
{
    const json_t *report = json_object_get(document, "report");
    return report == NULL || report_is_good(report);
}
