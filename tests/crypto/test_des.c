#include <criterion/criterion.h>

#include "crypto/primitives/des.h"
#include "tests/vectors.h"

Test(des, cbc_of_published_vectors)
{
    struct vectors *v = vectors_open("des.txt");
    while (vectors_next(v)) {
        const struct bytes key = vectors_bytes(v, "K"), iv = vectors_bytes(v, "IV");
        const struct bytes plain = vectors_bytes(v, "plain"), cipher = vectors_bytes(v, "cipher");
        uint8_t buffer[24];
        cr_assert_eq(plain.len, sizeof(buffer));
        cr_assert_eq(des_cbc_encrypt(key, iv.data, plain, buffer), 0);
        cr_expect(bytes_equal(bytes_of(buffer, sizeof(buffer)), cipher), "%s", vectors_set(v));
        /* back, in place */
        cr_assert_eq(des_cbc_decrypt(key, iv.data, cipher, buffer), 0);
        cr_expect(bytes_equal(bytes_of(buffer, sizeof(buffer)), plain), "%s", vectors_set(v));
        cr_assert_eq(des_ecb_encrypt(key, plain, buffer), 0);
        cr_assert_eq(des_ecb_decrypt(key, bytes_of(buffer, sizeof(buffer)), buffer), 0);
        cr_expect(bytes_equal(bytes_of(buffer, sizeof(buffer)), plain), "%s", vectors_set(v));
    }
    vectors_close(v);
}

Test(des, macs_in_any_parts)
{
    struct vectors *v = vectors_open("des_mac.txt");
    while (vectors_next(v)) {
        const uint8_t iv[DES_BLOCK] = {0};
        const struct bytes key = vectors_bytes(v, "K"), message = vectors_bytes(v, "M");
        const struct bytes expected = vectors_bytes(v, "T");
        const bool retail = vectors_has(v, "retail") && vectors_number(v, "retail") == 1;
        for (size_t cut = 0; cut <= message.len; cut++) {
            uint8_t mac[DES_BLOCK];
            const struct bytes parts[] = {bytes_of(message.data, cut),
                                          bytes_of(message.data + cut, message.len - cut)};
            cr_assert_eq((retail ? des_retail_mac : des_cbc_mac)(key, iv, parts, 2, mac), 0);
            cr_expect(bytes_equal(bytes_of(mac, sizeof(mac)), expected), "%s cut at %zu",
                      vectors_set(v), cut);
        }
    }
    vectors_close(v);
}

Test(des, refuses_other_lengths)
{
    uint8_t out[32];
    const uint8_t iv[DES_BLOCK] = {0}, in[32] = {0};
    const struct bytes seven = bytes_of(in, 7), none = bytes_of(in, 0);
    cr_assert_lt(des_cbc_encrypt(seven, iv, bytes_of(in, 8), out), 0);
    cr_assert_lt(des_cbc_encrypt(bytes_of(in, 32), iv, bytes_of(in, 8), out), 0);
    cr_assert_lt(des_ecb_decrypt(bytes_of(in, 16), seven, out), 0);
    cr_assert_lt(des_cbc_mac(bytes_of(in, 16), iv, &seven, 1, out), 0);
    cr_assert_lt(des_cbc_mac(bytes_of(in, 16), iv, &none, 1, out), 0);
    cr_assert_lt(des_retail_mac(bytes_of(in, 24), iv, &none, 1, out), 0);
    cr_assert_eq(des_cbc_encrypt(bytes_of(in, 16), iv, none, out), 0);
}
