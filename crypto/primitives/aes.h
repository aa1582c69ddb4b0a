/* aes: AES-128/256 in the modes that cards use (FIPS 197, SP 800-38A, SP 800-38B). */
#ifndef EMUICC_CRYPTO_PRIMITIVES_AES_H
#define EMUICC_CRYPTO_PRIMITIVES_AES_H

#include "crypto/primitives/secret.h"

#define AES_BLOCK 16

/* CBC without padding: the input is whole blocks, out has as many bytes (and may be the input's own
 * memory). key: 16, 24 or 32 bytes. 0 or a failure. */
int aes_cbc_encrypt(struct bytes key, const uint8_t iv[AES_BLOCK], struct bytes in, uint8_t *out);
int aes_cbc_decrypt(struct bytes key, const uint8_t iv[AES_BLOCK], struct bytes in, uint8_t *out);
int aes_ecb_encrypt(struct bytes key, const uint8_t in[AES_BLOCK], uint8_t out[AES_BLOCK]);

/* CMAC over the parts in order. */
int aes_cmac(struct bytes key, const struct bytes *parts, size_t count, uint8_t mac[AES_BLOCK]);

#endif
