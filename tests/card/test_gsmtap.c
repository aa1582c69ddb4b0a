#include <criterion/criterion.h>

#include "apdu/hex.h"
#include "apdu/decode/gsmtap.h"
#include "apdu/decode/exchange.h"

#define APDU_HEADER                                                                                \
    "02040400"                                                                                     \
    "0000000000000000"                                                                             \
    "00000000"
#define ATR_HEADER                                                                                 \
    "02040400"                                                                                     \
    "0000000000000000"                                                                             \
    "01000000"

static const char *hex(const struct writer *writer)
{
    static char text[HEX_SIZE(256)];
    cr_assert(!writer->overflow && writer->len <= 256);
    hex_encode(writer_bytes(writer), text);
    return text;
}

static struct bytes bytes(const char *text, uint8_t room[128])
{
    struct writer out = writer_on(room, 128);
    cr_assert(hex_decode(text, &out));
    return writer_bytes(&out);
}

Test(gsmtap, commands_of_every_case_go_as_in_t0)
{
    static const struct {
        const char *command, *response, *body;
    } rows[] = {
        {"00A4040C", "6A82",
         "00A4040C00"
         "6A82"}, /* case 1 gets a P3 */
        {"00B000000A", "01029000",
         "00B000000A"
         "01029000"}, /* case 2 */
        {"00B0000000", "019000",
         "00B0000000"
         "019000"},
        {"00A4000C023F00", "9000",
         "00A4000C023F00"
         "9000"}, /* case 3 */
        {"00A40004023F0000", "62009000",
         "00A40004023F00"
         "62009000"}, /* case 4 loses its Le */
        {"00A4000C0000023F00", "9000",
         "00A4000C0000023F00"
         "9000"}, /* extended */
        {"00A4", "6700",
         "00A4"
         "6700"}, /* no command */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[128], command[128], response[128];
        struct writer packet = writer_on(room, sizeof(room));
        char expected[256] = APDU_HEADER;
        gsmtap_put_exchange(&packet, bytes(rows[i].command, command),
                            bytes(rows[i].response, response));
        cr_expect_str_eq(hex(&packet), strcat(expected, rows[i].body));
    }
}

Test(gsmtap, an_atr)
{
    uint8_t room[64];
    struct writer packet = writer_on(room, sizeof(room));
    gsmtap_put_atr(&packet, BYTES(0x3B, 0x00));
    cr_expect_str_eq(hex(&packet), ATR_HEADER "3B00");
}

Test(gsmtap, a_pcap_file)
{
    uint8_t room[256];
    struct writer file = writer_on(room, sizeof(room));
    gsmtap_put_pcap_header(&file);
    cr_expect_eq(file.len, GSMTAP_PCAP_HEADER_SIZE);
    cr_expect_str_eq(hex(&file), "A1B2C3D4"
                                 "00020004"
                                 "00000000"
                                 "00000000"
                                 "0001000F"
                                 "00000065");
    writer_reset(&file);
    gsmtap_put_pcap_packet(&file, 1700000000123456, BYTES(0xAA, 0xBB, 0xCC));
    cr_expect_eq(file.len, GSMTAP_PCAP_FRAME_SIZE + 3);
    cr_expect_str_eq(hex(&file), "6553F100"
                                 "0001E240"
                                 "0000001F"
                                 "0000001F"
                                 "4500001F00004000401"
                                 "13CCC"
                                 "7F0000017F000001"
                                 "12791279000B0000"
                                 "AABBCC");
}

Test(gsmtap, a_packet_that_no_datagram_holds_is_left_out)
{
    static uint8_t room[UINT16_MAX + 100], packet[UINT16_MAX];
    struct writer file = writer_on(room, sizeof(room));
    gsmtap_put_pcap_packet(&file, 0, bytes_of(packet, GSMTAP_PCAP_PACKET_MAX + 1));
    cr_expect_eq(file.len, 0);
    gsmtap_put_pcap_packet(&file, 0, bytes_of(packet, GSMTAP_PCAP_PACKET_MAX));
    cr_expect_eq(file.len, GSMTAP_PCAP_FRAME_SIZE + GSMTAP_PCAP_PACKET_MAX);
}

static uint8_t command_room[APDU_COMMAND_MAX], answer_room[APDU_RESPONSE_MAX];

static struct exchange exchange_with(const char *command, const char *response)
{
    uint8_t room[128];
    struct exchange exchange = {writer_on(command_room, sizeof(command_room)),
                                writer_on(answer_room, sizeof(answer_room)), 0};
    exchange_begin(&exchange, bytes(command, room));
    cr_assert(exchange_add(&exchange, bytes(response, room)));
    return exchange;
}

static bool fetches(const struct exchange *exchange, const char *command)
{
    uint8_t room[128];
    return exchange_fetches(exchange, bytes(command, room));
}

static bool add(struct exchange *exchange, const char *response)
{
    uint8_t room[128];
    return exchange_add(exchange, bytes(response, room));
}

static const char *answer(struct exchange *exchange)
{
    static char text[HEX_SIZE(128)];
    hex_encode(exchange_answer(exchange), text);
    return text;
}

Test(exchange, what_was_fetched_is_the_answer_of_the_command)
{
    struct exchange exchange = exchange_with("81E2910003BF2E00", "6104");
    cr_assert_eq(exchange.announced, 0x6104);
    cr_expect(fetches(&exchange, "81C0000004"));
    cr_expect(fetches(&exchange, "01C0000004"),
              "clients fetch in the class of the first form, too");
    cr_expect(!fetches(&exchange, "80C0000004"), "of another channel");
    cr_expect(!fetches(&exchange, "81E2910003BF2E00"));
    cr_assert(add(&exchange, "01026102"));
    cr_assert(fetches(&exchange, "81C0000002"));
    cr_assert(add(&exchange, "03049000"));
    cr_expect_eq(exchange.announced, 0);
    cr_expect_str_eq(answer(&exchange), "010203049000");
    cr_expect_str_eq(hex(&exchange.command), "81E2910003BF2E00");
}

Test(exchange, class_a0_announces_with_a_word_of_its_own)
{
    struct exchange exchange = exchange_with("A0A40000023F00", "9F02");
    cr_expect(fetches(&exchange, "A0C0000002"));
    cr_expect(!fetches(&exchange, "00C0000002"));
    cr_assert(add(&exchange, "0A0B9000"));
    cr_expect_str_eq(answer(&exchange), "0A0B9000");
    exchange = exchange_with("00A40004023F00", "9F02");
    cr_expect_eq(exchange.announced, 0, "a status word of its own in another class");
}

Test(exchange, what_is_not_fetched_keeps_its_word)
{
    struct exchange exchange = exchange_with("00A40004023F00", "6110");
    cr_expect(!add(&exchange, "6F00"), "a fetch that was refused");
    cr_expect_str_eq(answer(&exchange), "6110");
    cr_expect_eq(exchange.announced, 0);
    exchange = exchange_with("00A40004023F00", "62009000");
    cr_expect(!fetches(&exchange, "00C0000002"), "nothing is announced");
    cr_expect_str_eq(answer(&exchange), "62009000");
}

Test(exchange, more_than_a_datagram_holds_is_not_put_together)
{
    static uint8_t block[30002];
    struct exchange exchange = exchange_with("80E2910003BF2E00", "6100");
    block[30000] = 0x61;
    cr_assert(exchange_add(&exchange, bytes_of(block, sizeof(block))));
    cr_assert(exchange_add(&exchange, bytes_of(block, sizeof(block))));
    cr_expect(!exchange_add(&exchange, bytes_of(block, sizeof(block))));
    cr_expect_eq(exchange_answer(&exchange).len, 60002);
}
