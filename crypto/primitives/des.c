#include "crypto/primitives/des.h"

#include "crypto/primitives/algorithms.h"

#include <limits.h>

#define TRIPLE_KEY (3 * DES_BLOCK)

enum direction { DECRYPT = 0, ENCRYPT = 1 }; /* as EVP_CipherInit counts */

/* The library's default provider has the triple form alone: with one key three times, it is DES. */
static bool expand(struct bytes key, uint8_t out[TRIPLE_KEY])
{
    if (key.len == 0 || key.len % DES_BLOCK != 0 || key.len > TRIPLE_KEY)
        return false;
    for (size_t i = 0; i < TRIPLE_KEY; i++)
        out[i] = key.data[i % key.len];
    return true;
}

static EVP_CIPHER_CTX *begin(const EVP_CIPHER *cipher, enum direction direction, struct bytes key,
                             const uint8_t *iv)
{
    uint8_t whole[TRIPLE_KEY];
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    const bool ok = context != NULL && expand(key, whole) &&
                    EVP_CipherInit_ex2(context, cipher, whole, iv, (int)direction, NULL) == 1 &&
                    EVP_CIPHER_CTX_set_padding(context, 0) == 1;
    wipe(whole, sizeof(whole));
    if (ok)
        return context;
    EVP_CIPHER_CTX_free(context);
    return NULL;
}

static bool update(EVP_CIPHER_CTX *context, struct bytes in, uint8_t *out)
{
    int len = 0;
    return EVP_CipherUpdate(context, out, &len, in.data, (int)in.len) == 1 && (size_t)len == in.len;
}

static int run(bool chained, enum direction direction, struct bytes key, const uint8_t *iv,
               struct bytes in, uint8_t *out)
{
    const struct algorithms_ciphers *known = algorithms_ciphers();
    if (known == NULL)
        return FAILURE_INTERNAL;
    if (in.len % DES_BLOCK != 0 || in.len > INT_MAX)
        return algorithms_failure("DES with this length");
    if (in.len == 0)
        return 0;
    EVP_CIPHER_CTX *context = begin(chained ? known->des_cbc : known->des_ecb, direction, key, iv);
    const bool ok = context != NULL && update(context, in, out);
    EVP_CIPHER_CTX_free(context);
    return ok ? 0 : algorithms_failure("DES");
}

int des_cbc_encrypt(struct bytes key, const uint8_t iv[DES_BLOCK], struct bytes in, uint8_t *out)
{
    return run(true, ENCRYPT, key, iv, in, out);
}

int des_cbc_decrypt(struct bytes key, const uint8_t iv[DES_BLOCK], struct bytes in, uint8_t *out)
{
    return run(true, DECRYPT, key, iv, in, out);
}

int des_ecb_encrypt(struct bytes key, struct bytes in, uint8_t *out)
{
    return run(false, ENCRYPT, key, NULL, in, out);
}

int des_ecb_decrypt(struct bytes key, struct bytes in, uint8_t *out)
{
    return run(false, DECRYPT, key, NULL, in, out);
}

/* A MAC under way. One block is always held back: the last one may be treated otherwise. */
struct mac {
    EVP_CIPHER_CTX *inner, *outer; /* all blocks but the last; the last */
    uint8_t state[DES_BLOCK];
    uint8_t held[DES_BLOCK];
    size_t held_len;
};

static bool mac_block(EVP_CIPHER_CTX *cipher, struct mac *mac)
{
    for (size_t i = 0; i < DES_BLOCK; i++)
        mac->state[i] ^= mac->held[i];
    mac->held_len = 0;
    return update(cipher, bytes_of(mac->state, DES_BLOCK), mac->state);
}

static bool mac_part(struct mac *mac, struct bytes part)
{
    for (size_t i = 0; i < part.len; i++) {
        if (mac->held_len == DES_BLOCK && !mac_block(mac->inner, mac))
            return false;
        mac->held[mac->held_len++] = part.data[i];
    }
    return true;
}

static int mac_run(struct bytes inner, struct bytes outer, const uint8_t iv[DES_BLOCK],
                   const struct bytes *parts, size_t count, uint8_t out[DES_BLOCK])
{
    const struct algorithms_ciphers *known = algorithms_ciphers();
    struct mac mac = {0};
    if (known == NULL)
        return FAILURE_INTERNAL;
    memcpy(mac.state, iv, DES_BLOCK);
    mac.inner = begin(known->des_ecb, ENCRYPT, inner, NULL);
    mac.outer = begin(known->des_ecb, ENCRYPT, outer, NULL);
    bool ok = mac.inner != NULL && mac.outer != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = mac_part(&mac, parts[i]);
    ok = ok && mac.held_len == DES_BLOCK && mac_block(mac.outer, &mac);
    if (ok)
        memcpy(out, mac.state, DES_BLOCK);
    EVP_CIPHER_CTX_free(mac.inner);
    EVP_CIPHER_CTX_free(mac.outer);
    wipe(&mac, sizeof(mac));
    return ok ? 0 : algorithms_failure("a MAC by DES");
}

int des_cbc_mac(struct bytes key, const uint8_t iv[DES_BLOCK], const struct bytes *parts,
                size_t count, uint8_t mac[DES_BLOCK])
{
    return mac_run(key, key, iv, parts, count, mac);
}

int des_retail_mac(struct bytes key, const uint8_t iv[DES_BLOCK], const struct bytes *parts,
                   size_t count, uint8_t mac[DES_BLOCK])
{
    if (key.len != 2 * DES_BLOCK)
        return algorithms_failure("a retail MAC with this length of key");
    return mac_run(bytes_of(key.data, DES_BLOCK), key, iv, parts, count, mac);
}
