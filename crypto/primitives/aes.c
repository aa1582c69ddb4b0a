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
    const struct algorithms_ciphers *known = algorithms_ciphers();
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
    const struct algorithms_ciphers *known = algorithms_ciphers();
    enum algorithms_key_size size;
    if (known == NULL)
        return FAILURE_INTERNAL;
    if (!key_size(key, &size))
        return algorithms_failure("AES with this length");
    return run(known->ecb[size], ENCRYPT, key, NULL, bytes_of(in, AES_BLOCK), out);
}

/* CMAC (NIST SP 800-38B): CBC of which only the last block stays. The library's own asks for each
 * block by itself (until OpenSSL 3.2), which takes longer than the cipher does. */
#define CMAC_CHUNK (64 * AES_BLOCK)
#define CMAC_POLYNOMIAL 0x87

struct cmac {
    EVP_CIPHER_CTX *context;
    uint8_t chunk[CMAC_CHUNK]; /* never given away whole: the last block of all is another */
    size_t len;
};

static bool cmac_run(struct cmac *cmac, size_t len)
{
    int done = 0;
    return len == 0 ||
           (EVP_EncryptUpdate(cmac->context, cmac->chunk, &done, cmac->chunk, (int)len) == 1 &&
            (size_t)done == len);
}

static bool cmac_put(struct cmac *cmac, struct bytes part)
{
    bool ok = true;
    while (ok && part.len > 0) {
        if (cmac->len == CMAC_CHUNK) {
            ok = cmac_run(cmac, CMAC_CHUNK);
            cmac->len = 0;
        }
        const size_t room = CMAC_CHUNK - cmac->len, len = part.len < room ? part.len : room;
        memcpy(cmac->chunk + cmac->len, part.data, len);
        cmac->len += len;
        part = bytes_of(part.data + len, part.len - len);
    }
    return ok;
}

static void cmac_double(uint8_t block[AES_BLOCK])
{
    const uint8_t carry = (uint8_t) - (block[0] >> 7);
    for (size_t i = 0; i < AES_BLOCK - 1; i++)
        block[i] = (uint8_t)(block[i] << 1 | block[i + 1] >> 7);
    block[AES_BLOCK - 1] = (uint8_t)(block[AES_BLOCK - 1] << 1 ^ (carry & CMAC_POLYNOMIAL));
}

/* With the subkey K1, or K2 once it is padded. */
static bool cmac_end(struct cmac *cmac, uint8_t subkey[AES_BLOCK], uint8_t mac[AES_BLOCK])
{
    const size_t whole = cmac->len == 0 ? 0 : (cmac->len - 1) / AES_BLOCK * AES_BLOCK;
    uint8_t *const last = cmac->chunk + whole;
    cmac_double(subkey);
    if (cmac->len - whole < AES_BLOCK) {
        cmac_double(subkey);
        memset(cmac->chunk + cmac->len, 0, whole + AES_BLOCK - cmac->len);
        cmac->chunk[cmac->len] = 0x80;
    }
    for (size_t i = 0; i < AES_BLOCK; i++)
        last[i] ^= subkey[i];
    if (!cmac_run(cmac, whole + AES_BLOCK))
        return false;
    memcpy(mac, last, AES_BLOCK);
    return true;
}

/* The key is in place; `zeros` encrypted is what the subkeys are made of. */
static bool cmac_begin(struct cmac *cmac, const EVP_CIPHER *cipher, struct bytes key,
                       uint8_t zeros[AES_BLOCK])
{
    static const uint8_t iv[AES_BLOCK];
    int len = 0;
    return EVP_EncryptInit_ex2(cmac->context, cipher, key.data, iv, NULL) == 1 &&
           EVP_CIPHER_CTX_set_padding(cmac->context, 0) == 1 &&
           EVP_EncryptUpdate(cmac->context, zeros, &len, zeros, AES_BLOCK) == 1 &&
           EVP_EncryptInit_ex2(cmac->context, NULL, NULL, iv, NULL) == 1;
}

int aes_cmac(struct bytes key, const struct bytes *parts, size_t count, uint8_t mac[AES_BLOCK])
{
    const struct algorithms_ciphers *known = algorithms_ciphers();
    enum algorithms_key_size size;
    uint8_t subkey[AES_BLOCK] = {0};
    if (known == NULL)
        return FAILURE_INTERNAL;
    if (!key_size(key, &size))
        return algorithms_failure("CMAC with this length");
    struct cmac cmac;
    cmac.len = 0;
    cmac.context = EVP_CIPHER_CTX_new();
    bool ok = cmac.context != NULL && cmac_begin(&cmac, known->cbc[size], key, subkey);
    for (size_t i = 0; ok && i < count; i++)
        ok = cmac_put(&cmac, parts[i]);
    ok = ok && cmac_end(&cmac, subkey, mac);
    EVP_CIPHER_CTX_free(cmac.context);
    wipe(subkey, sizeof(subkey));
    wipe(cmac.chunk, sizeof(cmac.chunk));
    return ok ? 0 : algorithms_failure("CMAC");
}
