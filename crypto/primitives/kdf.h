/* kdf: X9.63 key derivation with SHA-256 (BSI TR-03111 §4.3.3.1). */
#ifndef EMUICC_CRYPTO_PRIMITIVES_KDF_H
#define EMUICC_CRYPTO_PRIMITIVES_KDF_H

#include "crypto/primitives/secret.h"

/* len bytes to out. 0 or a failure. */
int kdf_x963(struct bytes shared_secret, struct bytes shared_info, uint8_t *out, size_t len);

#endif
