#include <criterion/criterion.h>

#include "crypto/primitives/hmac.h"
#include "crypto/primitives/suci.h"
#include "tests/vectors.h"

static void check(struct vectors *v, const char *name, const uint8_t *got, size_t len)
{
    cr_assert(bytes_equal(bytes_of(got, len), vectors_bytes(v, name)), "%s: %s", vectors_set(v),
              name);
}

Test(hmac, published_sets)
{
    struct vectors *v = vectors_open("hmac_sha256.txt");
    while (vectors_next(v)) {
        uint8_t mac[SHA256_SIZE];
        const struct bytes data = vectors_bytes(v, "data");
        const struct bytes parts[] = {bytes_of(data.data, 3),
                                      bytes_of(data.data + 3, data.len - 3)};
        cr_assert(hmac_sha256(vectors_bytes(v, "key"), parts, 2, mac) == 0);
        check(v, "mac", mac, sizeof(mac));
    }
    vectors_close(v);
}

Test(hmac, counts_its_parts)
{
    const struct bytes parts[HMAC_PARTS_MAX + 1] = {0};
    uint8_t mac[SHA256_SIZE];
    cr_assert(hmac_sha256((struct bytes){0}, parts, HMAC_PARTS_MAX, mac) == 0);
    cr_assert(hmac_sha256((struct bytes){0}, parts, HMAC_PARTS_MAX + 1, mac) < 0);
}

Test(suci, published_sets)
{
    struct vectors *v = vectors_open("suci.txt");
    while (vectors_next(v)) {
        struct suci_output out;
        uint8_t cipher[64];
        const struct bytes plain = vectors_bytes(v, "plain");
        cr_assert(suci_conceal_with((enum suci_scheme)vectors_number(v, "scheme"),
                                    vectors_bytes(v, "network_key"),
                                    vectors_bytes(v, "ephemeral_private").data, plain, &out,
                                    cipher) == 0);
        check(v, "ephemeral_public", out.public_key, out.public_len);
        check(v, "cipher", cipher, plain.len);
        check(v, "mac", out.mac, sizeof(out.mac));
    }
    vectors_close(v);
}

Test(suci, keys_that_are_none)
{
    static const uint8_t zeros[65];
    struct random random;
    struct suci_output out;
    uint8_t cipher[4];
    random_init(&random);
    for (size_t len = 0; len <= sizeof(zeros); len++)
        for (int scheme = SUCI_PROFILE_A; scheme <= SUCI_PROFILE_B; scheme++)
            cr_assert(suci_conceal((enum suci_scheme)scheme, bytes_of(zeros, len), &random,
                                   BYTES(1, 2, 3, 4), &out, cipher) == 1,
                      "scheme %d, %zu bytes", scheme, len);
}

Test(suci, is_another_each_time)
{
    struct random random;
    struct suci_output a, b;
    uint8_t one[4], two[4];
    random_init(&random);
    static const uint8_t base[32] = {9};
    cr_assert(
        suci_conceal(SUCI_PROFILE_A, bytes_of(base, 32), &random, BYTES(1, 2, 3, 4), &a, one) == 0);
    cr_assert(
        suci_conceal(SUCI_PROFILE_A, bytes_of(base, 32), &random, BYTES(1, 2, 3, 4), &b, two) == 0);
    cr_assert(memcmp(a.public_key, b.public_key, a.public_len) != 0);
}
