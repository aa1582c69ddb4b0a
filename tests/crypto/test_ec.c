#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <openssl/ecerr.h>
#include <openssl/err.h>
#include <stdio.h>

#include "apdu/trace.h"
#include "crypto/primitives/algorithms.h"
#include "crypto/primitives/ec.h"
#include "crypto/primitives/hash.h"
#include "tests/vectors.h"

static enum ec_curve curve_named(const char *name)
{
    cr_assert(strcmp(name, "P-256") == 0 || strcmp(name, "brainpoolP256r1") == 0);
    return strcmp(name, "P-256") == 0 ? EC_P256 : EC_BRAINPOOL_P256R1;
}

static struct bytes join_point(struct bytes x, struct bytes y, uint8_t point[EC_POINT_SIZE])
{
    struct writer out = writer_on(point, EC_POINT_SIZE);
    writer_put_u8(&out, 0x04);
    writer_put(&out, x);
    writer_put(&out, y);
    cr_assert_eq(writer_bytes(&out).len, EC_POINT_SIZE);
    return writer_bytes(&out);
}

static struct ec_private *key_of(enum ec_curve curve, struct bytes scalar)
{
    struct ec_private *key = NULL;
    cr_assert_eq(ec_private_create(curve, scalar, &key), 0);
    return key;
}

static struct bytes point_of(const struct ec_private *key)
{
    return bytes_of(ec_private_point(key), EC_POINT_SIZE);
}

Test(ec, agreement_of_published_pairs)
{
    struct vectors *v = vectors_open("ecdh.txt");
    cr_assert_eq(ec_start(), 0);
    while (vectors_next(v)) {
        const enum ec_curve curve = curve_named(vectors_text(v, "curve"));
        struct ec_private *a = key_of(curve, vectors_bytes(v, "dA"));
        struct ec_private *b = key_of(curve, vectors_bytes(v, "dB"));
        uint8_t point[EC_POINT_SIZE];
        struct secret ab, ba;
        cr_assert(bytes_equal(point_of(a),
                              join_point(vectors_bytes(v, "xA"), vectors_bytes(v, "yA"), point)));
        cr_assert(bytes_equal(point_of(b),
                              join_point(vectors_bytes(v, "xB"), vectors_bytes(v, "yB"), point)));
        cr_assert_eq(ec_agree(a, point_of(b), &ab), 0);
        cr_assert_eq(ec_agree(b, point_of(a), &ba), 0);
        cr_assert(secret_equal(secret_bytes(&ab), vectors_bytes(v, "xZ")), "%s", vectors_set(v));
        cr_assert(secret_equal(secret_bytes(&ba), vectors_bytes(v, "xZ")), "%s", vectors_set(v));
        ec_private_destroy(a);
        ec_private_destroy(b);
    }
    vectors_close(v);
}

Test(ec, signatures_of_rfc_6979_verify)
{
    struct vectors *v = vectors_open("ecdsa_rfc6979.txt");
    while (vectors_next(v)) {
        struct ec_private *key = key_of(EC_P256, vectors_bytes(v, "x"));
        uint8_t point[EC_POINT_SIZE], signature[EC_SIGNATURE_SIZE];
        const struct bytes message = bytes_of_text(vectors_text(v, "message"));
        struct writer out = writer_on(signature, sizeof(signature));
        writer_put(&out, vectors_bytes(v, "r"));
        writer_put(&out, vectors_bytes(v, "s"));
        join_point(vectors_bytes(v, "Ux"), vectors_bytes(v, "Uy"), point);
        cr_assert(bytes_equal(point_of(key), bytes_of(point, sizeof(point))));
        cr_assert(ec_verify(EC_P256, point_of(key), &message, 1, writer_bytes(&out)));
        cr_assert_not(
            ec_verify(EC_BRAINPOOL_P256R1, point_of(key), &message, 1, writer_bytes(&out)));
        signature[63] ^= 1;
        cr_assert_not(ec_verify(EC_P256, point_of(key), &message, 1, writer_bytes(&out)));
        ec_private_destroy(key);
    }
    vectors_close(v);
}

struct wycheproof {
    enum ec_curve curve;
    char file[32];
};

ParameterizedTestParameters(ec, signatures_of_wycheproof)
{
    static struct wycheproof rows[] = {{EC_P256, "ecdsa_secp256r1.txt"},
                                       {EC_BRAINPOOL_P256R1, "ecdsa_brainpoolp256r1.txt"}};
    return cr_make_param_array(struct wycheproof, rows, 2);
}

ParameterizedTest(struct wycheproof *row, ec, signatures_of_wycheproof)
{
    struct vectors *v = vectors_open(row->file);
    while (vectors_next(v)) {
        const struct bytes message = vectors_bytes(v, "message");
        const bool valid = strcmp(vectors_text(v, "result"), "valid") == 0;
        cr_assert_eq(ec_verify(row->curve, vectors_bytes(v, "point"), &message, 1,
                               vectors_bytes(v, "signature")),
                     valid, "%s: test %s", row->file, vectors_set(v));
    }
    vectors_close(v);
}

ParameterizedTestParameters(ec, signs_and_verifies)
{
    static enum ec_curve curves[] = {EC_P256, EC_BRAINPOOL_P256R1};
    return cr_make_param_array(enum ec_curve, curves, EC_CURVES);
}

ParameterizedTest(enum ec_curve *curve, ec, signs_and_verifies)
{
    struct random seeded, unseeded;
    uint8_t one[EC_SIGNATURE_SIZE], two[EC_SIGNATURE_SIZE], der[EC_SIGNATURE_DER_MAX];
    const struct bytes parts[] = {bytes_of_text("two "), bytes_of_text("parts")};
    const struct bytes whole = bytes_of_text("two parts");
    random_init(&unseeded);
    for (int i = 0; i < 20; i++) {
        random_init_seeded(&seeded, bytes_of(&i, sizeof(i)));
        struct ec_private *key;
        cr_assert_eq(ec_private_generate(&seeded, *curve, &key), 0);
        cr_assert_eq(ec_sign(key, &seeded, parts, 2, one), 0);
        cr_assert_eq(ec_sign(key, &unseeded, &whole, 1, two), 0);
        cr_assert(ec_verify(*curve, point_of(key), &whole, 1, bytes_of(one, sizeof(one))));
        cr_assert(ec_verify(*curve, point_of(key), parts, 2, bytes_of(two, sizeof(two))));
        cr_assert_not(ec_verify(*curve, point_of(key), parts, 1, bytes_of(one, sizeof(one))));
        struct writer coded = writer_on(der, sizeof(der));
        ec_signature_put_der(&coded, one);
        cr_assert(ec_signature_from_der(writer_bytes(&coded), two));
        cr_assert_arr_eq(one, two, sizeof(one));
        ec_private_destroy(key);
    }
}

ParameterizedTestParameters(ec, the_seed_repeats_keys_and_signatures)
{
    static enum ec_curve curves[] = {EC_P256, EC_BRAINPOOL_P256R1};
    return cr_make_param_array(enum ec_curve, curves, EC_CURVES);
}

ParameterizedTest(enum ec_curve *curve, ec, the_seed_repeats_keys_and_signatures)
{
    uint8_t signatures[2][EC_SIGNATURE_SIZE];
    struct ec_private *keys[2];
    const struct bytes message = bytes_of_text("message");
    for (int i = 0; i < 2; i++) {
        struct random random;
        random_init_seeded(&random, bytes_of_text("seed"));
        cr_assert_eq(ec_private_generate(&random, *curve, &keys[i]), 0);
        cr_assert_eq(ec_sign(keys[i], &random, &message, 1, signatures[i]), 0);
    }
    cr_assert(bytes_equal(point_of(keys[0]), point_of(keys[1])));
    cr_assert_arr_eq(signatures[0], signatures[1], EC_SIGNATURE_SIZE);
    struct random other;
    struct ec_private *another;
    random_init_seeded(&other, bytes_of_text("another seed"));
    cr_assert_eq(ec_private_generate(&other, *curve, &another), 0);
    cr_assert_not(bytes_equal(point_of(keys[0]), point_of(another)));
    ec_private_destroy(keys[0]);
    ec_private_destroy(keys[1]);
    ec_private_destroy(another);
}

Test(ec, scalars_outside_the_order_make_no_key)
{
    static const uint8_t zero[EC_SCALAR_SIZE];
    uint8_t ones[EC_SCALAR_SIZE];
    struct ec_private *key = NULL;
    memset(ones, 0xFF, sizeof(ones));
    for (enum ec_curve curve = 0; curve < EC_CURVES; curve++) {
        cr_assert_lt(ec_private_create(curve, bytes_of(zero, sizeof(zero)), &key), 0);
        cr_assert_lt(ec_private_create(curve, bytes_of(ones, sizeof(ones)), &key), 0);
        cr_assert_lt(ec_private_create(curve, bytes_of(ones, 31), &key), 0);
    }
    cr_assert_null(key);
}

Test(ec, points_off_the_curve_agree_to_nothing)
{
    struct random random;
    random_init_seeded(&random, bytes_of_text("points"));
    for (enum ec_curve curve = 0; curve < EC_CURVES; curve++) {
        struct ec_private *key;
        struct secret secret;
        uint8_t point[EC_POINT_SIZE];
        cr_assert_eq(ec_private_generate(&random, curve, &key), 0);
        memcpy(point, ec_private_point(key), sizeof(point));
        point[EC_POINT_SIZE - 1] ^= 1;
        cr_assert_eq(ec_agree(key, bytes_of(point, sizeof(point)), &secret), 1);
        memcpy(point, ec_private_point(key), sizeof(point));
        cr_assert_eq(ec_agree(key, bytes_of(point, sizeof(point) - 1), &secret), 1);
        point[0] = 0x02; /* compressed, as none of these protocols sends it */
        cr_assert_eq(ec_agree(key, bytes_of(point, 33), &secret), 1);
        cr_assert_eq(ec_agree(key, bytes_of(point, sizeof(point)), &secret), 1);
        cr_assert_eq(ec_agree(key, BYTES(0x00), &secret), 1);
        cr_assert_eq(ec_agree(key, (struct bytes){0}, &secret), 1);
        ec_private_destroy(key);
    }
}

Test(ec, a_point_of_the_other_curve_is_off_the_curve)
{
    struct random random;
    struct ec_private *nist, *brainpool;
    struct secret secret;
    random_init_seeded(&random, bytes_of_text("curves"));
    cr_assert_eq(ec_private_generate(&random, EC_P256, &nist), 0);
    cr_assert_eq(ec_private_generate(&random, EC_BRAINPOOL_P256R1, &brainpool), 0);
    cr_assert_eq(ec_agree(nist, point_of(brainpool), &secret), 1);
    cr_assert_eq(ec_agree(brainpool, point_of(nist), &secret), 1);
    ec_private_destroy(nist);
    ec_private_destroy(brainpool);
}

Test(ec, the_scalar_comes_back_with_its_leading_zeros)
{
    uint8_t scalar[EC_SCALAR_SIZE] = {0};
    scalar[EC_SCALAR_SIZE - 1] = 7;
    struct ec_private *key = key_of(EC_P256, bytes_of(scalar, sizeof(scalar)));
    struct secret back;
    ec_private_scalar(key, &back);
    cr_assert(secret_equal(secret_bytes(&back), bytes_of(scalar, sizeof(scalar))));
    cr_assert_eq(ec_private_curve(key), EC_P256);
    ec_private_destroy(key);
}

Test(ec, coded_signatures_are_strict_der)
{
    uint8_t signature[EC_SIGNATURE_SIZE];
    cr_assert(ec_signature_from_der(BYTES(0x30, 6, 2, 1, 1, 2, 1, 2), signature));
    cr_assert_eq(signature[31], 1);
    cr_assert_eq(signature[63], 2);
    cr_assert_not(ec_signature_from_der(BYTES(0x30, 6, 2, 1, 1, 2, 1, 2, 0), signature));
    cr_assert_not(ec_signature_from_der(BYTES(0x30, 7, 2, 2, 0, 1, 2, 1, 2), signature));
    cr_assert_not(ec_signature_from_der(BYTES(0x30, 6, 2, 1, 0x81, 2, 1, 2), signature));
    cr_assert_not(ec_signature_from_der(BYTES(0x30, 5, 2, 0, 2, 1, 2), signature));
    cr_assert_not(ec_signature_from_der(BYTES(0x30, 3, 2, 1, 1), signature));
    cr_assert_not(ec_signature_from_der(BYTES(0x31, 6, 2, 1, 1, 2, 1, 2), signature));
    cr_assert_not(ec_signature_from_der((struct bytes){0}, signature));
}

struct elsewhere {
    struct ec_private *key;
    struct random random;
    struct bytes message; /* that the digest has to be of */
    bool broken;
};

static int sign_elsewhere(void *context, struct bytes digest, uint8_t signature[EC_SIGNATURE_SIZE])
{
    struct elsewhere *elsewhere = context;
    uint8_t expected[SHA256_SIZE];
    cr_assert_eq(sha256(&elsewhere->message, 1, expected), 0);
    cr_assert(bytes_equal(digest, bytes_of(expected, sizeof(expected))));
    if (elsewhere->broken)
        return -1;
    return ec_sign(elsewhere->key, &elsewhere->random, &elsewhere->message, 1, signature);
}

Test(ec, a_key_that_is_elsewhere_signs_there_and_does_nothing_else)
{
    struct elsewhere elsewhere = {.message = BYTES(1, 2, 3)};
    struct ec_private *key;
    struct secret scalar = {.len = 1}, shared = {0};
    uint8_t signature[EC_SIGNATURE_SIZE];
    random_init(&elsewhere.random);
    cr_assert_eq(ec_private_generate(&elsewhere.random, EC_P256, &elsewhere.key), 0);
    const struct bytes point = point_of(elsewhere.key);
    cr_assert_eq(ec_private_remote(EC_P256, point, sign_elsewhere, &elsewhere, &key), 0);
    cr_assert(bytes_equal(point_of(key), point));
    cr_assert_eq(ec_sign(key, &elsewhere.random, &elsewhere.message, 1, signature), 0);
    cr_assert(ec_verify(EC_P256, point, &elsewhere.message, 1, bytes_of(signature, 64)));
    elsewhere.broken = true;
    cr_assert_lt(ec_sign(key, &elsewhere.random, &elsewhere.message, 1, signature), 0);
    cr_assert_lt(ec_agree(key, point, &shared), 0);
    ec_private_scalar(key, &scalar);
    cr_assert_eq(scalar.len, 0);
    ec_private_destroy(key);
    ec_private_destroy(elsewhere.key);
}

static void keep(void *context, enum trace_level level, const char *text)
{
    (void)level;
    snprintf(context, 128, "%s", text);
}

Test(ec, a_failure_of_the_library_is_told_in_its_words)
{
    char told[128] = "";
    cr_assert_eq(ec_start(), 0);
    ERR_raise(ERR_LIB_EC, EC_R_POINT_IS_NOT_ON_CURVE);
    trace_to(keep, told);
    cr_expect_lt(algorithms_failure("a trial"), 0);
    trace_to(NULL, NULL);
    cr_expect_str_eq(told, "crypto: a trial failed: point is not on curve");
    cr_expect_eq(ERR_peek_error(), 0);
}
