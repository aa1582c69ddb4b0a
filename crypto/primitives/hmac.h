/* hmac: HMAC with SHA-256 (RFC 2104, FIPS 198-1). */
#ifndef EMUICC_CRYPTO_PRIMITIVES_HMAC_H
#define EMUICC_CRYPTO_PRIMITIVES_HMAC_H

#include "crypto/primitives/hash.h"

#define HMAC_PARTS_MAX 7

/* Over the parts in order, at most HMAC_PARTS_MAX of them. key: any length. 0 or a failure. */
int hmac_sha256(struct bytes key, const struct bytes *parts, size_t count,
                uint8_t mac[SHA256_SIZE]);

#endif
