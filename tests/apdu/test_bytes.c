#include <criterion/criterion.h>

#include "apdu/bytes.h"
#include "apdu/hex.h"

Test(bytes, take_moves_the_front_and_refuses_more_than_there_is)
{
    struct bytes rest = BYTES(1, 2, 3);
    struct bytes out = {0};
    cr_assert(bytes_take(&rest, 2, &out));
    cr_assert(bytes_equal(out, BYTES(1, 2)));
    cr_assert_not(bytes_take(&rest, 2, &out));
    cr_assert_eq(rest.len, 1, "a refused take moves nothing");
    cr_assert_eq(out.len, 2, "a refused take writes nothing");
}

Test(bytes, numbers_are_big_endian)
{
    struct bytes rest = BYTES(0x12, 0x34, 0x56);
    uint16_t two;
    uint8_t one;
    uint32_t number;
    cr_assert(bytes_take_u16(&rest, &two));
    cr_assert_eq(two, 0x1234);
    cr_assert_not(bytes_take_u16(&rest, &two));
    cr_assert(bytes_take_u8(&rest, &one));
    cr_assert_eq(one, 0x56);
    cr_assert_not(bytes_take_u8(&rest, &one));
    cr_assert(bytes_to_u32(BYTES(0x01, 0x02, 0x03), &number));
    cr_assert_eq(number, 0x010203);
    cr_assert_not(bytes_to_u32(BYTES(1, 2, 3, 4, 5), &number));
}

Test(bytes, an_empty_slice_takes_nothing_from_nowhere)
{
    struct bytes rest = {0}, out;
    cr_assert(bytes_take(&rest, 0, &out));
    cr_assert_not(bytes_take(&rest, 1, &out));
    cr_assert(bytes_equal(rest, bytes_of("", 0)));
}

Test(writer, overflow_sticks_and_hides_what_was_written)
{
    uint8_t room[4];
    struct writer writer = writer_on(room, sizeof(room));
    writer_put_u16(&writer, 0xABCD);
    writer_put(&writer, BYTES(1, 2, 3));
    cr_assert(writer.overflow);
    writer_put_u8(&writer, 9);
    cr_assert_eq(writer_bytes(&writer).len, 0);
    writer_reset(&writer);
    writer_fill(&writer, 0xFF, 4);
    cr_assert(bytes_equal(writer_bytes(&writer), BYTES(0xFF, 0xFF, 0xFF, 0xFF)));
}

Test(hex, round_trip_with_blanks_and_either_case)
{
    uint8_t room[8];
    struct writer writer = writer_on(room, sizeof(room));
    char text[HEX_SIZE(4)];
    cr_assert(hex_decode("de AD\nbe\tef", &writer));
    hex_encode(writer_bytes(&writer), text);
    cr_assert_str_eq(text, "DEADBEEF");
}

Test(hex, refusals_leave_the_writer_as_it_was)
{
    static const char *const wrong[] = {"1", "0g", "12 3", "1 2", "001122334455667788"};
    uint8_t room[8];
    struct writer writer = writer_on(room, sizeof(room));
    writer_put_u8(&writer, 7);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_assert_not(hex_decode(wrong[i], &writer), "%s", wrong[i]);
        cr_assert_eq(writer.len, 1);
        cr_assert_not(writer.overflow);
    }
}
