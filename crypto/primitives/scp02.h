/* scp02: keys, cryptograms, checksums and enciphering of Secure Channel Protocol 02
 * (GlobalPlatform Card Specification, annex E), options i = 15 and 55: three keys, explicit
 * initiation, C-MAC over the modified command, its initial value enciphered. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_SCP02_H
#define EMUICC_CRYPTO_PRIMITIVES_SCP02_H

#include "crypto/primitives/des.h"

#define SCP02_KEY 16
#define SCP02_SEQUENCE_SIZE 2
#define SCP02_CHALLENGE 6      /* bytes of the card's */
#define SCP02_HOST_CHALLENGE 8 /* of the host's */

/* Derivation constants (annex E, table E-1). */
enum scp02_constant {
    SCP02_C_MAC = 0x0101,
    SCP02_R_MAC = 0x0102,
    SCP02_ENC = 0x0182,
    SCP02_DEK = 0x0181,
};

struct scp02 {
    uint8_t enc[SCP02_KEY], mac[SCP02_KEY], dek[SCP02_KEY];
    uint8_t chain[DES_BLOCK]; /* the last command's checksum */
    bool chained;             /* there was one */
};

int scp02_derive(struct bytes key, enum scp02_constant constant,
                 const uint8_t sequence[SCP02_SEQUENCE_SIZE], uint8_t out[SCP02_KEY]);
/* Session keys from static ones of 16 bytes each: ENC, MAC, DEK. 0 or a failure, as all of these.
 */
int scp02_begin(struct scp02 *session, const struct bytes keys[3],
                const uint8_t sequence[SCP02_SEQUENCE_SIZE]);
/* The pseudo-random card challenge (annex E.4.2.3). */
int scp02_challenge(const struct scp02 *session, struct bytes aid, uint8_t out[SCP02_CHALLENGE]);
/* host: 8 bytes; sequence_and_card: the sequence counter and the card's challenge, 8 bytes. */
int scp02_card_cryptogram(const struct scp02 *session, struct bytes host,
                          struct bytes sequence_and_card, uint8_t out[DES_BLOCK]);
int scp02_host_cryptogram(const struct scp02 *session, struct bytes host,
                          struct bytes sequence_and_card, uint8_t out[DES_BLOCK]);
/* The checksum of a command over these four bytes, the length byte and the plain data; the next
 * one's initial value follows from it. */
int scp02_command_mac(struct scp02 *session, const uint8_t header[4], uint8_t lc, struct bytes data,
                      uint8_t mac[DES_BLOCK]);
/* Whole blocks. in and out may be the same. */
int scp02_decrypt_command(const struct scp02 *session, struct bytes in, uint8_t *out);
int scp02_encrypt_command(const struct scp02 *session, struct bytes in, uint8_t *out);

#endif
