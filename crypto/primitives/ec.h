/* ec: the two curves of SGP.22 §2.6.7, ECDSA as r‖s (BSI TR-03111), one-pass key agreement. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_EC_H
#define EMUICC_CRYPTO_PRIMITIVES_EC_H

#include "crypto/primitives/ec_private.h"

/* Fetches what is fetched once and needed always (curve groups, digests). Called before anything
 * else; harmless twice. */
int ec_start(void);
/* The same, for a program in which nobody else uses OpenSSL: it is spared tables of the library's
 * messages and of names of algorithms that only old functions look up (80 KiB). What the library
 * fails at is told by a number then. */
int ec_start_alone(void);

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
