/* Secure channels against published sessions, from the card's side: what the host sent is taken,
 * what the card sent is made. */
#include <criterion/criterion.h>

#include "crypto/primitives/scp.h"
#include "tests/vectors.h"

static const char *const commands[] = {"case_1_apdu", "case_2_apdu", "case_3_apdu", "case_4_apdu"};
static const struct bytes plains[] = {
    {NULL, 0},
    {NULL, 0},
    {(const uint8_t[]){0x4F, 0x02, 0x12, 0x34, 0x5C, 0x05, 0x4F, 0x9F, 0x70, 0xC5}, 10},
    {(const uint8_t[]){0x4F, 0x00}, 2}};

static int take(struct scp *session, uint8_t level, struct bytes apdu, uint8_t *room,
                struct bytes *plain)
{
    const struct bytes data = bytes_of(apdu.data + 5, apdu.data[4]);
    return scp_unwrap(session, level, apdu.data, data, room, plain);
}

/* The session up to EXTERNAL AUTHENTICATE, everything checked on the way. */
static struct scp open_03(struct vectors *v, uint8_t *level)
{
    const struct bytes enc = vectors_bytes(v, "ENC"), mac = vectors_bytes(v, "MAC");
    const struct bytes init = vectors_bytes(v, "init_upd_cmd");
    const struct bytes answer = vectors_bytes(v, "init_upd_rsp");
    const struct bytes authenticate = vectors_bytes(v, "ext_auth_cmd");
    const struct bytes host = bytes_of(init.data + 5, 8), card = bytes_of(answer.data + 13, 8);
    uint8_t made[16], room[64];
    struct scp session = {.protocol = SCP_03};
    struct bytes plain;
    cr_assert_eq(scp03_challenge(enc, answer.data + 29, vectors_bytes(v, "AID"), made, 8), 0);
    cr_expect(bytes_equal(bytes_of(made, 8), card), "%s: card challenge", vectors_set(v));
    cr_assert_eq(scp03_begin(&session.scp03, enc, mac, host, card), 0);
    cr_assert_eq(scp03_cryptogram(&session.scp03, SCP03_CARD_CRYPTOGRAM, host, card, made), 0);
    cr_expect(bytes_equal(bytes_of(made, 8), bytes_of(answer.data + 21, 8)), "%s: card cryptogram",
              vectors_set(v));
    cr_assert_eq(take(&session, SCP_C_MAC, authenticate, room, &plain), 0, "%s", vectors_set(v));
    cr_assert_eq(scp03_cryptogram(&session.scp03, SCP03_HOST_CRYPTOGRAM, host, card, made), 0);
    cr_expect(bytes_equal(plain, bytes_of(made, 8)), "%s: host cryptogram", vectors_set(v));
    session.level = *level = authenticate.data[2];
    return session;
}

static void expect_eid(struct vectors *v, struct scp *session, uint8_t level)
{
    static const uint8_t eid[] = {0xBF, 0x3E, 0x12, 0x5A, 0x10, 0x89, 0x88, 0x21, 0x19, 0x90, 0x00,
                                  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05};
    uint8_t room[sizeof(eid) + SCP_OVERHEAD_MAX], scratch[64];
    size_t len = sizeof(eid);
    struct bytes plain;
    cr_assert_eq(take(session, level, vectors_bytes(v, "get_eid_cmd"), scratch, &plain), 0, "%s",
                 vectors_set(v));
    cr_expect(bytes_equal(plain, BYTES(0xBF, 0x3E, 0x03, 0x5C, 0x01, 0x5A)), "%s", vectors_set(v));
    memcpy(room, eid, sizeof(eid));
    cr_assert_eq(scp_wrap(session, 0x9000, room, &len), 0);
    cr_expect(bytes_equal(bytes_of(room, len), vectors_bytes(v, "get_eid_rsp")), "%s: answer",
              vectors_set(v));
}

Test(scp, sessions_of_scp03)
{
    struct vectors *v = vectors_open("scp03.txt");
    unsigned sets = 0;
    while (vectors_next(v)) {
        uint8_t level, room[64];
        struct scp session = open_03(v, &level);
        struct bytes plain;
        expect_eid(v, &session, level);
        for (size_t i = 0; i < 4; i++) {
            cr_assert_eq(take(&session, level, vectors_bytes(v, commands[i]), room, &plain), 0,
                         "%s %s", vectors_set(v), commands[i]);
            cr_expect(bytes_equal(plain, plains[i]), "%s %s", vectors_set(v), commands[i]);
        }
        sets++;
    }
    cr_expect_eq(sets, 9);
    vectors_close(v);
}

static struct scp open_02(struct vectors *v)
{
    const struct bytes keys[] = {vectors_bytes(v, "ENC"), vectors_bytes(v, "MAC"),
                                 vectors_bytes(v, "DEK")};
    const struct bytes answer = vectors_bytes(v, "init_upd_rsp"), host = vectors_bytes(v, "host");
    const struct bytes sequence_and_card = bytes_of(answer.data + 12, 8);
    uint8_t made[DES_BLOCK], room[64];
    struct scp session = {.protocol = SCP_02};
    struct bytes plain;
    cr_assert_eq(scp02_begin(&session.scp02, keys, answer.data + 12), 0);
    cr_assert_eq(scp02_card_cryptogram(&session.scp02, host, sequence_and_card, made), 0);
    cr_expect(bytes_equal(bytes_of(made, DES_BLOCK), bytes_of(answer.data + 20, 8)));
    cr_assert_eq(take(&session, SCP_C_MAC, vectors_bytes(v, "ext_auth_cmd"), room, &plain), 0);
    cr_assert_eq(scp02_host_cryptogram(&session.scp02, host, sequence_and_card, made), 0);
    cr_expect(bytes_equal(bytes_of(made, DES_BLOCK), plain));
    session.level = SCP_C_MAC;
    return session;
}

Test(scp, a_session_of_scp02)
{
    struct vectors *v = vectors_open("scp02.txt");
    cr_assert(vectors_next(v));
    struct scp session = open_02(v);
    for (size_t i = 0; i < 4; i++) {
        uint8_t room[64];
        struct bytes plain;
        cr_assert_eq(take(&session, SCP_C_MAC, vectors_bytes(v, commands[i]), room, &plain), 0,
                     "%s", commands[i]);
        cr_expect(bytes_equal(plain, plains[i]), "%s", commands[i]);
    }
    vectors_close(v);
}

Test(scp, what_was_changed_on_the_way_is_refused)
{
    struct vectors *v = vectors_open("scp03.txt");
    while (vectors_next(v)) {
        uint8_t level, room[64], changed[64];
        const struct scp session = open_03(v, &level);
        const struct bytes sent = vectors_bytes(v, "get_eid_cmd");
        for (size_t at = 0; at < 5u + sent.data[4]; at++) {
            struct scp copy = session;
            struct bytes plain;
            if (at == 4)
                continue; /* the length is the reader's */
            memcpy(changed, sent.data, sent.len);
            changed[at] ^= 0x01;
            cr_expect_eq(take(&copy, level, bytes_of(changed, sent.len), room, &plain), SCP_REFUSED,
                         "%s, byte %zu", vectors_set(v), at);
        }
        (void)vectors_bytes(v, "get_eid_rsp");
        for (size_t i = 0; i < 4; i++)
            (void)vectors_bytes(v, commands[i]);
    }
    vectors_close(v);
}
