#include "crypto/primitives/scp80_protection.h"

#include "crypto/primitives/aes.h"
#include "crypto/primitives/crc.h"
#include "crypto/primitives/des.h"

#define CRC_16_LEN 2
#define CRC_32_LEN 4
#define DES_KEY 8
#define DES_KEY_2 16
#define DES_KEY_3 24

/* Algorithms in the low digit of KIc, and of KID with a cryptographic checksum (TS 102 225 §5.1.2,
 * §5.1.3); with a redundancy check KID has others. */
enum algorithm {
    ALGORITHM_IMPLICIT = 0x0,
    ALGORITHM_DES = 0x1,
    ALGORITHM_AES = 0x2,
    ALGORITHM_DES_2 = 0x5,
    ALGORITHM_DES_3 = 0x9,
    ALGORITHM_DES_ECB = 0xD, /* of KIc only */
    ALGORITHM_MASK = 0x0F,
};
#define REDUNDANCY_CRC_16 0x1
#define REDUNDANCY_CRC_32 0x5

/* The key's length is what the algorithm wants. */
bool scp80_protection_can_cipher(uint8_t algorithm, const struct scp80_key *key)
{
    const size_t len = key->value.len;
    switch (algorithm & ALGORITHM_MASK) {
    case ALGORITHM_IMPLICIT:
        return key->type != SCP80_KEY_NONE;
    case ALGORITHM_DES:
        return key->type == SCP80_KEY_DES && len == DES_KEY;
    case ALGORITHM_DES_ECB:
        return key->type == SCP80_KEY_DES && len == DES_KEY && key->operations == NULL;
    case ALGORITHM_DES_2:
        return key->type == SCP80_KEY_DES && len == DES_KEY_2;
    case ALGORITHM_DES_3:
        return key->type == SCP80_KEY_DES && len == DES_KEY_3;
    case ALGORITHM_AES:
        return key->type == SCP80_KEY_AES;
    default:
        return false;
    }
}

static bool is_redundancy_known(uint8_t kid)
{
    const uint8_t algorithm = kid & ALGORITHM_MASK;
    return algorithm == REDUNDANCY_CRC_16 || algorithm == REDUNDANCY_CRC_32;
}

bool scp80_protection_can_check(uint8_t integrity, uint8_t kid, const struct scp80_key *key)
{
    switch (integrity) {
    case SCP80_NO_INTEGRITY:
        return true;
    case SCP80_REDUNDANCY_CHECK:
        return is_redundancy_known(kid);
    case SCP80_CRYPTOGRAPHIC_CHECKSUM:
        return (kid & ALGORITHM_MASK) != ALGORITHM_DES_ECB && scp80_protection_can_cipher(kid, key);
    default: /* no digital signatures on this card */
        return false;
    }
}

size_t scp80_protection_block(const struct scp80_key *key)
{
    return key->type == SCP80_KEY_AES ? AES_BLOCK : DES_BLOCK;
}

/* Bytes of a checksum. */
size_t scp80_protection_checksum_len(uint8_t integrity, uint8_t kid, const struct scp80_key *key)
{
    switch (integrity) {
    case SCP80_REDUNDANCY_CHECK:
        return (kid & ALGORITHM_MASK) == REDUNDANCY_CRC_16 ? CRC_16_LEN : CRC_32_LEN;
    case SCP80_CRYPTOGRAPHIC_CHECKSUM:
        return key->mac_length != 0 && key->mac_length < SCP80_CHECKSUM_MAX ? key->mac_length
                                                                            : SCP80_CHECKSUM_MAX;
    default:
        return 0;
    }
}

static void put_crc(uint8_t kid, const struct bytes *parts, size_t count, uint8_t *out)
{
    const bool is_short = (kid & ALGORITHM_MASK) == REDUNDANCY_CRC_16;
    const uint32_t value = is_short ? crc_16(parts, count) : crc_32(parts, count);
    const size_t len = is_short ? CRC_16_LEN : CRC_32_LEN;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(value >> 8 * (len - 1 - i));
}

/* CBC-MAC, zeros behind the end. */
static int des_checksum(const struct scp80_key *key, const struct bytes *parts, uint8_t *out)
{
    static const uint8_t zeros[DES_BLOCK];
    struct bytes padded[SCP80_PROTECTION_PARTS + 1];
    size_t len = 0;
    for (size_t i = 0; i < SCP80_PROTECTION_PARTS; i++) {
        padded[i] = parts[i];
        len += parts[i].len;
    }
    padded[SCP80_PROTECTION_PARTS] = bytes_of(zeros, (DES_BLOCK - len % DES_BLOCK) % DES_BLOCK);
    return key->operations != NULL
               ? key->operations->mac(key->context, padded, SCP80_PROTECTION_PARTS + 1, out)
               : des_cbc_mac(key->value, zeros, padded, SCP80_PROTECTION_PARTS + 1, out);
}

/* Over SCP80_PROTECTION_PARTS parts; out: SCP80_CHECKSUM_MAX bytes. */
int scp80_protection_checksum(uint8_t integrity, uint8_t kid, const struct scp80_key *key,
                              const struct bytes *parts, uint8_t *out)
{
    uint8_t mac[AES_BLOCK];
    if (integrity == SCP80_REDUNDANCY_CHECK)
        put_crc(kid, parts, SCP80_PROTECTION_PARTS, out);
    if (integrity != SCP80_CRYPTOGRAPHIC_CHECKSUM)
        return 0;
    if (key->type != SCP80_KEY_AES)
        return des_checksum(key, parts, out);
    const int result = key->operations != NULL
                           ? key->operations->mac(key->context, parts, SCP80_PROTECTION_PARTS, mac)
                           : aes_cmac(key->value, parts, SCP80_PROTECTION_PARTS, mac);
    if (result == 0)
        memcpy(out, mac, SCP80_CHECKSUM_MAX);
    return result;
}

static bool is_ecb(uint8_t kic)
{
    return (kic & ALGORITHM_MASK) == ALGORITHM_DES_ECB;
}

int scp80_protection_encipher(uint8_t kic, const struct scp80_key *key, struct bytes in,
                              uint8_t *out)
{
    static const uint8_t zeros[AES_BLOCK];
    if (key->operations != NULL)
        return key->operations->encrypt(key->context, in, out);
    if (key->type == SCP80_KEY_AES)
        return aes_cbc_encrypt(key->value, zeros, in, out);
    return is_ecb(kic) ? des_ecb_encrypt(key->value, in, out)
                       : des_cbc_encrypt(key->value, zeros, in, out);
}

int scp80_protection_decipher(uint8_t kic, const struct scp80_key *key, struct bytes in,
                              uint8_t *out)
{
    static const uint8_t zeros[AES_BLOCK];
    if (key->operations != NULL)
        return key->operations->decrypt(key->context, in, out);
    if (key->type == SCP80_KEY_AES)
        return aes_cbc_decrypt(key->value, zeros, in, out);
    return is_ecb(kic) ? des_ecb_decrypt(key->value, in, out)
                       : des_cbc_decrypt(key->value, zeros, in, out);
}
