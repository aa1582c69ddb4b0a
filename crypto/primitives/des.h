/* des: DES and triple DES as cards use them (FIPS 46-3, SP 800-67, ISO/IEC 9797-1). Keys of 8 bytes
 * (single), 16 (the first half comes third as well) or 24. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_DES_H
#define EMUICC_CRYPTO_PRIMITIVES_DES_H

#include "crypto/primitives/secret.h"

#define DES_BLOCK 8

/* Without padding: the input is whole blocks, out has as many bytes (and may be the input's own
 * memory). 0 or a failure. */
int des_cbc_encrypt(struct bytes key, const uint8_t iv[DES_BLOCK], struct bytes in, uint8_t *out);
int des_cbc_decrypt(struct bytes key, const uint8_t iv[DES_BLOCK], struct bytes in, uint8_t *out);
int des_ecb_encrypt(struct bytes key, struct bytes in, uint8_t *out);
int des_ecb_decrypt(struct bytes key, struct bytes in, uint8_t *out);

/* The last block of CBC over the parts in order, whole blocks together (ISO/IEC 9797-1 MAC
 * algorithm 1). */
int des_cbc_mac(struct bytes key, const uint8_t iv[DES_BLOCK], const struct bytes *parts,
                size_t count, uint8_t mac[DES_BLOCK]);
/* The same with single DES by the key's first half up to the last block, and triple DES for that
 * one (MAC algorithm 3). key: 16 bytes. */
int des_retail_mac(struct bytes key, const uint8_t iv[DES_BLOCK], const struct bytes *parts,
                   size_t count, uint8_t mac[DES_BLOCK]);

#endif
