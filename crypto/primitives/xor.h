/* xor: the test USIM's authentication algorithm (TS 34.108 §8.1.2). It protects nothing. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_XOR_H
#define EMUICC_CRYPTO_PRIMITIVES_XOR_H

#include <stddef.h>
#include <stdint.h>

#define XOR_KEY_SIZE 16
#define XOR_RAND_SIZE 16
#define XOR_SQN_SIZE 6
#define XOR_AMF_SIZE 2
#define XOR_MAC_SIZE 8
#define XOR_RES_SIZE 16 /* a network may take as few as the first 4 (TS 34.108 §8.1.2.1) */
#define XOR_CK_SIZE 16
#define XOR_AK_SIZE 6

/* Also f1*, with the AMF that TS 33.102 §6.3.3 sets to zero. */
void xor_f1(const uint8_t key[XOR_KEY_SIZE], const uint8_t rand[XOR_RAND_SIZE],
            const uint8_t sqn[XOR_SQN_SIZE], const uint8_t amf[XOR_AMF_SIZE],
            uint8_t mac[XOR_MAC_SIZE]);
void xor_f2(const uint8_t key[XOR_KEY_SIZE], const uint8_t rand[XOR_RAND_SIZE],
            uint8_t res[XOR_RES_SIZE]);
void xor_f3(const uint8_t key[XOR_KEY_SIZE], const uint8_t rand[XOR_RAND_SIZE],
            uint8_t ck[XOR_CK_SIZE]);
void xor_f4(const uint8_t key[XOR_KEY_SIZE], const uint8_t rand[XOR_RAND_SIZE],
            uint8_t ik[XOR_CK_SIZE]);
/* Also f5*. */
void xor_f5(const uint8_t key[XOR_KEY_SIZE], const uint8_t rand[XOR_RAND_SIZE],
            uint8_t ak[XOR_AK_SIZE]);

#endif
