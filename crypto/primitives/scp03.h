/* scp03: keys, cryptograms, checksums and enciphering of Secure Channel Protocol 03
 * (GlobalPlatform Card Specification, Amendment D). AES-128, 192 or 256; S8 or S16. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_SCP03_H
#define EMUICC_CRYPTO_PRIMITIVES_SCP03_H

#include "crypto/primitives/aes.h"

#define SCP03_KEY_MAX 32
#define SCP03_S8 8 /* bytes of challenges, cryptograms and checksums that are sent */
#define SCP03_S16 16
#define SCP03_SEQUENCE_SIZE 3

/* Derivation constants (Amendment D table 4-1). */
enum scp03_constant {
    SCP03_CARD_CRYPTOGRAM = 0x00,
    SCP03_HOST_CRYPTOGRAM = 0x01,
    SCP03_CARD_CHALLENGE = 0x02,
    SCP03_S_ENC = 0x04,
    SCP03_S_MAC = 0x06,
    SCP03_S_RMAC = 0x07,
};

/* A session's secrets and where its checksums and its counter stand. */
struct scp03 {
    uint8_t size; /* SCP03_S8 or SCP03_S16 */
    uint8_t key_len;
    uint8_t enc[SCP03_KEY_MAX], mac[SCP03_KEY_MAX], rmac[SCP03_KEY_MAX];
    uint8_t chain[AES_BLOCK];   /* the last command's whole checksum */
    uint8_t counter[AES_BLOCK]; /* commands since EXTERNAL AUTHENTICATE */
};

/* SP 800-108 in counter mode with CMAC as §4.1.5 has it: len bytes to out. The context is host
 * challenge and card challenge, or sequence counter and AID. 0 or a failure, as all of these. */
int scp03_derive(struct bytes key, enum scp03_constant constant, struct bytes context_front,
                 struct bytes context_back, uint8_t *out, size_t len);
/* The pseudo-random card challenge of `size` bytes (§6.2.2.1). */
int scp03_challenge(struct bytes static_enc, const uint8_t sequence[SCP03_SEQUENCE_SIZE],
                    struct bytes aid, uint8_t *out, size_t size);
/* Session keys from static ones, of one length; both challenges are of `size` bytes. */
int scp03_begin(struct scp03 *session, struct bytes static_enc, struct bytes static_mac,
                struct bytes host, struct bytes card);
/* The card's or the host's cryptogram: session->size bytes. */
int scp03_cryptogram(const struct scp03 *session, enum scp03_constant which, struct bytes host,
                     struct bytes card, uint8_t *out);

/* The checksum of a command over the chaining value, these four bytes, the length byte and the
 * data; it becomes the chaining value (§6.2.4). Its first session->size bytes are sent. */
int scp03_command_mac(struct scp03 *session, const uint8_t header[4], uint8_t lc, struct bytes data,
                      uint8_t mac[AES_BLOCK]);
/* The checksum of an answer; the chaining value stays (§6.2.5). */
int scp03_response_mac(const struct scp03 *session, struct bytes data, uint16_t status,
                       uint8_t mac[AES_BLOCK]);

/* One command more has come: the counter by which its data and its answer's are enciphered. */
void scp03_count(struct scp03 *session);
/* Command data or an answer's, whole blocks (§6.2.6, §6.2.7). in and out may be the same. */
int scp03_decrypt_command(const struct scp03 *session, struct bytes in, uint8_t *out);
int scp03_encrypt_command(const struct scp03 *session, struct bytes in, uint8_t *out);
int scp03_encrypt_response(const struct scp03 *session, struct bytes in, uint8_t *out);
int scp03_decrypt_response(const struct scp03 *session, struct bytes in, uint8_t *out);

#endif
