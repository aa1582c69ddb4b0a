#include "crypto/primitives/aes.h"

#include "crypto/primitives/algorithms.h"

#include <limits.h>

static bool key_size(struct bytes key, enum algorithms_key_size *size)
{
    if (key.len != 16 && key.len != 24 && key.len != 32)
        return false;
    *size = key.len == 16 ? KEY_128 : key.len == 24 ? KEY_192 : KEY_256;
    return true;
}

enum direction { DECRYPT = 0, ENCRYPT = 1 }; /* as EVP_CipherInit counts */

static int run(const EVP_CIPHER *cipher, enum direction direction, struct bytes key,
               const uint8_t *iv, struct bytes in, uint8_t *out)
{
    int len = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    const bool ok = context != NULL &&
                    EVP_CipherInit_ex2(context, cipher, key.data, iv, (int)direction, NULL) == 1 &&
                    EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                    EVP_CipherUpdate(context, out, &len, in.data, (int)in.len) == 1 &&
                    (size_t)len == in.len;
    EVP_CIPHER_CTX_free(context);
    return ok ? 0 : algorithms_failure("AES");
}

static int cbc(enum direction direction, struct bytes key, const uint8_t *iv, struct bytes in,
               uint8_t *out)
{
    const struct algorithms *known = algorithms();
    enum algorithms_key_size size;
    if (known == NULL)
        return FAILURE_INTERNAL;
    if (!key_size(key, &size) || in.len % AES_BLOCK != 0 || in.len > INT_MAX)
        return algorithms_failure("AES-CBC with this length");
    return in.len == 0 ? 0 : run(known->cbc[size], direction, key, iv, in, out);
}

int aes_cbc_encrypt(struct bytes key, const uint8_t iv[AES_BLOCK], struct bytes in, uint8_t *out)
{
    return cbc(ENCRYPT, key, iv, in, out);
}

int aes_cbc_decrypt(struct bytes key, const uint8_t iv[AES_BLOCK], struct bytes in, uint8_t *out)
{
    return cbc(DECRYPT, key, iv, in, out);
}

int aes_ecb_encrypt(struct bytes key, const uint8_t in[AES_BLOCK], uint8_t out[AES_BLOCK])
{
    const struct algorithms *known = algorithms();
    enum algorithms_key_size size;
    if (known == NULL)
        return FAILURE_INTERNAL;
    if (!key_size(key, &size))
        return algorithms_failure("AES with this length");
    return run(known->ecb[size], ENCRYPT, key, NULL, bytes_of(in, AES_BLOCK), out);
}

int aes_cmac(struct bytes key, const struct bytes *parts, size_t count, uint8_t mac[AES_BLOCK])
{
    const struct algorithms *known = algorithms();
    enum algorithms_key_size size;
    if (known == NULL)
        return FAILURE_INTERNAL;
    if (!key_size(key, &size))
        return algorithms_failure("CMAC with this length");
    size_t len = 0;
    EVP_MAC_CTX *context = EVP_MAC_CTX_dup(known->cmac[size]);
    bool ok = context != NULL && EVP_MAC_init(context, key.data, key.len, NULL) == 1;
    for (size_t i = 0; ok && i < count; i++)
        ok = parts[i].len == 0 || EVP_MAC_update(context, parts[i].data, parts[i].len) == 1;
    ok = ok && EVP_MAC_final(context, mac, &len, AES_BLOCK) == 1 && len == AES_BLOCK;
    EVP_MAC_CTX_free(context);
    return ok ? 0 : algorithms_failure("CMAC");
}
