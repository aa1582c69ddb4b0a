/* What ec_start_alone() leaves out is not missed: keys, ciphers and TLS work. A program of its own:
 * Criterion's libraries use OpenSSL before it could be told what to leave out. */
#include <openssl/ecerr.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/trace.h"
#include "crypto/primitives/aes.h"
#include "crypto/primitives/algorithms.h"
#include "crypto/primitives/des.h"
#include "crypto/primitives/ec.h"
#include "crypto/tls/psk_client.h"
#include "tests/support/psk_server.h"

#define CHECK(condition) check(condition, __func__, #condition)
#define IDENTITY "8001028110"
#define KEY BYTES(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

static void check(bool holds, const char *where, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s: not so: %s\n", where, what);
    exit(1);
}

static void sign_and_verify(enum ec_curve curve)
{
    const struct bytes message = bytes_of_text("abc");
    uint8_t signature[EC_SIGNATURE_SIZE];
    struct random random;
    struct ec_private *key;
    random_init(&random);
    CHECK(ec_private_generate(&random, curve, &key) == 0);
    CHECK(ec_sign(key, &random, &message, 1, signature) == 0);
    CHECK(ec_verify(curve, bytes_of(ec_private_point(key), EC_POINT_SIZE), &message, 1,
                    bytes_of(signature, sizeof(signature))));
    ec_private_destroy(key);
}

/* FIPS 197 Appendix C.1; and DES by what it undoes. */
static void cipher(void)
{
    const struct bytes plain = BYTES(0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
                                     0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF),
                       ciphered = BYTES(0x69, 0xC4, 0xE0, 0xD8, 0x6A, 0x7B, 0x04, 0x30, 0xD8, 0xCD,
                                        0xB7, 0x80, 0x70, 0xB4, 0xC5, 0x5A);
    const uint8_t iv[DES_BLOCK] = {0};
    uint8_t out[AES_BLOCK], back[AES_BLOCK];
    CHECK(aes_ecb_encrypt(KEY, plain.data, out) == 0);
    CHECK(bytes_equal(bytes_of(out, sizeof(out)), ciphered));
    CHECK(des_cbc_encrypt(KEY, iv, plain, out) == 0 &&
          des_cbc_decrypt(KEY, iv, bytes_of(out, sizeof(out)), back) == 0);
    CHECK(bytes_equal(bytes_of(back, sizeof(back)), plain));
}

static void shake_hands(const char *suite)
{
    const struct psk_client_settings settings = {bytes_of_text(IDENTITY), KEY, true};
    uint8_t room[4096];
    struct psk_client *client;
    struct psk_server *server = psk_server_create(suite, IDENTITY, KEY);
    CHECK(psk_client_create(&settings, &client) == 0);
    while (psk_client_output_len(client) > 0 || psk_server_output_len(server) > 0) {
        struct writer there = writer_on(room, sizeof(room));
        psk_client_take_output(client, &there);
        psk_server_receive(server, writer_bytes(&there));
        struct writer back = writer_on(room, sizeof(room));
        psk_server_take_output(server, &back);
        CHECK(psk_client_receive(client, writer_bytes(&back)) == 0);
    }
    CHECK(psk_client_state(client) == PSK_CLIENT_OPEN);
    psk_client_destroy(client);
    psk_server_destroy(server);
}

static void keep(void *context, enum trace_level level, const char *text)
{
    (void)level;
    snprintf(context, ALGORITHMS_REASON_SIZE, "%s", text);
}

/* In numbers, as there is no table of words. */
static void fail(void)
{
    char told[ALGORITHMS_REASON_SIZE], expected[ALGORITHMS_REASON_SIZE];
    ERR_raise(ERR_LIB_EC, EC_R_POINT_IS_NOT_ON_CURVE);
    snprintf(expected, sizeof(expected), "crypto: a trial failed: 'openssl errstr %08X' says why",
             (unsigned)ERR_PACK(ERR_LIB_EC, 0, EC_R_POINT_IS_NOT_ON_CURVE));
    trace_to(keep, told);
    CHECK(algorithms_failure("a trial") < 0);
    trace_to(NULL, NULL);
    CHECK(strcmp(told, expected) == 0);
    CHECK(ERR_peek_error() == 0);
}

int main(void)
{
    static const char *const suites[] = {
        "PSK-AES128-CBC-SHA256", "PSK-AES128-GCM-SHA256",       "PSK-AES128-CBC-SHA:@SECLEVEL=0",
        "PSK-AES256-CBC-SHA384", "PSK-NULL-SHA256:@SECLEVEL=0", "PSK-NULL-SHA:@SECLEVEL=0"};
    CHECK(ec_start_alone() == 0);
    fail();
    for (int curve = 0; curve < EC_CURVES; curve++)
        sign_and_verify((enum ec_curve)curve);
    cipher();
    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
        shake_hands(suites[i]);
    return 0;
}
