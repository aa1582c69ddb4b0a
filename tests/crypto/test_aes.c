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
