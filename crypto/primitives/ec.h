/* ec: the two curves of SGP.22 §2.6.7, ECDSA as r‖s (BSI TR-03111), one-pass key agreement. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_EC_H
#define EMUICC_CRYPTO_PRIMITIVES_EC_H

#include "crypto/primitives/random.h"
#include "crypto/primitives/secret.h"

enum ec_curve {
    EC_P256, /* NIST P-256 */
    EC_BRAINPOOL_P256R1,
    EC_CURVES,
};

#define EC_SCALAR_SIZE 32
#define EC_POINT_SIZE 65     /* uncompressed: 04 ‖ x ‖ y */
#define EC_SIGNATURE_SIZE 64 /* r ‖ s */

/* Fetches what is fetched once (curve groups, algorithms). Called before anything else; harmless
 * twice. */
int ec_start(void);

struct ec_private; /* heap; ec_private_destroy() wipes it */

int ec_private_create(enum ec_curve curve, struct bytes scalar, struct ec_private **out);
int ec_private_generate(struct random *random, enum ec_curve curve, struct ec_private **out);
void ec_private_destroy(struct ec_private *key);
enum ec_curve ec_private_curve(const struct ec_private *key);
const uint8_t *ec_private_point(const struct ec_private *key); /* EC_POINT_SIZE bytes */
/* Empty for a key that stays elsewhere. */
void ec_private_scalar(const struct ec_private *key, struct secret *out);

/* A key that stays elsewhere, as in a token: all it can do here is sign. `sign` gets a SHA-256
 * digest and returns 0 or a failure (traced there); context is the caller's and outlives the key.
 */
typedef int ec_remote_sign(void *context, struct bytes digest,
                           uint8_t signature[EC_SIGNATURE_SIZE]);
int ec_private_remote(enum ec_curve curve, struct bytes point, ec_remote_sign *sign, void *context,
                      struct ec_private **out);

/* SEC1 or PKCS#8, PEM or DER, as SGP.26 publishes SK_*.pem. 0 or a failure. */
int ec_private_read(const char *path, struct ec_private **out);

/* ECDSA with SHA-256 over the parts in order. */
int ec_sign(const struct ec_private *key, struct random *random, const struct bytes *parts,
            size_t count, uint8_t signature[EC_SIGNATURE_SIZE]);
/* True only if the point is on the curve and the signature (EC_SIGNATURE_SIZE bytes) is right. */
bool ec_verify(enum ec_curve curve, struct bytes point, const struct bytes *parts, size_t count,
               struct bytes signature);
/* ECDSA-Sig-Value, as X.509 codes a signature (RFC 3279 §2.2.3). */
#define EC_SIGNATURE_DER_MAX 72
bool ec_signature_from_der(struct bytes der, uint8_t signature[EC_SIGNATURE_SIZE]);
void ec_signature_put_der(struct writer *writer, const uint8_t signature[EC_SIGNATURE_SIZE]);

/* The shared secret's x coordinate. SW-free: 0, a failure, or 1 if the point is not on the curve.
 */
int ec_agree(const struct ec_private *key, struct bytes point, struct secret *out);

#endif
