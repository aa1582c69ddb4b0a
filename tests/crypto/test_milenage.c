#include <criterion/criterion.h>

#include "crypto/primitives/milenage.h"
#include "tests/vectors.h"

static void check(struct vectors *v, const char *name, int result, const uint8_t *got, size_t len)
{
    cr_assert_eq(result, 0);
    cr_assert(bytes_equal(bytes_of(got, len), vectors_bytes(v, name)), "%s: %s", vectors_set(v),
              name);
}

Test(milenage, published_sets)
{
    struct vectors *v = vectors_open("milenage.txt");
    while (vectors_next(v)) {
        struct milenage m;
        uint8_t opc[AES_BLOCK], out[16];
        const uint8_t *key = vectors_bytes(v, "K").data;
        const uint8_t *rand = vectors_bytes(v, "RAND").data;
        const uint8_t *sqn = vectors_bytes(v, "SQN").data, *amf = vectors_bytes(v, "AMF").data;
        if (vectors_has(v, "OP"))
            cr_assert_eq(milenage_opc(key, vectors_bytes(v, "OP").data, opc), 0);
        else
            memcpy(opc, vectors_bytes(v, "OPc").data, sizeof(opc));
        milenage_init(&m, key, opc);
        check(v, "f1", milenage_f1(&m, rand, sqn, amf, out), out, MILENAGE_MAC_SIZE);
        check(v, "f1_star", milenage_f1_star(&m, rand, sqn, amf, out), out, MILENAGE_MAC_SIZE);
        check(v, "f2", milenage_f2(&m, rand, out), out, MILENAGE_RES_SIZE);
        check(v, "f3", milenage_f3(&m, rand, out), out, MILENAGE_CK_SIZE);
        check(v, "f4", milenage_f4(&m, rand, out), out, MILENAGE_CK_SIZE);
        check(v, "f5", milenage_f5(&m, rand, out), out, MILENAGE_AK_SIZE);
        check(v, "f5_star", milenage_f5_star(&m, rand, out), out, MILENAGE_AK_SIZE);
        milenage_wipe(&m);
        cr_assert_eq(m.key[0] | m.opc[0] | m.rotation[0], 0);
    }
    vectors_close(v);
}

/* With r3 = r4 and c3 = c4, f3 and f4 are one function; each constant moves its own output only. */
Test(milenage, an_operators_own_constants_count)
{
    const uint8_t key[16] = {1}, opc[16] = {2}, rand[16] = {3};
    uint8_t before[2][16], after[2][16];
    struct milenage m;
    milenage_init(&m, key, opc);
    cr_assert_eq(milenage_f3(&m, rand, before[0]), 0);
    cr_assert_eq(milenage_f4(&m, rand, before[1]), 0);
    m.rotation[2] = m.rotation[3];
    memcpy(m.xoring + 2 * AES_BLOCK, m.xoring + 3 * AES_BLOCK, AES_BLOCK);
    cr_assert_eq(milenage_f3(&m, rand, after[0]), 0);
    cr_assert_eq(milenage_f4(&m, rand, after[1]), 0);
    cr_assert_arr_neq(before[0], before[1], 16);
    cr_assert_arr_eq(after[0], before[1], 16);
    cr_assert_arr_eq(after[1], before[1], 16);
}

/* By hand from the definition: with c2 zero but for the bit that a turn by one of r2 brings round,
 * the input of the last encryption is as before. */
Test(milenage, rotations_need_not_be_whole_bytes)
{
    const uint8_t key[16] = {0}, opc[16] = {0}, rand[16] = {0};
    uint8_t temp[AES_BLOCK], turned[AES_BLOCK], expected[AES_BLOCK], res[MILENAGE_RES_SIZE];
    const unsigned bits = 13;
    cr_assert_eq(aes_ecb_encrypt(bytes_of(key, 16), rand, temp), 0);
    for (unsigned i = 0; i < 128; i++) {
        const unsigned from = (i + bits) % 128;
        if (i % 8 == 0)
            turned[i / 8] = 0;
        turned[i / 8] |= (uint8_t)((temp[from / 8] >> (7 - from % 8) & 1) << (7 - i % 8));
    }
    turned[15] ^= 1; /* c2 */
    cr_assert_eq(aes_ecb_encrypt(bytes_of(key, 16), turned, expected), 0);
    struct milenage m;
    milenage_init(&m, key, opc);
    m.rotation[1] = bits;
    cr_assert_eq(milenage_f2(&m, rand, res), 0);
    cr_assert_arr_eq(res, expected + 8, sizeof(res));
}

/* What all outputs begin with is kept; of another RAND it is another. */
Test(milenage, another_challenge_is_another)
{
    const uint8_t key[16] = {1}, opc[16] = {2};
    uint8_t rand[16] = {3}, first[MILENAGE_RES_SIZE], other[MILENAGE_RES_SIZE],
            alone[MILENAGE_RES_SIZE], again[MILENAGE_RES_SIZE];
    struct milenage m, fresh;
    milenage_init(&m, key, opc);
    cr_assert_eq(milenage_f2(&m, rand, first), 0);
    rand[15] = 1;
    cr_assert_eq(milenage_f2(&m, rand, other), 0);
    milenage_init(&fresh, key, opc);
    cr_assert_eq(milenage_f2(&fresh, rand, alone), 0);
    cr_assert_arr_eq(other, alone, sizeof(other));
    cr_assert_arr_neq(other, first, sizeof(other));
    rand[15] = 0;
    cr_assert_eq(milenage_f2(&m, rand, again), 0);
    cr_assert_arr_eq(again, first, sizeof(again));
}
