#include <criterion/criterion.h>

#include "apdu/hex.h"
#include "tools/lib/es10/segments.h"

struct package {
    uint8_t memory[8192];
    struct writer writer;
};

static void put_elements(struct writer *out, uint32_t tag, uint32_t element, size_t count,
                         size_t len)
{
    uint8_t value[2048];
    memset(value, 0x5C, sizeof(value));
    const size_t mark = tlv_open(out, tag);
    for (size_t i = 0; i < count; i++)
        tlv_put(out, element, bytes_of(value, len));
    tlv_close(out, mark);
}

/* A package with that many elements of each sequence; second: with an A2. */
static struct bytes make(struct package *package, size_t first, size_t metadata, size_t second,
                         size_t profile)
{
    package->writer = writer_on(package->memory, sizeof(package->memory));
    struct writer *out = &package->writer;
    const size_t mark = tlv_open(out, 0xBF36);
    tlv_put(out, 0xBF23, BYTES(0x82, 0x01, 0x01));
    put_elements(out, 0xA0, 0x87, first, 24);
    put_elements(out, 0xA1, 0x88, metadata, 300);
    if (second > 0)
        put_elements(out, 0xA2, 0x87, second, 72);
    put_elements(out, 0xA3, 0x86, profile, 1004);
    tlv_close(out, mark);
    return writer_bytes(out);
}

/* Tags at the front of each segment, in order, and that they are the package without a gap. */
static void expect_segments(struct bytes package, const uint32_t *tags, size_t count)
{
    struct bytes rest = package, segment;
    struct tlv_header header;
    size_t seen = 0, total = 0;
    cr_assert(segments_check(package));
    while (segments_take(&rest, &segment)) {
        cr_assert_lt(seen, count);
        cr_assert_eq(segment.data, package.data + total);
        cr_assert_eq(tlv_read_header(segment, &header), TLV_FRONT_OK);
        cr_expect_eq(header.tag, tags[seen], "segment %zu begins with %X", seen, header.tag);
        total += segment.len;
        seen++;
    }
    cr_assert_eq(seen, count);
    cr_assert_eq(total, package.len);
}

Test(lpa_segments, the_usual_package)
{
    static struct package package;
    const uint32_t tags[] = {0xBF36, 0xA0, 0xA1, 0x88, 0xA2, 0xA3, 0x86, 0x86, 0x86};
    expect_segments(make(&package, 1, 1, 1, 3), tags, 9);
}

Test(lpa_segments, without_session_keys_to_replace)
{
    static struct package package;
    const uint32_t tags[] = {0xBF36, 0xA0, 0xA1, 0x88, 0xA3, 0x86};
    expect_segments(make(&package, 1, 1, 0, 1), tags, 6);
}

Test(lpa_segments, further_elements_stand_alone)
{
    static struct package package;
    const uint32_t tags[] = {0xBF36, 0xA0, 0x87, 0x87, 0xA1, 0x88,
                             0x88,   0xA2, 0x87, 0xA3, 0x86, 0x86};
    expect_segments(make(&package, 3, 2, 2, 2), tags, 12);
}

Test(lpa_segments, headers_joined_or_alone_as_the_specification_says)
{
    static struct package package;
    struct bytes rest = make(&package, 1, 1, 1, 1), segment;
    const size_t lens[] = {
        5 + 6,    /* BF36 and its length, BF23 whole */
        2 + 26,   /* A0, the first 87 */
        4,        /* A1 alone */
        304,      /* 88 */
        2 + 74,   /* A2, the first 87 */
        4,        /* A3 alone */
        4 + 1004, /* 86 */
    };
    const char *functions[] = {"InitialiseSecureChannel",
                               "ConfigureISDP",
                               "StoreMetadata",
                               NULL,
                               "ReplaceSessionKeys",
                               "LoadProfileElements",
                               NULL};
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        cr_assert(segments_take(&rest, &segment));
        cr_expect_eq(segment.len, lens[i], "segment %zu has %zu bytes", i, segment.len);
        if (functions[i] == NULL)
            cr_expect_null(segments_function(segment));
        else
            cr_expect_str_eq(segments_function(segment), functions[i]);
    }
    cr_assert_not(segments_take(&rest, &segment));
}

Test(lpa_segments, metadata_lose_their_macs)
{
    static struct package package;
    uint8_t memory[1024];
    struct writer out = writer_on(memory, sizeof(memory));
    cr_assert(segments_metadata(make(&package, 1, 2, 0, 1), &out));
    cr_assert_eq(out.len, 2 * (300 - 8));
    struct writer small = writer_on(memory, 100);
    cr_assert_not(segments_metadata(make(&package, 1, 2, 0, 1), &small));
}

Test(lpa_segments, packages_that_are_none)
{
    const char *wrong[] = {
        "",
        "BF36",
        "BF3600",
        "BF3603BF2300",                             /* nothing after the channel */
        "BF360DBF2300A0028700A1028800A300",         /* an empty sequence */
        "BF3611BF2300A0028700A1028700A3028600",     /* 87 where 88 should be */
        "BF3611BF2300A1028800A0028700A3028600",     /* another order */
        "BF3610BF2300A0028700A1028800A3028600",     /* too short a length */
        "BF3612BF2300A0028700A1028800A3028600",     /* too long a length */
        "BF3613BF2300A0028700A1028800A30286008600", /* something behind the last */
        "BF360FBF2300A0028700A1028800A3028600AA",   /* something behind the package */
        "BF370FBF2300A0028700A1028800A3028600",     /* another tag */
        "BF3680BF2300A0028700A1028800A30286000000", /* indefinite length */
        "BF360FBF2300A0028701A1028800A3028600",     /* an element longer than its sequence */
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        uint8_t memory[64];
        struct writer out = writer_on(memory, sizeof(memory));
        cr_assert(hex_decode(wrong[i], &out));
        cr_expect_not(segments_check(writer_bytes(&out)), "%s", wrong[i]);
    }
    uint8_t memory[64];
    struct writer out = writer_on(memory, sizeof(memory));
    hex_decode("BF360FBF2300A0028700A1028800A3028600", &out);
    cr_expect(segments_check(writer_bytes(&out)), "the right one among them");
}

/* Whatever bytes are given: cutting ends, and never leaves the package. */
Test(lpa_segments, any_change_of_a_byte_is_survived)
{
    static struct package package;
    const struct bytes whole = make(&package, 1, 1, 1, 1);
    for (size_t at = 0; at < whole.len; at++) {
        const uint8_t before = package.memory[at];
        package.memory[at] ^= 0xFF;
        struct bytes rest = whole, segment;
        size_t total = 0;
        if (segments_check(whole))
            while (segments_take(&rest, &segment))
                total += segment.len;
        cr_assert(total == 0 || total == whole.len);
        package.memory[at] = before;
    }
}
