/* scp_host: the other side of a secure channel: opens sessions, wraps commands, takes answers out
 * of their wrapping, with the keys in its hand. */
#ifndef EMUICC_TESTS_SUPPORT_SCP_HOST_H
#define EMUICC_TESTS_SUPPORT_SCP_HOST_H

#include "crypto/primitives/scp.h"

struct scp_host {
    struct scp scp;
    struct bytes enc, mac, dek; /* static */
    uint8_t challenge[SCP03_S16];
    size_t size;                   /* of it */
    uint8_t cryptogram[SCP03_S16]; /* the host's */
    bool enciphers_nothing;        /* SCP02: a command without data gets none, as GPPro has it */
};

/* The INITIALIZE UPDATE with this challenge; *out gets the whole command with Le. */
void scp_host_begin(struct scp_host *host, uint8_t version, size_t challenge_size,
                    struct writer *out);
/* Its answer, status word left out: false if the card's cryptogram is wrong. Then the EXTERNAL
 * AUTHENTICATE. */
bool scp_host_authenticate(struct scp_host *host, struct bytes answer, uint8_t level,
                           struct writer *out);
/* A command without wrapping, wrapped; channel bits of the class stay. */
void scp_host_wrap(struct scp_host *host, struct bytes command, struct writer *out);
/* An answer's data, checked and taken out of their wrapping to *out; false if they are wrong. */
bool scp_host_unwrap(struct scp_host *host, struct bytes data, uint16_t status, struct writer *out);
/* A key as PUT KEY has it, enciphered with the DEK. */
void scp_host_encipher(const struct scp_host *host, struct bytes key, struct writer *out);

#endif
