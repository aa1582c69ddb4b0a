#include <criterion/criterion.h>

#include "apdu/tlv.h"

Test(tlv, tags_of_one_two_and_three_bytes)
{
    struct bytes in = BYTES(0x5A, 1, 0xAA, 0xBF, 0x2D, 0, 0x9F, 0x81, 0x01, 1, 0xBB);
    struct tlv tlv;
    cr_assert(tlv_take(&in, &tlv));
    cr_assert_eq(tlv.tag, 0x5A);
    cr_assert(bytes_equal(tlv.value, BYTES(0xAA)));
    cr_assert(tlv_take(&in, &tlv));
    cr_assert_eq(tlv.tag, 0xBF2D);
    cr_assert_eq(tlv.value.len, 0);
    cr_assert_eq(tlv.whole.len, 3);
    cr_assert(tlv_take(&in, &tlv));
    cr_assert_eq(tlv.tag, 0x9F8101);
    cr_assert_not(tlv_take(&in, &tlv));
}

struct malformed {
    const char *what;
    struct bytes bytes;
    enum tlv_front front;
};

Test(tlv, what_cannot_be_an_element_is_told_from_what_is_cut)
{
    const struct malformed rows[] = {
        {"nothing", {0}, TLV_FRONT_SHORT},
        {"tag cut", BYTES(0xBF), TLV_FRONT_SHORT},
        {"no length", BYTES(0x5A), TLV_FRONT_SHORT},
        {"length cut", BYTES(0x5A, 0x82, 0x01), TLV_FRONT_SHORT},
        {"indefinite length", BYTES(0x30, 0x80, 0, 0), TLV_FRONT_BAD},
        {"length of four bytes", BYTES(0x30, 0x84, 0, 0, 0, 1, 0), TLV_FRONT_BAD},
        {"tag of four bytes", BYTES(0x1F, 0x81, 0x81, 0x01, 0), TLV_FRONT_BAD},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tlv_header header;
        struct bytes rest = rows[i].bytes;
        struct tlv tlv;
        cr_assert_eq(tlv_read_header(rows[i].bytes, &header), rows[i].front, "%s", rows[i].what);
        cr_assert_not(tlv_take(&rest, &tlv), "%s", rows[i].what);
        cr_assert_eq(rest.len, rows[i].bytes.len, "%s: nothing moves", rows[i].what);
    }
}

Test(tlv, a_value_shorter_than_its_length_is_refused)
{
    struct bytes in = BYTES(0x5A, 3, 1, 2);
    struct tlv tlv;
    struct tlv_header header;
    cr_assert_not(tlv_take(&in, &tlv));
    cr_assert_eq(tlv_read_header(in, &header), TLV_FRONT_OK);
    cr_assert_eq(header.value_len, 3);
}

Test(tlv, optional_elements)
{
    struct bytes in = BYTES(0x80, 1, 7, 0x81, 0);
    struct tlv tlv;
    cr_assert(tlv_take_optional(&in, 0x81, &tlv));
    cr_assert_eq(tlv.tag, 0, "absent");
    cr_assert(tlv_take_optional(&in, 0x80, &tlv));
    cr_assert_eq(tlv.tag, 0x80);
    cr_assert(tlv_take_tag(&in, 0x81, &tlv));
    cr_assert(tlv_take_optional(&in, 0x82, &tlv), "absent at the end");
    in = BYTES(0x80, 2, 1);
    cr_assert_not(tlv_take_optional(&in, 0x82, &tlv), "cut");
}

Test(tlv, find_and_whole)
{
    const struct bytes two = BYTES(0x80, 0, 0x81, 1, 5);
    struct tlv tlv;
    cr_assert(tlv_find(two, 0x81, &tlv));
    cr_assert_eq(tlv.value.data[0], 5);
    cr_assert_not(tlv_find(BYTES(0x80, 0), 0x81, &tlv));
    cr_assert(tlv_whole(BYTES(0xBF, 0x20, 0), 0xBF20, &tlv));
    cr_assert_not(tlv_whole(BYTES(0xBF, 0x20, 0, 0), 0xBF20, &tlv), "bytes behind it");
}

Test(tlv, nested_writing_sets_lengths_of_every_form)
{
    static uint8_t room[70000], value[66000];
    static const size_t lens[] = {0, 1, 127, 128, 255, 256, 65535, 65536};
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        struct writer writer = writer_on(room, sizeof(room));
        const size_t outer = tlv_open(&writer, 0xBF2D);
        tlv_put(&writer, 0x5A, bytes_of(value, lens[i]));
        tlv_close(&writer, outer);
        struct tlv tlv, inner;
        cr_assert(tlv_whole(writer_bytes(&writer), 0xBF2D, &tlv), "length %zu", lens[i]);
        cr_assert(tlv_whole(tlv.value, 0x5A, &inner));
        cr_assert_eq(inner.value.len, lens[i]);
        cr_assert_eq(inner.whole.len, lens[i] + tlv_header_len(0x5A, lens[i]));
    }
}

Test(tlv, no_room_for_a_longer_length_is_an_overflow)
{
    uint8_t room[2 + 200];
    struct writer writer = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&writer, 0x30);
    writer_fill(&writer, 1, 200);
    tlv_close(&writer, mark);
    cr_assert(writer.overflow);
}
