/* algorithms: what OpenSSL hands out by name, fetched once for the process and constant afterwards.
 * Inside crypto/ only. The library makes all ciphers that it has to hand out one (137 KiB), so they
 * are fetched apart from the rest, when the first is wanted. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_ALGORITHMS_H
#define EMUICC_CRYPTO_PRIMITIVES_ALGORITHMS_H

#include "apdu/status.h"
#include "crypto/primitives/ec_types.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

enum algorithms_key_size { KEY_128, KEY_192, KEY_256, KEY_SIZES };

struct algorithms {
    EVP_MD *sha256, *sha1;
    EC_GROUP *group[EC_CURVES];
};

struct algorithms_ciphers {
    EVP_CIPHER *cbc[KEY_SIZES], *ecb[KEY_SIZES];
    EVP_CIPHER *des_cbc, *des_ecb; /* triple, three keys */
};

/* The tables, each filled on the first call from any thread; NULL, with a trace line, if the
 * library lacks something. */
const struct algorithms *algorithms(void);
const struct algorithms_ciphers *algorithms_ciphers(void);

/* What verifies: a public key that is set each time, and a context bound to it. Making both costs
 * more than a tenth of a verification, so they are kept. Whoever has taken one has it alone and
 * gives it back; more are made when several threads verify at once, and one a curve stays. NULL,
 * with a trace line, if none could be made. */
struct algorithms_verifier {
    enum ec_curve curve;
    EVP_PKEY *key;
    EVP_PKEY_CTX *context;
};
struct algorithms_verifier *algorithms_take_verifier(enum ec_curve curve);
void algorithms_give_back_verifier(struct algorithms_verifier *verifier);

/* Before all else: the library makes no tables of its messages and of names that it had once. */
void algorithms_without_texts(void);

#define ALGORITHMS_REASON_SIZE 128
/* Why the library failed last, in its words or by its number; "" if it does not say. Its queue of
 * errors is empty afterwards. */
void algorithms_take_reason(char reason[ALGORITHMS_REASON_SIZE]);
/* Says that the library failed at something; returns FAILURE_INTERNAL. */
int algorithms_failure(const char *what);

/* The library's name of a curve. */
const char *algorithms_curve_name(enum ec_curve curve);

#endif
