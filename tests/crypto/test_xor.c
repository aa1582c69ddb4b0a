#include <criterion/criterion.h>

#include "crypto/primitives/xor.h"
#include "tests/vectors.h"

static void check(struct vectors *v, const char *name, const uint8_t *got, size_t len)
{
    cr_assert(bytes_equal(bytes_of(got, len), vectors_bytes(v, name)), "%s: %s", vectors_set(v),
              name);
}

Test(xor, worked_examples)
{
    struct vectors *v = vectors_open("xor.txt");
    while (vectors_next(v)) {
        uint8_t out[16];
        const uint8_t *key = vectors_bytes(v, "K").data, *rand = vectors_bytes(v, "RAND").data;
        xor_f1(key, rand, vectors_bytes(v, "SQN").data, vectors_bytes(v, "AMF").data, out);
        check(v, "f1", out, XOR_MAC_SIZE);
        xor_f2(key, rand, out);
        check(v, "f2", out, XOR_RES_SIZE);
        xor_f3(key, rand, out);
        check(v, "f3", out, XOR_CK_SIZE);
        xor_f4(key, rand, out);
        check(v, "f4", out, XOR_CK_SIZE);
        xor_f5(key, rand, out);
        check(v, "f5", out, XOR_AK_SIZE);
    }
    vectors_close(v);
}
