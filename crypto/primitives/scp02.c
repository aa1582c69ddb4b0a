#include "crypto/primitives/scp02.h"

static const uint8_t zeros[DES_BLOCK];
static const uint8_t padding[DES_BLOCK] = {0x80};

int scp02_derive(struct bytes key, enum scp02_constant constant,
                 const uint8_t sequence[SCP02_SEQUENCE_SIZE], uint8_t out[SCP02_KEY])
{
    const uint8_t data[SCP02_KEY] = {(uint8_t)((unsigned)constant >> 8), (uint8_t)constant,
                                     sequence[0], sequence[1]};
    return des_cbc_encrypt(key, zeros, bytes_of(data, sizeof(data)), out);
}

int scp02_begin(struct scp02 *session, const struct bytes keys[3],
                const uint8_t sequence[SCP02_SEQUENCE_SIZE])
{
    *session = (struct scp02){0};
    int result = scp02_derive(keys[0], SCP02_ENC, sequence, session->enc);
    if (result == 0)
        result = scp02_derive(keys[1], SCP02_C_MAC, sequence, session->mac);
    return result == 0 ? scp02_derive(keys[2], SCP02_DEK, sequence, session->dek) : result;
}

static struct bytes key_of(const uint8_t key[SCP02_KEY])
{
    return bytes_of(key, SCP02_KEY);
}

/* What fills the last block up, 80 00 ..: at least one byte. */
static struct bytes padding_after(size_t len)
{
    return bytes_of(padding, DES_BLOCK - len % DES_BLOCK);
}

int scp02_challenge(const struct scp02 *session, struct bytes aid, uint8_t out[SCP02_CHALLENGE])
{
    uint8_t mac[DES_BLOCK];
    const struct bytes parts[] = {aid, padding_after(aid.len)};
    const int result = des_retail_mac(key_of(session->mac), zeros, parts, 2, mac);
    if (result == 0)
        memcpy(out, mac, SCP02_CHALLENGE);
    return result;
}

static int cryptogram(const struct scp02 *session, struct bytes first, struct bytes second,
                      uint8_t out[DES_BLOCK])
{
    const struct bytes parts[] = {first, second, bytes_of(padding, DES_BLOCK)};
    return des_cbc_mac(key_of(session->enc), zeros, parts, 3, out);
}

int scp02_card_cryptogram(const struct scp02 *session, struct bytes host,
                          struct bytes sequence_and_card, uint8_t out[DES_BLOCK])
{
    return cryptogram(session, host, sequence_and_card, out);
}

int scp02_host_cryptogram(const struct scp02 *session, struct bytes host,
                          struct bytes sequence_and_card, uint8_t out[DES_BLOCK])
{
    return cryptogram(session, sequence_and_card, host, out);
}

/* The checksum before, enciphered with single DES; none: zeros. */
static int initial_value(const struct scp02 *session, uint8_t out[DES_BLOCK])
{
    memset(out, 0, DES_BLOCK);
    if (!session->chained)
        return 0;
    return des_ecb_encrypt(bytes_of(session->mac, DES_BLOCK), bytes_of(session->chain, DES_BLOCK),
                           out);
}

int scp02_command_mac(struct scp02 *session, const uint8_t header[4], uint8_t lc, struct bytes data,
                      uint8_t mac[DES_BLOCK])
{
    uint8_t iv[DES_BLOCK];
    const size_t header_len = 5;
    const struct bytes parts[] = {bytes_of(header, 4), bytes_of(&lc, 1), data,
                                  padding_after(header_len + data.len)};
    int result = initial_value(session, iv);
    if (result == 0)
        result = des_retail_mac(key_of(session->mac), iv, parts, 4, mac);
    if (result == 0)
        memcpy(session->chain, mac, DES_BLOCK);
    session->chained = true;
    return result;
}

int scp02_decrypt_command(const struct scp02 *session, struct bytes in, uint8_t *out)
{
    return des_cbc_decrypt(key_of(session->enc), zeros, in, out);
}

int scp02_encrypt_command(const struct scp02 *session, struct bytes in, uint8_t *out)
{
    return des_cbc_encrypt(key_of(session->enc), zeros, in, out);
}
