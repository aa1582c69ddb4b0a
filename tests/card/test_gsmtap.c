#include <criterion/criterion.h>

#include "apdu/hex.h"
#include "card/trace/gsmtap.h"

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
