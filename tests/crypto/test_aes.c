#include <criterion/criterion.h>

#include "crypto/primitives/aes.h"
#include "tests/vectors.h"

Test(aes, cbc_of_sp_800_38a)
{
    struct vectors *v = vectors_open("aes_cbc.txt");
    while (vectors_next(v)) {
        const struct bytes key = vectors_bytes(v, "K"), iv = vectors_bytes(v, "IV");
        const struct bytes plain = vectors_bytes(v, "plain"), cipher = vectors_bytes(v, "cipher");
        uint8_t buffer[64];
        cr_assert_eq(plain.len, sizeof(buffer));
        cr_assert_eq(aes_cbc_encrypt(key, iv.data, plain, buffer), 0);
        cr_assert(bytes_equal(bytes_of(buffer, sizeof(buffer)), cipher), "%s", vectors_set(v));
        /* back, in place */
        cr_assert_eq(aes_cbc_decrypt(key, iv.data, bytes_of(buffer, sizeof(buffer)), buffer), 0);
        cr_assert(bytes_equal(bytes_of(buffer, sizeof(buffer)), plain), "%s", vectors_set(v));
    }
    vectors_close(v);
}

Test(aes, cmac_in_any_parts)
{
    struct vectors *v = vectors_open("aes_cmac.txt");
    while (vectors_next(v)) {
        const struct bytes key = vectors_bytes(v, "K"), message = vectors_bytes(v, "M");
        const struct bytes expected = vectors_bytes(v, "T");
        for (size_t cut = 0; cut <= message.len; cut++) {
            uint8_t mac[AES_BLOCK];
            const struct bytes parts[] = {bytes_of(message.data, cut),
                                          bytes_of(message.data + cut, message.len - cut)};
            cr_assert_eq(aes_cmac(key, parts, 2, mac), 0);
            cr_assert(bytes_equal(bytes_of(mac, sizeof(mac)), expected), "%s cut at %zu",
                      vectors_set(v), cut);
        }
    }
    vectors_close(v);
}

static void shift_left(uint8_t block[AES_BLOCK])
{
    const bool carry = (block[0] & 0x80) != 0;
    for (size_t i = 0; i < AES_BLOCK; i++)
        block[i] = (uint8_t)(block[i] << 1 | (i + 1 < AES_BLOCK ? block[i + 1] >> 7 : 0));
    if (carry)
        block[AES_BLOCK - 1] ^= 0x87;
}

/* By the text of SP 800-38B §6.2, all blocks in one CBC. */
static void reckon_cmac(struct bytes key, struct bytes message, uint8_t mac[AES_BLOCK])
{
    static uint8_t room[4096];
    static const uint8_t zeros[AES_BLOCK];
    uint8_t subkey[AES_BLOCK];
    size_t len = message.len;
    memset(room, 0, sizeof(room));
    memcpy(room, message.data, len);
    cr_assert_eq(aes_ecb_encrypt(key, zeros, subkey), 0);
    shift_left(subkey);
    if (len == 0 || len % AES_BLOCK != 0) {
        shift_left(subkey);
        room[len] = 0x80;
        len += AES_BLOCK - len % AES_BLOCK;
    }
    for (size_t i = 0; i < AES_BLOCK; i++)
        room[len - AES_BLOCK + i] ^= subkey[i];
    cr_assert_eq(aes_cbc_encrypt(key, zeros, bytes_of(room, len), room), 0);
    memcpy(mac, room + len - AES_BLOCK, AES_BLOCK);
}

Test(aes, cmac_of_any_length)
{
    static uint8_t message[3100];
    const uint8_t key[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    for (size_t i = 0; i < sizeof(message); i++)
        message[i] = (uint8_t)(i * 7 + i / 256);
    for (size_t len = 0; len <= sizeof(message); len++) {
        uint8_t expected[AES_BLOCK], mac[AES_BLOCK];
        const size_t cut = len * 5 / 8;
        const struct bytes parts[] = {bytes_of(message, cut), bytes_of(message + cut, len - cut)};
        reckon_cmac(bytes_of(key, sizeof(key)), bytes_of(message, len), expected);
        cr_assert_eq(aes_cmac(bytes_of(key, sizeof(key)), parts, 2, mac), 0);
        cr_assert_arr_eq(mac, expected, AES_BLOCK, "%zu bytes", len);
    }
}

Test(aes, refuses_other_lengths)
{
    uint8_t out[32];
    const uint8_t iv[AES_BLOCK] = {0}, in[32] = {0};
    cr_assert_lt(aes_cbc_encrypt(bytes_of(in, 15), iv, bytes_of(in, 16), out), 0);
    cr_assert_lt(aes_cbc_encrypt(bytes_of(in, 16), iv, bytes_of(in, 17), out), 0);
    cr_assert_lt(aes_cbc_decrypt(bytes_of(in, 16), iv, bytes_of(in, 31), out), 0);
    cr_assert_lt(aes_cmac(bytes_of(in, 8), NULL, 0, out), 0);
    cr_assert_lt(aes_ecb_encrypt(bytes_of(in, 0), in, out), 0);
    cr_assert_eq(aes_cbc_encrypt(bytes_of(in, 16), iv, bytes_of(in, 0), out), 0);
}
