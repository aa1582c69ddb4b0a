/* scp: one secure channel, whichever protocol it speaks, as the card keeps it: takes commands out
 * of their wrapping and wraps answers (GlobalPlatform Card Specification §10.2). */
#ifndef EMUICC_CRYPTO_PRIMITIVES_SCP_H
#define EMUICC_CRYPTO_PRIMITIVES_SCP_H

#include "crypto/primitives/scp02.h"
#include "crypto/primitives/scp03.h"

/* Security level, as P1 of EXTERNAL AUTHENTICATE has it. */
enum scp_level {
    SCP_C_MAC = 0x01,
    SCP_C_ENC = 0x02,
    SCP_R_MAC = 0x10,
    SCP_R_ENC = 0x20,
};

enum scp_protocol { SCP_02 = 0x02, SCP_03 = 0x03 };

struct scp {
    enum scp_protocol protocol;
    uint8_t level; /* enum scp_level bits; 0: EXTERNAL AUTHENTICATE has not come */
    union {
        struct scp02 scp02;
        struct scp03 scp03;
    };
};

#define SCP_OVERHEAD_MAX (2 * AES_BLOCK) /* bytes that wrapping adds to an answer at most */
#define SCP_REFUSED 1 /* checksum or padding is wrong: the session is to be ended */

/* Bytes of a checksum in a command. */
size_t scp_mac_size(const struct scp *session);
/* The data of a command, checksum included, at this level: header is CLA (without channel), INS,
 * P1, P2. *plain is the data without wrapping, in `room`, which has data.len bytes. 0, SCP_REFUSED
 * or a failure. */
int scp_unwrap(struct scp *session, uint8_t level, const uint8_t header[4], struct bytes data,
               uint8_t *room, struct bytes *plain);
/* An answer's data and status word at the session's level; status words that are no success stay
 * bare. data: in `room` already, which is SCP_OVERHEAD_MAX bytes longer; *len is its length before
 * and after. 0 or a failure. */
int scp_wrap(struct scp *session, uint16_t status, uint8_t *room, size_t *len);

#endif
