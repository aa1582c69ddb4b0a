#include "apdu/trace.h"
#include "tools/lib/binder/binder.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define PACKAGE_MAX_LEN 70000

static const uint8_t eid[] = {0x89, 0x04, 0x90, 0x32, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static const uint8_t configuration[] = {0xBF, 0x24, 0x00};
static const uint8_t metadata[] = {0xBF, 0x25, 0x02, 0x5A, 0x00};

/* A chip's side of the binding, without certificates. */
static struct random chance;
static struct ec_private *chip_key, *signer;
static uint8_t package[PACKAGE_MAX_LEN];

static void stay_quiet(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void start(void)
{
    trace_to(stay_quiet, NULL);
    cr_assert_eq(ec_start(), 0);
    random_init_seeded(&chance, bytes_of_text("binder"));
    cr_assert_eq(ec_private_generate(&chance, EC_P256, &chip_key), 0);
    uint8_t scalar[EC_SCALAR_SIZE];
    cr_assert_eq(random_fill(&chance, scalar, sizeof(scalar)), 0);
    scalar[0] = 1;
    cr_assert_eq(ec_private_create(EC_P256, bytes_of(scalar, sizeof(scalar)), &signer), 0);
    cr_assert_eq(random_fill(&chance, package, sizeof(package)), 0);
}

static void end(void)
{
    ec_private_destroy(chip_key);
    ec_private_destroy(signer);
}

TestSuite(binder, .init = start, .fini = end);

static struct binder_input make_input(void)
{
    return (struct binder_input){
        .curve = EC_P256,
        .euicc_otpk = bytes_of(ec_private_point(chip_key), EC_POINT_SIZE),
        .host_id = bytes_of_text("host"),
        .eid = bytes_of(eid, sizeof(eid)),
        .configuration = bytes_of(configuration, sizeof(configuration)),
        .metadata = bytes_of(metadata, sizeof(metadata)),
    };
}

static struct bytes must_take(struct bytes *from, uint32_t tag)
{
    struct tlv element;
    cr_assert(tlv_take_tag(from, tag, &element), "no %X", (unsigned)tag);
    return element.value;
}

static void open_all(struct bsp *bsp, enum bsp_mode mode, uint32_t tag, struct bytes segments,
                     struct bytes expected)
{
    uint8_t *plain = malloc(PACKAGE_MAX_LEN + 64);
    struct writer out = writer_on(plain, PACKAGE_MAX_LEN + 64);
    while (segments.len > 0) {
        struct tlv segment;
        cr_assert(tlv_take_tag(&segments, tag, &segment));
        cr_assert_leq(segment.whole.len, BSP_SEGMENT_MAX);
        cr_assert(segment.whole.len == BSP_SEGMENT_MAX || mode == BSP_MAC_ONLY ||
                  segments.len == 0);
        cr_assert_eq(bsp_open(bsp, mode, &segment, &out), BSP_OK);
    }
    cr_assert(bytes_equal(writer_bytes(&out), expected));
    free(plain);
}

static void agree(struct bytes smdp_otpk, struct bsp *bsp)
{
    struct secret shared;
    cr_assert_eq(ec_agree(chip_key, smdp_otpk, &shared), 0);
    cr_assert_eq(bsp_init_agreed(bsp, secret_bytes(&shared), bytes_of_text("host"),
                                 bytes_of(eid, sizeof(eid))),
                 0);
}

/* Sealed, and opened by the chip; the body has not more bytes than was promised. */
static void round_trip(const struct binder_keys *keys, size_t len)
{
    struct binder_input input = make_input();
    struct bytes plain = bytes_of(package, len);
    struct writer segments =
        writer_on(malloc(binder_protected_max(len)), binder_protected_max(len));
    if (keys != NULL)
        cr_assert_eq(binder_protect(keys, plain, &segments), 0);
    input.keys = keys;
    input.protected_package = writer_bytes(&segments);
    input.plain_package = keys == NULL ? plain : (struct bytes){0};
    struct writer body = writer_on(malloc(binder_body_max(&input)), binder_body_max(&input));
    uint8_t smdp_otpk[EC_POINT_SIZE];
    cr_assert_eq(binder_seal(&input, &chance, smdp_otpk, &body), 0);

    struct bsp bsp;
    struct bytes left = writer_bytes(&body);
    agree(bytes_of(smdp_otpk, sizeof(smdp_otpk)), &bsp);
    open_all(&bsp, BSP_ENCRYPTED, 0x87, must_take(&left, 0xA0), input.configuration);
    open_all(&bsp, BSP_MAC_ONLY, 0x88, must_take(&left, 0xA1), input.metadata);
    if (keys != NULL) {
        uint8_t memory[64];
        struct writer request = writer_on(memory, sizeof(memory));
        const size_t mark = tlv_open(&request, 0xBF26);
        tlv_put(&request, 0x80, bytes_of(keys->chaining, 16));
        tlv_put(&request, 0x81, bytes_of(keys->enc, 16));
        tlv_put(&request, 0x82, bytes_of(keys->mac, 16));
        tlv_close(&request, mark);
        open_all(&bsp, BSP_ENCRYPTED, 0x87, must_take(&left, 0xA2), writer_bytes(&request));
        cr_assert_eq(bsp_init_keys(&bsp, bytes_of(keys->enc, 16), bytes_of(keys->mac, 16),
                                   bytes_of(keys->chaining, 16)),
                     0);
    }
    open_all(&bsp, BSP_ENCRYPTED, 0x86, must_take(&left, 0xA3), plain);
    cr_assert_eq(left.len, 0);
    bsp_wipe(&bsp);
    free(segments.data);
    free(body.data);
}

static const size_t lengths[] = {1,    15,   16,   1006, 1007,  1008,
                                 2013, 2014, 2015, 5000, 65535, PACKAGE_MAX_LEN};

Test(binder, every_length_arrives_under_the_session_keys)
{
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        round_trip(NULL, lengths[i]);
}

Test(binder, every_length_arrives_under_protection_keys)
{
    struct binder_keys keys;
    cr_assert_eq(binder_draw_keys(&chance, &keys), 0);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        round_trip(&keys, lengths[i]);
    binder_wipe_keys(&keys);
    const struct binder_keys nothing = {0};
    cr_assert_eq(memcmp(&keys, &nothing, sizeof(keys)), 0);
}

Test(binder, two_seals_share_nothing)
{
    const struct binder_input input = make_input();
    uint8_t memory[2][512], otpk[2][EC_POINT_SIZE];
    struct writer bodies[2];
    for (int i = 0; i < 2; i++) {
        bodies[i] = writer_on(memory[i], sizeof(memory[i]));
        cr_assert_eq(binder_seal(&input, &chance, otpk[i], &bodies[i]), 0);
    }
    cr_assert_arr_neq(otpk[0], otpk[1], EC_POINT_SIZE);
    cr_assert_not(bytes_equal(writer_bytes(&bodies[0]), writer_bytes(&bodies[1])));
}

Test(binder, a_wrong_one_time_key_is_refused)
{
    uint8_t point[EC_POINT_SIZE], memory[512], otpk[EC_POINT_SIZE];
    struct binder_input input = make_input();
    struct writer body = writer_on(memory, sizeof(memory));
    memcpy(point, ec_private_point(chip_key), sizeof(point));
    point[40] ^= 1;
    input.euicc_otpk = bytes_of(point, sizeof(point));
    cr_assert_eq(binder_seal(&input, &chance, otpk, &body), 1);
    input.euicc_otpk = bytes_of(point, sizeof(point) - 1);
    cr_assert_neq(binder_seal(&input, &chance, otpk, &body), 0);
}

Test(binder, lack_of_room_is_a_failure)
{
    const struct binder_input input = make_input();
    uint8_t memory[512], otpk[EC_POINT_SIZE];
    struct writer whole = writer_on(memory, sizeof(memory));
    cr_assert_eq(binder_seal(&input, &chance, otpk, &whole), 0);
    for (size_t room = 0; room < whole.len; room++) {
        struct writer body = writer_on(memory, room);
        cr_assert_lt(binder_seal(&input, &chance, otpk, &body), 0);
    }
}

Test(binder, the_signature_covers_both_one_time_keys)
{
    uint8_t memory[BINDER_FINISH_MAX + 8];
    struct writer out = writer_on(memory, sizeof(memory));
    const uint8_t *smdp_otpk = ec_private_point(signer);
    const struct binder_session session = {
        .transaction_id = BYTES(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
        .host_id = bytes_of_text("sixteen bytes ok"),
        .euicc_otpk = bytes_of(ec_private_point(chip_key), EC_POINT_SIZE),
        .smdp_otpk = bytes_of(smdp_otpk, EC_POINT_SIZE),
        .signer = signer,
    };
    const struct bytes body = BYTES(0xA0, 0x00, 0xA1, 0x00);
    cr_assert_eq(binder_finish(&session, &chance, body, &out), 0);
    cr_assert_leq(out.len, body.len + BINDER_FINISH_MAX);
    struct tlv whole, signature;
    cr_assert(tlv_whole(writer_bytes(&out), 0xBF36, &whole));
    struct bytes channel = must_take(&whole.value, 0xBF23);
    cr_assert(bytes_equal(whole.value, body));

    const uint8_t *front = channel.data;
    (void)must_take(&channel, 0x82);
    cr_assert(bytes_equal(must_take(&channel, 0x80), session.transaction_id));
    (void)must_take(&channel, 0xA6);
    (void)must_take(&channel, 0x5F49);
    uint8_t otpk_memory[80];
    struct writer otpk = writer_on(otpk_memory, sizeof(otpk_memory));
    tlv_put(&otpk, 0x5F49, session.euicc_otpk);
    const struct bytes parts[] = {bytes_of(front, (size_t)(channel.data - front)),
                                  writer_bytes(&otpk)};
    cr_assert(tlv_whole(channel, 0x5F37, &signature));
    cr_assert(ec_verify(EC_P256, bytes_of(smdp_otpk, EC_POINT_SIZE), parts, 2, signature.value));
    cr_assert_not(
        ec_verify(EC_P256, bytes_of(smdp_otpk, EC_POINT_SIZE), parts, 1, signature.value));
}
