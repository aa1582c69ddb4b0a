#include "crypto/primitives/algorithms.h"

#include "apdu/trace.h"
#include "crypto/primitives/clearing.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const cbc_names[KEY_SIZES] = {"AES-128-CBC", "AES-192-CBC", "AES-256-CBC"};
static const char *const ecb_names[KEY_SIZES] = {"AES-128-ECB", "AES-192-ECB", "AES-256-ECB"};
static const int curve_numbers[EC_CURVES] = {NID_X9_62_prime256v1, NID_brainpoolP256r1};
static const char *const curve_names[EC_CURVES] = {"P-256", "brainpoolP256r1"};

/* Reachable until the process ends, so that a leak checker sees no leak. */
static struct algorithms table;
static struct algorithms_ciphers ciphers;
static bool complete, ciphers_complete;

static bool fetch_groups(void)
{
    for (int curve = 0; curve < EC_CURVES; curve++) {
        table.group[curve] = EC_GROUP_new_by_curve_name(curve_numbers[curve]);
        if (table.group[curve] == NULL)
            return false;
    }
    return true;
}

static void fetch(void)
{
    clearing_start();
    table.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    table.sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    complete = table.sha256 != NULL && table.sha1 != NULL && fetch_groups();
}

static void fetch_ciphers(void)
{
    bool ok = algorithms() != NULL;
    for (int size = 0; ok && size < KEY_SIZES; size++) {
        ciphers.cbc[size] = EVP_CIPHER_fetch(NULL, cbc_names[size], NULL);
        ciphers.ecb[size] = EVP_CIPHER_fetch(NULL, ecb_names[size], NULL);
        ok = ciphers.cbc[size] != NULL && ciphers.ecb[size] != NULL;
    }
    ciphers.des_cbc = EVP_CIPHER_fetch(NULL, "DES-EDE3-CBC", NULL);
    ciphers.des_ecb = EVP_CIPHER_fetch(NULL, "DES-EDE3-ECB", NULL);
    ciphers_complete = ok && ciphers.des_cbc != NULL && ciphers.des_ecb != NULL;
}

const struct algorithms *algorithms(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (pthread_once(&once, fetch) == 0 && complete)
        return &table;
    (void)algorithms_failure("fetching the algorithms");
    return NULL;
}

const struct algorithms_ciphers *algorithms_ciphers(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (pthread_once(&once, fetch_ciphers) == 0 && ciphers_complete)
        return &ciphers;
    (void)algorithms_failure("fetching the ciphers");
    return NULL;
}

void algorithms_without_texts(void)
{
    clearing_start();
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                                  OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
                              NULL);
}

void algorithms_take_reason(char reason[ALGORITHMS_REASON_SIZE])
{
    const unsigned long error = ERR_peek_last_error();
    const char *words = ERR_reason_error_string(error);
    reason[0] = '\0';
    if (words != NULL)
        snprintf(reason, ALGORITHMS_REASON_SIZE, "%s", words);
    else if (error != 0)
        snprintf(reason, ALGORITHMS_REASON_SIZE, "'openssl errstr %08lX' says why", error);
    ERR_clear_error();
}

int algorithms_failure(const char *what)
{
    char reason[ALGORITHMS_REASON_SIZE];
    algorithms_take_reason(reason);
    trace_error("crypto: %s failed%s%s", what, reason[0] != '\0' ? ": " : "", reason);
    return FAILURE_INTERNAL;
}

static _Atomic(struct algorithms_verifier *) verifiers[EC_CURVES]; /* that nobody has taken */

static void destroy_verifier(struct algorithms_verifier *verifier)
{
    if (verifier == NULL)
        return;
    EVP_PKEY_CTX_free(verifier->context);
    EVP_PKEY_free(verifier->key);
    free(verifier);
}

/* A key that has its curve and no point yet. */
static EVP_PKEY *make_empty_key(enum ec_curve curve)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)curve_names[curve], 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (context != NULL && EVP_PKEY_fromdata_init(context) == 1)
        (void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEY_PARAMETERS, (OSSL_PARAM *)params);
    EVP_PKEY_CTX_free(context);
    return key;
}

static struct algorithms_verifier *make_verifier(enum ec_curve curve)
{
    struct algorithms_verifier *verifier =
        algorithms() != NULL ? calloc(1, sizeof(*verifier)) : NULL;
    if (verifier == NULL)
        return NULL;
    verifier->curve = curve;
    verifier->key = make_empty_key(curve);
    verifier->context = verifier->key != NULL ? EVP_PKEY_CTX_new(verifier->key, NULL) : NULL;
    if (verifier->context != NULL && EVP_PKEY_verify_init(verifier->context) == 1)
        return verifier;
    destroy_verifier(verifier);
    (void)algorithms_failure("preparing to verify");
    return NULL;
}

struct algorithms_verifier *algorithms_take_verifier(enum ec_curve curve)
{
    if (curve >= EC_CURVES)
        return NULL;
    struct algorithms_verifier *kept = atomic_exchange(&verifiers[curve], NULL);
    return kept != NULL ? kept : make_verifier(curve);
}

void algorithms_give_back_verifier(struct algorithms_verifier *verifier)
{
    if (verifier != NULL)
        destroy_verifier(atomic_exchange(&verifiers[verifier->curve], verifier));
}

const char *algorithms_curve_name(enum ec_curve curve)
{
    return curve_names[curve];
}
