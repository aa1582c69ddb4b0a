/* tuak: f1, f1*, f2 to f5 and f5* around Keccak-f[1600] (TS 35.231). */
#ifndef EMUICC_CRYPTO_PRIMITIVES_TUAK_H
#define EMUICC_CRYPTO_PRIMITIVES_TUAK_H

#include "crypto/primitives/secret.h"

#define TUAK_TOP_SIZE 32 /* of TOP and TOPc */
#define TUAK_KEY_MAX 32
#define TUAK_RAND_SIZE 16
#define TUAK_SQN_SIZE 6
#define TUAK_AMF_SIZE 2
#define TUAK_MAC_MAX 32
#define TUAK_RES_MAX 32
#define TUAK_CK_MAX 32
#define TUAK_AK_SIZE 6

/* An operator's variant. The lengths, in bytes, enter the computation of every output. */
struct tuak {
    uint8_t key[TUAK_KEY_MAX];
    size_t key_len; /* 16 or 32 */
    uint8_t topc[TUAK_TOP_SIZE];
    unsigned iterations; /* of the permutation, at least 1 */
    size_t mac_len;      /* 8, 16 or 32 */
    size_t res_len;      /* 4, 8, 16 or 32 */
    size_t ck_len;       /* 16 or 32 */
    size_t ik_len;       /* 16 or 32 */
};

/* With one iteration and the lengths of 3G: MAC 8, RES 8, CK and IK 16 bytes. False if the key's
 * length is neither 16 nor 32. */
bool tuak_init(struct tuak *tuak, struct bytes key, const uint8_t topc[TUAK_TOP_SIZE]);
void tuak_wipe(struct tuak *tuak);

/* TOPc from TOP with this key and number of iterations (TS 35.231 §6.1). */
void tuak_topc(const struct tuak *tuak, const uint8_t top[TUAK_TOP_SIZE],
               uint8_t topc[TUAK_TOP_SIZE]);

/* mac_len bytes. */
void tuak_f1(const struct tuak *tuak, const uint8_t rand[TUAK_RAND_SIZE],
             const uint8_t sqn[TUAK_SQN_SIZE], const uint8_t amf[TUAK_AMF_SIZE], uint8_t *mac_a);
void tuak_f1_star(const struct tuak *tuak, const uint8_t rand[TUAK_RAND_SIZE],
                  const uint8_t sqn[TUAK_SQN_SIZE], const uint8_t amf[TUAK_AMF_SIZE],
                  uint8_t *mac_s);
/* f2 to f5 come from one computation: res_len, ck_len, ik_len and TUAK_AK_SIZE bytes. */
void tuak_f2345(const struct tuak *tuak, const uint8_t rand[TUAK_RAND_SIZE], uint8_t *res,
                uint8_t *ck, uint8_t *ik, uint8_t ak[TUAK_AK_SIZE]);
void tuak_f5_star(const struct tuak *tuak, const uint8_t rand[TUAK_RAND_SIZE],
                  uint8_t ak[TUAK_AK_SIZE]);

#endif
