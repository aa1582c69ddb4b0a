/* hash: SHA-256 (FIPS 180-4) and the other digests the field uses. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_HASH_H
#define EMUICC_CRYPTO_PRIMITIVES_HASH_H

#include "apdu/bytes.h"

#define SHA256_SIZE 32
#define SHA1_SIZE 20

/* Over the parts in order. 0 or a failure. */
int sha256(const struct bytes *parts, size_t count, uint8_t digest[SHA256_SIZE]);
/* For subject key identifiers only (RFC 5280 §4.2.1.2 method 1). */
int sha1(struct bytes data, uint8_t digest[SHA1_SIZE]);

#endif
