#include <criterion/criterion.h>

#include "apdu/der.h"

static struct bytes value_of(const struct writer *writer)
{
    struct bytes in = writer_bytes(writer);
    struct tlv tlv = {0};
    cr_assert(tlv_take(&in, &tlv));
    return tlv.value;
}

Test(der, integers_are_minimal_both_ways)
{
    static const struct {
        int64_t value;
        size_t len;
    } rows[] = {{0, 1},    {127, 1},   {128, 2},   {-1, 1},        {-128, 1},
                {-129, 2}, {32767, 2}, {32768, 3}, {INT64_MAX, 8}, {INT64_MIN, 8}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[16];
        struct writer writer = writer_on(room, sizeof(room));
        int64_t back;
        der_put_integer(&writer, DER_INTEGER, rows[i].value);
        cr_assert_eq(value_of(&writer).len, rows[i].len);
        cr_assert(der_to_integer(value_of(&writer), &back));
        cr_assert_eq(back, rows[i].value);
    }
    int64_t out;
    cr_assert_not(der_to_integer((struct bytes){0}, &out));
    cr_assert_not(der_to_integer(BYTES(0x00, 0x7F), &out));
    cr_assert_not(der_to_integer(BYTES(0xFF, 0x80), &out));
    cr_assert_not(der_to_integer(BYTES(1, 2, 3, 4, 5, 6, 7, 8, 9), &out));
}

Test(der, unsigned_numbers_of_any_length)
{
    uint8_t room[40];
    struct writer writer = writer_on(room, sizeof(room));
    uint32_t number;
    der_put_unsigned(&writer, DER_INTEGER, BYTES(0x00, 0x00, 0x80, 0x01));
    cr_assert(bytes_equal(writer_bytes(&writer), BYTES(0x02, 3, 0x00, 0x80, 0x01)));
    cr_assert(der_to_unsigned(BYTES(0x7F), 127, &number));
    cr_assert_not(der_to_unsigned(BYTES(0x7F), 126, &number));
    cr_assert_not(der_to_unsigned(BYTES(0xFF), 127, &number));
}

Test(der, named_bits_lose_their_trailing_zeros)
{
    uint8_t room[8];
    uint32_t bits;
    struct writer writer = writer_on(room, sizeof(room));
    der_put_bits(&writer, 0x81, 1u << 1);
    cr_assert(bytes_equal(writer_bytes(&writer), BYTES(0x81, 2, 0x06, 0x40)));
    writer_reset(&writer);
    der_put_bits(&writer, 0x81, 0);
    cr_assert(bytes_equal(writer_bytes(&writer), BYTES(0x81, 1, 0x00)));
    cr_assert(der_to_bits(BYTES(0x04, 0xF0), &bits));
    cr_assert_eq(bits, 0xF);
    cr_assert(der_to_bits(BYTES(0x05, 0xE0), &bits), "memory reset options 0 to 2");
    cr_assert_eq(bits, 7);
    cr_assert(der_bit(bits, 2));
    cr_assert_not(der_to_bits((struct bytes){0}, &bits));
    cr_assert_not(der_to_bits(BYTES(1), &bits));
    cr_assert_not(der_to_bits(BYTES(8, 0), &bits));
}

Test(der, object_identifiers)
{
    static const char *const texts[] = {"2.23.146.1.2.1.4", "2.999.10", "1.2.840.10045.2.1", "0.0",
                                        "2.23.143.1.2.4294967295"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        uint8_t room[32];
        char text[DER_OID_TEXT_SIZE];
        struct writer writer = writer_on(room, sizeof(room));
        cr_assert(der_oid_from_text(texts[i], &writer));
        cr_assert(der_oid_to_text(writer_bytes(&writer), text, sizeof(text)));
        cr_assert_str_eq(text, texts[i]);
    }
    uint8_t room[32];
    char text[8];
    struct writer writer = writer_on(room, sizeof(room));
    cr_assert_not(der_oid_from_text("3.1", &writer));
    cr_assert_not(der_oid_from_text("1.40", &writer));
    cr_assert_not(der_oid_from_text("1.2.", &writer));
    cr_assert_not(der_oid_from_text("1.2x", &writer));
    cr_assert_eq(writer.len, 0);
    cr_assert_not(der_oid_to_text(BYTES(0x67, 0x81), text, sizeof(text)), "cut arc");
    cr_assert_not(der_oid_to_text(BYTES(0x67, 0x81, 0x12, 0x01, 0x02), text, sizeof(text)),
                  "no room");
}

Test(der, utf8_counts_characters)
{
    cr_assert(der_is_utf8(bytes_of_text("eSIM"), 4));
    cr_assert_not(der_is_utf8(bytes_of_text("eSIM"), 3));
    cr_assert(der_is_utf8(bytes_of_text("測試"), 2));
    cr_assert_not(der_is_utf8(BYTES(0xC0, 0x80), 9), "overlong");
    cr_assert_not(der_is_utf8(BYTES(0xE0, 0x80, 0x80), 9), "overlong");
    cr_assert_not(der_is_utf8(BYTES(0xED, 0xA0, 0x80), 9), "surrogate");
    cr_assert_not(der_is_utf8(BYTES(0xF4, 0x90, 0x80, 0x80), 9), "past the last plane");
    cr_assert_not(der_is_utf8(BYTES(0xE6, 0xB8), 9), "cut");
    cr_assert_not(der_is_utf8(BYTES(0x80), 9), "no first byte");
}

Test(der, any_non_zero_byte_is_true)
{
    bool flag = false;
    cr_assert(der_to_boolean(BYTES(0x01), &flag));
    cr_assert(flag);
    cr_assert(der_to_boolean(BYTES(0xFF), &flag));
    cr_assert(flag);
    cr_assert(der_to_boolean(BYTES(0x00), &flag));
    cr_assert_not(flag);
    cr_assert_not(der_to_boolean(BYTES(0, 0), &flag));
}
