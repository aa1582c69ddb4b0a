#include "crypto/primitives/scp03.h"

#include "apdu/status.h"

#define LABEL_SIZE 12 /* eleven zeros and the constant */
#define RESPONSE_COUNTER 0x80

int scp03_derive(struct bytes key, enum scp03_constant constant, struct bytes context_front,
                 struct bytes context_back, uint8_t *out, size_t len)
{
    const size_t bits = len * 8;
    uint8_t fixed[LABEL_SIZE + 4] = {[LABEL_SIZE - 1] = (uint8_t)constant,
                                     [LABEL_SIZE + 1] = (uint8_t)(bits >> 8),
                                     [LABEL_SIZE + 2] = (uint8_t)bits};
    uint8_t block[AES_BLOCK];
    int result = 0;
    for (size_t done = 0; done < len && result == 0; done += AES_BLOCK) {
        const size_t part = len - done < AES_BLOCK ? len - done : AES_BLOCK;
        fixed[LABEL_SIZE + 3]++;
        const struct bytes parts[] = {bytes_of(fixed, sizeof(fixed)), context_front, context_back};
        result = aes_cmac(key, parts, sizeof(parts) / sizeof(parts[0]), block);
        if (result == 0)
            memcpy(out + done, block, part);
    }
    wipe(block, sizeof(block));
    return result;
}

int scp03_challenge(struct bytes static_enc, const uint8_t sequence[SCP03_SEQUENCE_SIZE],
                    struct bytes aid, uint8_t *out, size_t size)
{
    return scp03_derive(static_enc, SCP03_CARD_CHALLENGE, bytes_of(sequence, SCP03_SEQUENCE_SIZE),
                        aid, out, size);
}

int scp03_begin(struct scp03 *session, struct bytes static_enc, struct bytes static_mac,
                struct bytes host, struct bytes card)
{
    *session = (struct scp03){.size = (uint8_t)host.len, .key_len = (uint8_t)static_enc.len};
    if (static_enc.len > SCP03_KEY_MAX || static_mac.len != static_enc.len)
        return FAILURE_INTERNAL;
    const size_t len = static_enc.len;
    int result = scp03_derive(static_enc, SCP03_S_ENC, host, card, session->enc, len);
    if (result == 0)
        result = scp03_derive(static_mac, SCP03_S_MAC, host, card, session->mac, len);
    return result == 0 ? scp03_derive(static_mac, SCP03_S_RMAC, host, card, session->rmac, len)
                       : result;
}

static struct bytes key_of(const struct scp03 *session, const uint8_t *key)
{
    return bytes_of(key, session->key_len);
}

int scp03_cryptogram(const struct scp03 *session, enum scp03_constant which, struct bytes host,
                     struct bytes card, uint8_t *out)
{
    return scp03_derive(key_of(session, session->mac), which, host, card, out, session->size);
}

int scp03_command_mac(struct scp03 *session, const uint8_t header[4], uint8_t lc, struct bytes data,
                      uint8_t mac[AES_BLOCK])
{
    const struct bytes parts[] = {bytes_of(session->chain, AES_BLOCK), bytes_of(header, 4),
                                  bytes_of(&lc, 1), data};
    const int result =
        aes_cmac(key_of(session, session->mac), parts, sizeof(parts) / sizeof(parts[0]), mac);
    if (result == 0)
        memcpy(session->chain, mac, AES_BLOCK);
    return result;
}

int scp03_response_mac(const struct scp03 *session, struct bytes data, uint16_t status,
                       uint8_t mac[AES_BLOCK])
{
    const uint8_t word[] = {(uint8_t)(status >> 8), (uint8_t)status};
    const struct bytes parts[] = {bytes_of(session->chain, AES_BLOCK), data,
                                  bytes_of(word, sizeof(word))};
    return aes_cmac(key_of(session, session->rmac), parts, sizeof(parts) / sizeof(parts[0]), mac);
}

void scp03_count(struct scp03 *session)
{
    for (size_t i = AES_BLOCK; i > 0 && ++session->counter[i - 1] == 0; i--) {
    }
}

static int initial_value(const struct scp03 *session, uint8_t first, uint8_t iv[AES_BLOCK])
{
    uint8_t counter[AES_BLOCK];
    memcpy(counter, session->counter, AES_BLOCK);
    counter[0] |= first;
    return aes_ecb_encrypt(key_of(session, session->enc), counter, iv);
}

typedef int cipher(struct bytes key, const uint8_t iv[AES_BLOCK], struct bytes in, uint8_t *out);

static int run(const struct scp03 *session, uint8_t first, cipher *run_cipher, struct bytes in,
               uint8_t *out)
{
    uint8_t iv[AES_BLOCK];
    const int result = initial_value(session, first, iv);
    return result == 0 ? run_cipher(key_of(session, session->enc), iv, in, out) : result;
}

int scp03_decrypt_command(const struct scp03 *session, struct bytes in, uint8_t *out)
{
    return run(session, 0, aes_cbc_decrypt, in, out);
}

int scp03_encrypt_command(const struct scp03 *session, struct bytes in, uint8_t *out)
{
    return run(session, 0, aes_cbc_encrypt, in, out);
}

int scp03_encrypt_response(const struct scp03 *session, struct bytes in, uint8_t *out)
{
    return run(session, RESPONSE_COUNTER, aes_cbc_encrypt, in, out);
}

int scp03_decrypt_response(const struct scp03 *session, struct bytes in, uint8_t *out)
{
    return run(session, RESPONSE_COUNTER, aes_cbc_decrypt, in, out);
}
