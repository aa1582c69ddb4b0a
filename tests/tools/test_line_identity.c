#include "tests/tools/smdpp_world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "apdu/trace.h"
#include "tests/tools/soft_token.h"
#include "tools/line/identity.h"

#define NOW 1800000000 /* 2027 */
#define DAYS 86400LL

static struct world world;
static char said[512];

static void listen(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    snprintf(said, sizeof(said), "%s", text);
}

static void start(void)
{
    world_make(&world);
    trace_to(listen, NULL);
    soft_token_start();
}

static void end(void)
{
    soft_token_end();
    world_end(&world);
}

TestSuite(line_identity, .init = start, .fini = end);

static void path_of(const char *name, char path[2 * WORLD_PATH_SIZE])
{
    snprintf(path, 2 * WORLD_PATH_SIZE, "%s/%s", world.pki, name);
}

static void expect_refused(const char *dpauth, const char *dppb, int64_t now, const char *text)
{
    struct identity identity;
    cr_assert_lt(identity_read(world.pki, dpauth, dppb, now, &identity), 0);
    identity_finish(&identity);
    cr_assert_not_null(strstr(said, text), "%s", said);
}

static void expect_signing(const struct identity *identity)
{
    const struct credentials_set *set = &identity->credentials.sets[EC_P256];
    const struct bytes message = BYTES(1, 2, 3);
    struct random random;
    uint8_t signature[EC_SIGNATURE_SIZE];
    random_init(&random);
    cr_assert(set->serving);
    cr_assert_eq(ec_sign(set->auth.key, &random, &message, 1, signature), 0);
    cr_assert(ec_verify(EC_P256, set->auth.certificate.point, &message, 1,
                        bytes_of(signature, sizeof(signature))));
}

Test(line_identity, keys_lie_beside_their_certificates)
{
    struct identity identity;
    char tls[2 * WORLD_PATH_SIZE];
    path_of("DPtls/CERT_S_SM_DP_VARO_TLS_NIST.der", tls);
    cr_assert_eq(unlink(tls), 0);
    cr_assert_eq(identity_read(world.pki, NULL, NULL, NOW, &identity), 0, "%s", said);
    expect_signing(&identity);
    identity_finish(&identity);
}

Test(line_identity, or_stay_in_a_token_or_in_another_file)
{
    struct identity identity;
    struct ec_private *key;
    char sk_auth[2 * WORLD_PATH_SIZE], sk_pb[2 * WORLD_PATH_SIZE], moved[2 * WORLD_PATH_SIZE];
    path_of("DPauth/SK_S_SM_DPauth_ECDSA_NIST.pem", sk_auth);
    path_of("DPpb/SK_S_SM_DPpb_ECDSA_NIST.pem", sk_pb);
    path_of("moved.pem", moved);
    cr_assert_eq(ec_private_read(sk_auth, &key), 0, "%s", said);
    cr_assert_eq(token_make_root(SOFT_TOKEN_URI, (struct bytes){0}), 0, "%s", said);
    soft_token_put_signer("dpauth", key);
    ec_private_destroy(key);
    cr_assert_eq(unlink(sk_auth), 0);
    cr_assert_eq(rename(sk_pb, moved), 0);

    expect_refused(NULL, moved, NOW, "--dpauth-key");
    expect_refused(moved, moved, NOW, "not that of its certificate");
    expect_refused(SOFT_TOKEN_NAMED("dpauth"), SOFT_TOKEN_NAMED("dpauth"), NOW,
                   "DPpb is not that of its certificate");
    expect_refused("/no/such/file", moved, NOW, "/no/such/file");
    cr_assert_eq(identity_read(world.pki, SOFT_TOKEN_NAMED("dpauth"), moved, NOW, &identity), 0,
                 "%s", said);
    expect_signing(&identity);
    identity_finish(&identity);
}

Test(line_identity, certificates_have_their_time)
{
    expect_refused(NULL, NULL, NOW + 100 * 365 * DAYS, "has expired");
    expect_refused(NULL, NULL, 0, "not valid yet");
}
