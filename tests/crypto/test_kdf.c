#include <criterion/criterion.h>

#include "crypto/primitives/kdf.h"
#include "tests/vectors.h"

Test(kdf, x963_of_cavp)
{
    struct vectors *v = vectors_open("x963_kdf.txt");
    while (vectors_next(v)) {
        uint8_t key[128];
        const struct bytes expected = vectors_bytes(v, "key_data");
        cr_assert_leq(expected.len, sizeof(key));
        cr_assert_eq(
            kdf_x963(vectors_bytes(v, "Z"), vectors_bytes(v, "SharedInfo"), key, expected.len), 0);
        cr_assert(bytes_equal(bytes_of(key, expected.len), expected), "%s", vectors_set(v));
    }
    vectors_close(v);
}

Test(kdf, a_shorter_key_is_the_front_of_a_longer_one)
{
    uint8_t key[100], front[100] = {0};
    const struct bytes secret = bytes_of_text("secret"), info = bytes_of_text("info");
    cr_assert_eq(kdf_x963(secret, info, key, sizeof(key)), 0);
    for (size_t len = 0; len < sizeof(front); len++) {
        cr_assert_eq(kdf_x963(secret, info, front, len), 0);
        cr_assert(bytes_equal(bytes_of(front, len), bytes_of(key, len)));
        cr_assert_eq(front[len], 0, "%zu bytes asked, more written", len);
    }
}
