/* milenage: the example set of f1, f1*, f2 to f5 and f5* around AES-128 (TS 35.205, TS 35.206). */
#ifndef EMUICC_CRYPTO_PRIMITIVES_MILENAGE_H
#define EMUICC_CRYPTO_PRIMITIVES_MILENAGE_H

#include "crypto/primitives/aes.h"

#define MILENAGE_KEY_SIZE 16
#define MILENAGE_RAND_SIZE 16
#define MILENAGE_SQN_SIZE 6
#define MILENAGE_AMF_SIZE 2
#define MILENAGE_MAC_SIZE 8
#define MILENAGE_RES_SIZE 8
#define MILENAGE_CK_SIZE 16
#define MILENAGE_AK_SIZE 6
#define MILENAGE_OUTPUTS 5

/* An operator's variant: OUT1 gives f1 and f1*, OUT2 f2 and f5, OUT3 f3, OUT4 f4, OUT5 f5*. */
struct milenage {
    uint8_t key[MILENAGE_KEY_SIZE];
    uint8_t opc[AES_BLOCK];
    uint8_t rotation[MILENAGE_OUTPUTS];           /* r1 to r5, bits, 0 to 127 */
    uint8_t xoring[MILENAGE_OUTPUTS * AES_BLOCK]; /* c1 to c5 */
    /* Of the last RAND, what all outputs begin with. */
    bool temp_known;
    uint8_t rand[AES_BLOCK], temp[AES_BLOCK];
};

/* With the constants of TS 35.206 §4.1. */
void milenage_init(struct milenage *milenage, const uint8_t key[MILENAGE_KEY_SIZE],
                   const uint8_t opc[AES_BLOCK]);
void milenage_wipe(struct milenage *milenage);

/* Each of the following returns 0 or a failure. */

/* OPc from OP (TS 35.206 §4.1). */
int milenage_opc(const uint8_t key[MILENAGE_KEY_SIZE], const uint8_t op[AES_BLOCK],
                 uint8_t opc[AES_BLOCK]);
int milenage_f1(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                const uint8_t sqn[MILENAGE_SQN_SIZE], const uint8_t amf[MILENAGE_AMF_SIZE],
                uint8_t mac_a[MILENAGE_MAC_SIZE]);
int milenage_f1_star(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                     const uint8_t sqn[MILENAGE_SQN_SIZE], const uint8_t amf[MILENAGE_AMF_SIZE],
                     uint8_t mac_s[MILENAGE_MAC_SIZE]);
int milenage_f2(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                uint8_t res[MILENAGE_RES_SIZE]);
int milenage_f3(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                uint8_t ck[MILENAGE_CK_SIZE]);
int milenage_f4(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                uint8_t ik[MILENAGE_CK_SIZE]);
int milenage_f5(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                uint8_t ak[MILENAGE_AK_SIZE]);
int milenage_f5_star(struct milenage *milenage, const uint8_t rand[MILENAGE_RAND_SIZE],
                     uint8_t ak[MILENAGE_AK_SIZE]);

#endif
