#include <criterion/criterion.h>

#include "crypto/primitives/keccak.h"
#include "crypto/primitives/tuak.h"
#include "tests/vectors.h"

static void check(struct vectors *v, const char *name, const uint8_t *got, size_t len)
{
    cr_assert(bytes_equal(bytes_of(got, len), vectors_bytes(v, name)), "%s: %s", vectors_set(v),
              name);
}

Test(tuak, published_sets)
{
    struct vectors *v = vectors_open("tuak.txt");
    while (vectors_next(v)) {
        struct tuak t;
        uint8_t out[4][32];
        const uint8_t *rand = vectors_bytes(v, "RAND").data;
        const uint8_t *sqn = vectors_bytes(v, "SQN").data, *amf = vectors_bytes(v, "AMF").data;
        cr_assert(tuak_init(&t, vectors_bytes(v, "K"), vectors_bytes(v, "TOPc").data));
        t.iterations = (unsigned)vectors_number(v, "iterations");
        t.mac_len = vectors_bytes(v, "f1").len;
        t.res_len = vectors_bytes(v, "f2").len;
        t.ck_len = vectors_bytes(v, "f3").len;
        t.ik_len = vectors_bytes(v, "f4").len;
        tuak_topc(&t, vectors_bytes(v, "TOP").data, out[0]);
        check(v, "TOPc", out[0], TUAK_TOP_SIZE);
        tuak_f1(&t, rand, sqn, amf, out[0]);
        check(v, "f1", out[0], t.mac_len);
        tuak_f1_star(&t, rand, sqn, amf, out[0]);
        check(v, "f1_star", out[0], t.mac_len);
        tuak_f2345(&t, rand, out[0], out[1], out[2], out[3]);
        check(v, "f2", out[0], t.res_len);
        check(v, "f3", out[1], t.ck_len);
        check(v, "f4", out[2], t.ik_len);
        check(v, "f5", out[3], TUAK_AK_SIZE);
        tuak_f5_star(&t, rand, out[0]);
        check(v, "f5_star", out[0], TUAK_AK_SIZE);
        tuak_wipe(&t);
        cr_assert_eq(t.key_len, 0);
    }
    vectors_close(v);
}

Test(tuak, keys_are_16_or_32_bytes)
{
    static const uint8_t bytes[64];
    struct tuak t;
    for (size_t len = 0; len <= sizeof(bytes); len++)
        cr_assert_eq(tuak_init(&t, bytes_of(bytes, len), bytes), len == 16 || len == 32);
}

/* First lane of the permutation of zeros, once and twice (Keccak team, KeccakF-1600-
 * IntermediateValues). */
Test(keccak, permutes_zeros)
{
    uint8_t state[KECCAK_STATE_SIZE] = {0};
    keccak_f1600(state);
    cr_assert(
        bytes_equal(bytes_of(state, 8), BYTES(0xE7, 0xDD, 0xE1, 0x40, 0x79, 0x8F, 0x25, 0xF1)));
    keccak_f1600(state);
    cr_assert(
        bytes_equal(bytes_of(state, 8), BYTES(0x3C, 0xCB, 0x6E, 0xF9, 0x4D, 0x95, 0x5C, 0x2D)));
}
