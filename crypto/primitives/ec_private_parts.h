/* ec_private_parts: what a private key is made of. Inside crypto/ only. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_EC_PRIVATE_PARTS_H
#define EMUICC_CRYPTO_PRIMITIVES_EC_PRIVATE_PARTS_H

#include <openssl/evp.h>

#include "crypto/primitives/ec_types.h"
#include "crypto/primitives/random.h"

struct ec_private {
    enum ec_curve curve;
    BIGNUM *scalar; /* NULL: it is elsewhere */
    uint8_t point[EC_POINT_SIZE];
    /* Of keys that last: ready to sign, only ever copied, since a context made anew searches
     * all of the library's names. A one-time key does without, and gets one when it is asked to
     * sign. */
    EVP_PKEY_CTX *signer;
    EVP_PKEY_CTX **later; /* heap: the same, of a key that makes it when it first signs; or NULL */
    ec_remote_sign *remote; /* of keys that are elsewhere */
    void *remote_context;
};

/* A context ready to sign with the key; the caller frees it. */
EVP_PKEY_CTX *ec_private_signer(const struct ec_private *key);

/* A scalar drawn between 1 and the curve's order less one. 0 or a failure. */
int ec_private_draw(struct random *random, enum ec_curve curve, BIGNUM *out);

#endif
