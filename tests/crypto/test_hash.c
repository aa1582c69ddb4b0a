#include <criterion/criterion.h>

#include "crypto/primitives/hash.h"
#include "tests/vectors.h"

Test(hash, published_values)
{
    struct vectors *v = vectors_open("sha.txt");
    while (vectors_next(v)) {
        uint8_t digest[SHA256_SIZE], short_digest[SHA1_SIZE];
        const struct bytes message = vectors_bytes(v, "M");
        cr_assert_eq(sha256(&message, 1, digest), 0);
        cr_assert(bytes_equal(bytes_of(digest, sizeof(digest)), vectors_bytes(v, "sha256")));
        cr_assert_eq(sha1(message, short_digest), 0);
        cr_assert(
            bytes_equal(bytes_of(short_digest, sizeof(short_digest)), vectors_bytes(v, "sha1")));
    }
    vectors_close(v);
}

Test(hash, parts_count_as_one_message)
{
    uint8_t whole[SHA256_SIZE], parted[SHA256_SIZE];
    const struct bytes message = bytes_of_text("one message in three parts");
    const struct bytes parts[] = {bytes_of_text("one mess"), bytes_of(NULL, 0),
                                  bytes_of_text("age in three parts")};
    cr_assert_eq(sha256(&message, 1, whole), 0);
    cr_assert_eq(sha256(parts, 3, parted), 0);
    cr_assert_arr_eq(whole, parted, sizeof(whole));
    cr_assert_eq(sha256(parts, 2, parted), 0);
    cr_assert_arr_neq(whole, parted, sizeof(whole));
}
