/* keccak: the permutation Keccak-f[1600] (FIPS 202 §3), which OpenSSL has only inside SHA-3. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_KECCAK_H
#define EMUICC_CRYPTO_PRIMITIVES_KECCAK_H

#include <stdint.h>

#define KECCAK_STATE_SIZE 200

/* Permutes the state, lanes as little-endian bytes. */
void keccak_f1600(uint8_t state[KECCAK_STATE_SIZE]);

#endif
