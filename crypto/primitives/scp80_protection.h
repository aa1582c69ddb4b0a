/* scp80_protection: how a secured packet is protected (TS 102 225 §5.1.2, §5.1.3): keys, the
 * algorithms that KIc and KID name, checksums and ciphers. Knows no packets. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_SCP80_PROTECTION_H
#define EMUICC_CRYPTO_PRIMITIVES_SCP80_PROTECTION_H

#include "apdu/bytes.h"

#define SCP80_CHECKSUM_MAX 8
#define SCP80_BLOCK_MAX 16

/* In the first byte of SPI (TS 102 225 §5.1.1). */
enum scp80_integrity {
    SCP80_NO_INTEGRITY = 0,
    SCP80_REDUNDANCY_CHECK = 1,
    SCP80_CRYPTOGRAPHIC_CHECKSUM = 2,
    SCP80_DIGITAL_SIGNATURE = 3,
    SCP80_INTEGRITY = 0x03,
};

enum scp80_key_type { SCP80_KEY_NONE, SCP80_KEY_DES, SCP80_KEY_AES };

/* What a key does whose bytes are elsewhere, in a token. Each returns 0 or a failure. */
struct scp80_operations {
    /* CBC from an IV of zeros, whole blocks; out may be the input's own memory. */
    int (*encrypt)(void *context, struct bytes in, uint8_t *out);
    int (*decrypt)(void *context, struct bytes in, uint8_t *out);
    /* Over the parts in order; AES: CMAC, 16 bytes; DES: the last block of CBC, over whole
     * blocks. */
    int (*mac)(void *context, const struct bytes *parts, size_t count, uint8_t *mac);
};

struct scp80_key {
    enum scp80_key_type type;
    uint8_t mac_length;                        /* of a checksum made with it; 0: 8 */
    struct bytes value;                        /* secret, borrowed; elsewhere: its length alone */
    const struct scp80_operations *operations; /* NULL: the bytes are here */
    void *context;                             /* of the operations */
};

struct scp80_keys {
    struct scp80_key kic, kid;
};

/* The key has the type and length that the algorithm of KIc wants. */
bool scp80_protection_can_cipher(uint8_t kic, const struct scp80_key *key);
/* The same for the checksum of KID. False for digital signatures. */
bool scp80_protection_can_check(uint8_t integrity, uint8_t kid, const struct scp80_key *key);

/* Bytes of a block of its cipher. */
size_t scp80_protection_block(const struct scp80_key *key);
/* Bytes of a checksum, SCP80_CHECKSUM_MAX at most. */
size_t scp80_protection_checksum_len(uint8_t integrity, uint8_t kid, const struct scp80_key *key);

/* Over the parts in order; out: SCP80_CHECKSUM_MAX bytes, of which those of its length count. 0, or
 * a failure. */
#define SCP80_PROTECTION_PARTS 3
int scp80_protection_checksum(uint8_t integrity, uint8_t kid, const struct scp80_key *key,
                              const struct bytes *parts, uint8_t *out);

/* Whole blocks; out: as many bytes, may be the input's own memory. 0, or a failure. */
int scp80_protection_encipher(uint8_t kic, const struct scp80_key *key, struct bytes in,
                              uint8_t *out);
int scp80_protection_decipher(uint8_t kic, const struct scp80_key *key, struct bytes in,
                              uint8_t *out);

#endif
