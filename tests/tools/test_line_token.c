#include <criterion/criterion.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdio.h>

#include "apdu/trace.h"
#include "crypto/primitives/hash.h"
#include "tests/tools/soft_token.h"
#include "tests/vectors.h"
#include "tools/lib/token/diversify.h"

#define OUT_MAX 64

static char said[512];

static void listen(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    snprintf(said, sizeof(said), "%s", text);
}

static void start(void)
{
    trace_to(listen, NULL);
    cr_assert_eq(ec_start(), 0);
    soft_token_start();
}

TestSuite(line_token, .init = start, .fini = soft_token_end);

static int cmac_here(void *context, struct bytes message, uint8_t mac[AES_BLOCK])
{
    return aes_cmac(*(struct bytes *)context, &message, 1, mac);
}

static struct token *open_root(const char *uri)
{
    struct token *token = NULL;
    cr_assert_eq(token_open(uri, TOKEN_ROOT, &token), 0, "%s", said);
    return token;
}

static void cr_assert_refused(const char *uri, enum token_use use, const char *text)
{
    struct token *token;
    cr_assert_lt(token_open(uri, use, &token), 0, "%s", uri);
    cr_assert_not_null(strstr(said, text), "%s: %s", uri, said);
    cr_assert_null(strstr(said, "1234"), "the PIN is shown: %s", said);
}

Test(line_token, published_vectors_here_and_in_a_token)
{
    struct vectors *v = vectors_open("kdf_counter.txt");
    cr_assert_eq(token_make_root(SOFT_TOKEN_URI, (struct bytes){0}), 0, "%s", said);
    while (vectors_next(v)) {
        struct bytes key = vectors_bytes(v, "KI"), expected = vectors_bytes(v, "KO");
        const struct bytes fixed = vectors_bytes(v, "FixedInputData");
        char uri[128], label[32];
        uint8_t out[OUT_MAX];
        const struct diversify here = {cmac_here, &key};
        cr_assert_eq(diversify_fixed(&here, fixed, out, expected.len), 0);
        cr_assert(bytes_equal(bytes_of(out, expected.len), expected), "%s", vectors_set(v));
        snprintf(label, sizeof(label), "KI-%02x%zu", key.data[0], key.len);
        snprintf(uri, sizeof(uri), "pkcs11:token=line;object=%s?pin-value=1234", label);
        soft_token_put_root(label, key, false);
        struct token *token = open_root(uri);
        const struct diversify there = {token_cmac, token};
        memset(out, 0, sizeof(out));
        cr_assert_eq(diversify_fixed(&there, fixed, out, expected.len), 0);
        cr_assert(bytes_equal(bytes_of(out, expected.len), expected), "%s", vectors_set(v));
        token_close(token);
    }
    vectors_close(v);
}

/* OpenSSL's own KDF in counter mode. */
static void derive_elsewhere(struct bytes key, const char *label, struct bytes context,
                             uint8_t *out, size_t len)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "KBKDF", NULL);
    EVP_KDF_CTX *state = EVP_KDF_CTX_new(kdf);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, (char *)"counter", 0),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MAC, (char *)"CMAC", 0),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_CIPHER, (char *)"AES-256-CBC", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key.data, key.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)label, strlen(label)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)context.data, context.len),
        OSSL_PARAM_construct_end(),
    };
    cr_assert_eq(EVP_KDF_derive(state, out, len, params), 1);
    EVP_KDF_CTX_free(state);
    EVP_KDF_free(kdf);
}

Test(line_token, keys_are_those_of_another_implementation)
{
    static const char *const labels[] = {"PPK-ENC", "PPK-MAC", "MAC-CHAINING"};
    const struct diversify_target target = {{0x89, 0x04}, {0x98, 0x88}};
    uint8_t root[32], expected[3][AES_BLOCK];
    struct binder_keys keys;
    memset(root, 0x5A, sizeof(root));
    cr_assert_eq(token_make_root(SOFT_TOKEN_URI, (struct bytes){0}), 0, "%s", said);
    soft_token_put_root("known", bytes_of(root, sizeof(root)), false);
    struct token *token = open_root(SOFT_TOKEN_NAMED("known"));
    const struct diversify in_token = {token_cmac, token};
    cr_assert_eq(diversify_keys(&in_token, &target, &keys), 0);
    for (size_t i = 0; i < 3; i++)
        derive_elsewhere(bytes_of(root, sizeof(root)), labels[i], bytes_of(&target, sizeof(target)),
                         expected[i], AES_BLOCK);
    cr_assert_arr_eq(keys.enc, expected[0], AES_BLOCK);
    cr_assert_arr_eq(keys.mac, expected[1], AES_BLOCK);
    cr_assert_arr_eq(keys.chaining, expected[2], AES_BLOCK);
    token_close(token);
}

Test(line_token, each_chip_and_profile_has_its_own)
{
    const struct diversify_target one = {{1}, {1}}, other_chip = {{2}, {1}}, other = {{1}, {2}};
    struct binder_keys a, b;
    uint8_t seal[AES_BLOCK], again[AES_BLOCK];
    cr_assert_eq(token_make_root(SOFT_TOKEN_URI, bytes_of_text("5678")), 0, "%s", said);
    struct token *token = open_root(SOFT_TOKEN_URI);
    const struct diversify root = {token_cmac, token};
    cr_assert_eq(diversify_keys(&root, &one, &a), 0);
    cr_assert_arr_neq(a.enc, a.mac, AES_BLOCK);
    cr_assert_arr_neq(a.enc, a.chaining, AES_BLOCK);
    cr_assert_eq(diversify_keys(&root, &other_chip, &b), 0);
    cr_assert_arr_neq(a.enc, b.enc, AES_BLOCK);
    cr_assert_eq(diversify_keys(&root, &other, &b), 0);
    cr_assert_arr_neq(a.enc, b.enc, AES_BLOCK);
    cr_assert_eq(diversify_seal(&root, &one, BYTES(1, 2), seal), 0);
    cr_assert_eq(diversify_seal(&root, &one, BYTES(1, 3), again), 0);
    cr_assert_arr_neq(seal, again, AES_BLOCK);
    token_close(token);
}

Test(line_token, a_root_is_made_once_and_stays_inside)
{
    cr_assert_refused(SOFT_TOKEN_URI, TOKEN_ROOT, "token init");
    cr_assert_eq(token_make_root(SOFT_TOKEN_URI, (struct bytes){0}), 0, "%s", said);
    cr_assert_lt(token_make_root(SOFT_TOKEN_URI, (struct bytes){0}), 0);
    cr_assert_not_null(strstr(said, "already"), "%s", said);
    cr_assert_eq(token_make_root(SOFT_TOKEN_NAMED("second"), (struct bytes){0}), 0, "%s", said);
    token_close(open_root(SOFT_TOKEN_NAMED("second")));
    soft_token_put_root("loose", BYTES(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
                        true);
    cr_assert_refused(SOFT_TOKEN_NAMED("loose"), TOKEN_ROOT, "can be taken out");
    cr_assert_refused(SOFT_TOKEN_NAMED("none"), TOKEN_ROOT, "has no AES key");
    cr_assert_refused(SOFT_TOKEN_URI, TOKEN_SIGNER, "has no EC private key");
}

Test(line_token, what_is_wrong_with_a_uri_is_said)
{
    cr_assert_eq(token_make_root(SOFT_TOKEN_URI, (struct bytes){0}), 0, "%s", said);
    cr_assert_refused("token=line", TOKEN_ROOT, "RFC 7512");
    cr_assert_refused("pkcs11:token=line", TOKEN_ROOT, "pin-source");
    cr_assert_refused("pkcs11:token=line?pin-source=/no/such/file", TOKEN_ROOT, "/no/such/file");
    cr_assert_refused("pkcs11:token=line?pin-value=4321", TOKEN_ROOT, "PIN");
    cr_assert_refused("pkcs11:token=other?pin-value=1234", TOKEN_ROOT, "'other'");
    cr_assert_refused("pkcs11:token=line?pin-value=1234&module-path=/no/module.so", TOKEN_ROOT,
                      "/no/module.so");
}

Test(line_token, signs_as_the_key_outside_would)
{
    struct random random;
    struct ec_private *key, *remote;
    struct token *token;
    const struct bytes message = BYTES('l', 'i', 'n', 'e');
    uint8_t signature[EC_SIGNATURE_SIZE];
    random_init(&random);
    cr_assert_eq(token_make_root(SOFT_TOKEN_URI, (struct bytes){0}), 0, "%s", said);
    cr_assert_eq(ec_private_generate(&random, EC_P256, &key), 0);
    soft_token_put_signer("dpauth", key);
    cr_assert_eq(token_open(SOFT_TOKEN_NAMED("dpauth"), TOKEN_SIGNER, &token), 0, "%s", said);
    const struct bytes point = bytes_of(ec_private_point(key), EC_POINT_SIZE);
    cr_assert_eq(ec_private_remote(EC_P256, point, token_sign, token, &remote), 0);
    cr_assert_eq(ec_sign(remote, &random, &message, 1, signature), 0);
    cr_assert(ec_verify(EC_P256, point, &message, 1, bytes_of(signature, sizeof(signature))));
    ec_private_destroy(remote);
    ec_private_destroy(key);
    token_close(token);
}
