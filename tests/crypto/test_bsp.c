#include <criterion/criterion.h>

#include "crypto/primitives/bsp.h"
#include "tests/vectors.h"

#define ENC BYTES(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
#define MAC BYTES(2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
#define CHAINING BYTES(3, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)

static struct bsp fixed(void)
{
    struct bsp bsp;
    cr_assert_eq(bsp_init_keys(&bsp, ENC, MAC, CHAINING), 0);
    return bsp;
}

static struct tlv whole_tlv(struct bytes segment)
{
    struct tlv tlv = {0};
    cr_assert(tlv_take(&segment, &tlv));
    cr_assert_eq(segment.len, 0);
    return tlv;
}

static int open_segment(struct bsp *bsp, enum bsp_mode mode, struct bytes segment,
                        struct writer *out)
{
    const struct tlv tlv = whole_tlv(segment);
    return bsp_open(bsp, mode, &tlv, out);
}

Test(bsp, session_keys_of_servers_in_the_field)
{
    struct vectors *v = vectors_open("bsp_kdf.txt");
    while (vectors_next(v)) {
        struct bsp bsp;
        cr_assert_eq(bsp_init_agreed(&bsp, vectors_bytes(v, "shared_secret"),
                                     vectors_bytes(v, "host_id"), vectors_bytes(v, "eid")),
                     0);
        cr_assert(secret_equal(secret_bytes(&bsp.enc), vectors_bytes(v, "enc")));
        cr_assert(secret_equal(secret_bytes(&bsp.mac), vectors_bytes(v, "mac")));
        cr_assert(bytes_equal(bytes_of(bsp.chaining, AES_BLOCK), vectors_bytes(v, "chaining")));
        cr_assert_eq(bsp.block, 1);
        bsp_wipe(&bsp);
        cr_assert_eq(bsp.enc.len + bsp.mac.len + bsp.chaining[0], 0);
    }
    vectors_close(v);
}

static void check_segment(struct vectors *v, struct bsp *sealing, struct bsp *opening)
{
    uint8_t buffer[BSP_SEGMENT_MAX];
    struct writer out = writer_on(buffer, sizeof(buffer));
    const uint8_t tag = vectors_bytes(v, "tag").data[0];
    const enum bsp_mode mode = tag == 0x88 ? BSP_MAC_ONLY : BSP_ENCRYPTED;
    const struct bytes plain = vectors_bytes(v, "plain"), segment = vectors_bytes(v, "segment");
    cr_assert_eq(bsp_seal(sealing, mode, tag, plain, &out), 0);
    cr_assert(bytes_equal(writer_bytes(&out), segment), "sealing %s", vectors_set(v));
    writer_reset(&out);
    cr_assert_eq(open_segment(opening, mode, segment, &out), BSP_OK, "opening %s", vectors_set(v));
    cr_assert(bytes_equal(writer_bytes(&out), plain), "opening %s", vectors_set(v));
}

Test(bsp, segments_of_a_server_in_the_field)
{
    struct bsp sealing = {0}, opening = {0};
    struct vectors *v = vectors_open("bsp_segments.txt");
    while (vectors_next(v)) {
        if (vectors_has(v, "segment")) {
            check_segment(v, &sealing, &opening);
            continue;
        }
        cr_assert_eq(bsp_init_keys(&sealing, vectors_bytes(v, "enc"), vectors_bytes(v, "mac"),
                                   vectors_bytes(v, "chaining")),
                     0);
        opening = sealing;
    }
    vectors_close(v);
}

static void round_trip(struct bsp *sealing, struct bsp *opening, enum bsp_mode mode,
                       struct bytes plain)
{
    uint8_t sealed[BSP_SEGMENT_MAX], opened[BSP_SEGMENT_MAX];
    struct writer segment = writer_on(sealed, sizeof(sealed));
    struct writer out = writer_on(opened, sizeof(opened));
    cr_assert_eq(bsp_seal(sealing, mode, 0x86, plain, &segment), 0, "%zu bytes", plain.len);
    cr_assert_eq(open_segment(opening, mode, writer_bytes(&segment), &out), BSP_OK);
    cr_assert(bytes_equal(writer_bytes(&out), plain), "%zu bytes", plain.len);
}

Test(bsp, every_length_goes_there_and_back)
{
    struct bsp sealing = fixed(), opening = fixed();
    uint8_t plain[BSP_PLAIN_MAX_MAC_ONLY];
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (uint8_t)(i % 3 == 0 ? 0x80 : 0x00); /* looks like padding everywhere */
    for (size_t len = 0; len <= BSP_PLAIN_MAX; len++)
        round_trip(&sealing, &opening, BSP_ENCRYPTED, bytes_of(plain, len));
    for (size_t len = 0; len <= BSP_PLAIN_MAX_MAC_ONLY; len++)
        round_trip(&sealing, &opening, BSP_MAC_ONLY, bytes_of(plain, len));
    cr_assert_eq(sealing.block, 1 + BSP_PLAIN_MAX + 1 + BSP_PLAIN_MAX_MAC_ONLY + 1);
    cr_assert_eq(opening.block, sealing.block);
}

Test(bsp, longer_plain_text_or_less_room_fails_and_changes_nothing)
{
    struct bsp bsp = fixed();
    const struct bsp before = bsp;
    uint8_t plain[BSP_SEGMENT_MAX] = {0}, room[BSP_SEGMENT_MAX + 8];
    struct writer out = writer_on(room, sizeof(room));
    cr_assert_lt(bsp_seal(&bsp, BSP_ENCRYPTED, 0x86, bytes_of(plain, BSP_PLAIN_MAX + 1), &out), 0);
    cr_assert_lt(
        bsp_seal(&bsp, BSP_MAC_ONLY, 0x88, bytes_of(plain, BSP_PLAIN_MAX_MAC_ONLY + 1), &out), 0);
    for (size_t size = 0; size < 2 + 32 + 8; size++) {
        out = writer_on(room, size);
        cr_assert_lt(bsp_seal(&bsp, BSP_ENCRYPTED, 0x86, bytes_of(plain, 20), &out), 0);
    }
    cr_assert_eq(memcmp(&bsp, &before, sizeof(bsp)), 0);
    cr_assert_lt(bsp_init_keys(&bsp, bytes_of(plain, 15), MAC, CHAINING), 0);
    cr_assert_lt(bsp_init_keys(&bsp, ENC, bytes_of(plain, 17), CHAINING), 0);
    cr_assert_lt(bsp_init_keys(&bsp, ENC, MAC, bytes_of(plain, 8)), 0);
    cr_assert_lt(bsp_init_agreed(&bsp, ENC, bytes_of(plain, 1000), CHAINING), 0);
    cr_assert_eq(memcmp(&bsp, &before, sizeof(bsp)), 0);
}

/* Each byte wrong in turn: refused, nothing put out, and the right segment still opens. */
static void check_tampering(enum bsp_mode mode)
{
    struct bsp sealing = fixed(), opening = fixed();
    uint8_t sealed[64], opened[64];
    struct writer segment = writer_on(sealed, sizeof(sealed));
    cr_assert_eq(bsp_seal(&sealing, mode, 0x86, bytes_of_text("a profile element"), &segment), 0);
    for (size_t i = 0; i < segment.len; i++) {
        if (i == 1)
            continue; /* the length: it would be no TLV */
        struct writer out = writer_on(opened, sizeof(opened));
        sealed[i] ^= 0x40;
        cr_assert_eq(open_segment(&opening, mode, writer_bytes(&segment), &out), BSP_SECURITY,
                     "byte %zu", i);
        cr_assert_eq(out.len, 0);
        sealed[i] ^= 0x40;
    }
    struct writer out = writer_on(opened, sizeof(opened));
    cr_assert_eq(open_segment(&opening, mode, writer_bytes(&segment), &out), BSP_OK);
    cr_assert(bytes_equal(writer_bytes(&out), bytes_of_text("a profile element")));
    /* and never twice */
    cr_assert_eq(open_segment(&opening, mode, writer_bytes(&segment), &out), BSP_SECURITY);
}

Test(bsp, tampering_is_a_security_error)
{
    check_tampering(BSP_ENCRYPTED);
    check_tampering(BSP_MAC_ONLY);
}

Test(bsp, wrong_padding_is_a_security_error)
{
    struct bsp sealing = fixed(), opening = fixed();
    const struct bsp before = opening;
    uint8_t sealed[64], opened[64] = {0};
    const uint8_t blocks[32] = {0};
    struct writer segment = writer_on(sealed, sizeof(sealed));
    struct writer out = writer_on(opened, sizeof(opened));
    cr_assert_eq(bsp_seal(&sealing, BSP_MAC_ONLY, 0x86, bytes_of(blocks, sizeof(blocks)), &segment),
                 0);
    cr_assert_eq(open_segment(&opening, BSP_ENCRYPTED, writer_bytes(&segment), &out), BSP_SECURITY);
    cr_assert_eq(out.len, 0);
    for (size_t i = 0; i < sizeof(opened); i++)
        cr_assert_eq(opened[i], 0, "plain text of a refused segment stays behind");
    cr_assert_eq(memcmp(&opening, &before, sizeof(before)), 0);
}

Test(bsp, shapes_that_no_segment_has)
{
    struct bsp bsp = fixed();
    uint8_t value[64] = {0}, coded[80], opened[64];
    for (size_t len = 0; len < sizeof(value); len++) {
        struct writer segment = writer_on(coded, sizeof(coded));
        struct writer out = writer_on(opened, sizeof(opened));
        tlv_put(&segment, 0x86, bytes_of(value, len));
        const bool whole_blocks = len > BSP_MAC_LEN && (len - BSP_MAC_LEN) % AES_BLOCK == 0;
        cr_assert_eq(open_segment(&bsp, BSP_ENCRYPTED, writer_bytes(&segment), &out),
                     whole_blocks ? BSP_SECURITY : BSP_STRUCTURE, "%zu bytes", len);
        cr_assert_eq(open_segment(&bsp, BSP_MAC_ONLY, writer_bytes(&segment), &out),
                     len >= BSP_MAC_LEN ? BSP_SECURITY : BSP_STRUCTURE, "%zu bytes", len);
    }
}

Test(bsp, no_room_is_a_failure_not_an_answer)
{
    struct bsp sealing = fixed(), opening = fixed();
    const struct bsp before = opening;
    uint8_t sealed[64], opened[64];
    struct writer segment = writer_on(sealed, sizeof(sealed));
    cr_assert_eq(bsp_seal(&sealing, BSP_ENCRYPTED, 0x86, bytes_of_text("plain"), &segment), 0);
    struct writer out = writer_on(opened, 15);
    cr_assert_lt(open_segment(&opening, BSP_ENCRYPTED, writer_bytes(&segment), &out), 0);
    cr_assert_eq(memcmp(&opening, &before, sizeof(before)), 0);
}
