/* usim_keys: sizes of authentication and key agreement, and what its functions f2 to f5 give
 * (TS 33.102 §6.3). */
#ifndef EMUICC_FS_USIM_USIM_KEYS_H
#define EMUICC_FS_USIM_USIM_KEYS_H

#include "fs/profile/profile.h"

#define USIM_RAND_SIZE 16
#define USIM_AMF_SIZE 2
#define USIM_MAC_MAX 32
#define USIM_RES_MAX 32
#define USIM_CK_MAX 32
#define USIM_AUTN_MAX (AKA_SQN_SIZE + USIM_AMF_SIZE + USIM_MAC_MAX)
#define USIM_AUTS_MAX (AKA_SQN_SIZE + USIM_MAC_MAX)
#define USIM_SRES_SIZE 4
#define USIM_KC_SIZE 8

/* The parameters are for an algorithm that this card has: needed for all that follows. */
static inline bool usim_is_known(const struct aka *aka)
{
    return aka->algorithm >= AKA_MILENAGE && aka->algorithm <= AKA_TEST;
}

/* What the functions f2 to f5 give. Secret: usim_keys_wipe() when done. */
struct usim_keys {
    uint8_t res[USIM_RES_MAX], ck[USIM_CK_MAX], ik[USIM_CK_MAX];
    uint8_t ak[AKA_SQN_SIZE];
    size_t res_len, ck_len, ik_len;
};
void usim_keys_wipe(struct usim_keys *keys);

#endif
