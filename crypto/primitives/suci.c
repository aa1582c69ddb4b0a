#include "crypto/primitives/suci.h"

#include "crypto/primitives/aes.h"
#include "crypto/primitives/algorithms.h"
#include "crypto/primitives/ec.h"
#include "crypto/primitives/hmac.h"
#include "crypto/primitives/kdf.h"

#define ENCRYPTION_KEY_SIZE 16
#define KDF_SIZE (ENCRYPTION_KEY_SIZE + AES_BLOCK + SHA256_SIZE)
#define X25519_SIZE 32
#define BAD_KEY 1

/* Shared secret and public key of X25519 (RFC 7748). */
static int agree_x25519(struct bytes network_key, const uint8_t *ephemeral, uint8_t *shared,
                        struct suci_output *out)
{
    size_t shared_len = X25519_SIZE;
    if (network_key.len != X25519_SIZE)
        return BAD_KEY;
    EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, ephemeral, X25519_SIZE);
    EVP_PKEY *peer =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, network_key.data, X25519_SIZE);
    EVP_PKEY_CTX *context = own != NULL ? EVP_PKEY_CTX_new(own, NULL) : NULL;
    out->public_len = X25519_SIZE;
    const bool ready = context != NULL && peer != NULL && EVP_PKEY_derive_init(context) == 1 &&
                       EVP_PKEY_get_raw_public_key(own, out->public_key, &out->public_len) == 1;
    /* A point of small order gives no secret: the library refuses it. */
    const bool agreed = ready && EVP_PKEY_derive_set_peer(context, peer) == 1 &&
                        EVP_PKEY_derive(context, shared, &shared_len) == 1;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(peer);
    EVP_PKEY_free(own);
    if (!ready)
        return algorithms_failure("X25519");
    return agreed ? 0 : BAD_KEY;
}

/* An uncompressed point from either form. */
static bool decompress(const EC_GROUP *group, struct bytes key, uint8_t point[EC_POINT_SIZE])
{
    EC_POINT *read = EC_POINT_new(group);
    const bool ok = read != NULL && EC_POINT_oct2point(group, read, key.data, key.len, NULL) == 1 &&
                    EC_POINT_point2oct(group, read, POINT_CONVERSION_UNCOMPRESSED, point,
                                       EC_POINT_SIZE, NULL) == EC_POINT_SIZE;
    EC_POINT_free(read);
    return ok;
}

/* 02 or 03 by the parity of y, then x. */
static void compress(const uint8_t point[EC_POINT_SIZE], struct suci_output *out)
{
    out->public_len = SUCI_PUBLIC_MAX;
    out->public_key[0] = 0x02 | (point[EC_POINT_SIZE - 1] & 1);
    memcpy(out->public_key + 1, point + 1, SUCI_PUBLIC_MAX - 1);
}

static int agree_p256(struct bytes network_key, const uint8_t *ephemeral, uint8_t *shared,
                      struct suci_output *out)
{
    uint8_t point[EC_POINT_SIZE];
    struct ec_private *own;
    struct secret secret = {0};
    if (algorithms() == NULL)
        return FAILURE_INTERNAL;
    if (!decompress(algorithms()->group[EC_P256], network_key, point))
        return BAD_KEY;
    int result = ec_private_create(EC_P256, bytes_of(ephemeral, SUCI_SCALAR_SIZE), &own);
    if (result != 0)
        return result;
    compress(ec_private_point(own), out);
    result = ec_agree(own, bytes_of(point, sizeof(point)), &secret);
    if (result == 0)
        memcpy(shared, secret.data, EC_SCALAR_SIZE);
    secret_wipe(&secret);
    ec_private_destroy(own);
    return result;
}

/* Counter mode from this first block on (SP 800-38A §6.5). */
static int encrypt(struct bytes key, const uint8_t first[AES_BLOCK], struct bytes plain,
                   uint8_t *cipher)
{
    uint8_t counter[AES_BLOCK], stream[AES_BLOCK];
    int result = 0;
    memcpy(counter, first, AES_BLOCK);
    for (size_t at = 0; at < plain.len && result == 0; at++) {
        if (at % AES_BLOCK == 0) {
            result = aes_ecb_encrypt(key, counter, stream);
            for (size_t i = AES_BLOCK; i > 0 && ++counter[i - 1] == 0; i--)
                ;
        }
        cipher[at] = plain.data[at] ^ stream[at % AES_BLOCK];
    }
    wipe(stream, sizeof(stream));
    return result;
}

/* Keys from the secret, the ephemeral public key as shared information (TS 33.501 Annex C.3.4). */
static int seal(const uint8_t *shared, struct bytes plain, struct suci_output *out, uint8_t *cipher)
{
    uint8_t keys[KDF_SIZE], mac[SHA256_SIZE];
    const struct bytes info = bytes_of(out->public_key, out->public_len);
    const struct bytes sealed = bytes_of(cipher, plain.len);
    int result = kdf_x963(bytes_of(shared, EC_SCALAR_SIZE), info, keys, sizeof(keys));
    if (result == 0)
        result =
            encrypt(bytes_of(keys, ENCRYPTION_KEY_SIZE), keys + ENCRYPTION_KEY_SIZE, plain, cipher);
    if (result == 0)
        result = hmac_sha256(bytes_of(keys + ENCRYPTION_KEY_SIZE + AES_BLOCK, SHA256_SIZE), &sealed,
                             1, mac);
    if (result == 0)
        memcpy(out->mac, mac, SUCI_MAC_SIZE);
    wipe(keys, sizeof(keys));
    return result;
}

int suci_conceal_with(enum suci_scheme scheme, struct bytes network_key,
                      const uint8_t ephemeral[SUCI_SCALAR_SIZE], struct bytes plain,
                      struct suci_output *out, uint8_t *cipher)
{
    uint8_t shared[EC_SCALAR_SIZE];
    int result = scheme == SUCI_PROFILE_A ? agree_x25519(network_key, ephemeral, shared, out)
                                          : agree_p256(network_key, ephemeral, shared, out);
    if (result == 0)
        result = seal(shared, plain, out, cipher);
    wipe(shared, sizeof(shared));
    return result;
}

int suci_conceal(enum suci_scheme scheme, struct bytes network_key, struct random *random,
                 struct bytes plain, struct suci_output *out, uint8_t *cipher)
{
    uint8_t ephemeral[SUCI_SCALAR_SIZE];
    int result = random_fill(random, ephemeral, sizeof(ephemeral));
    if (result == 0)
        result = suci_conceal_with(scheme, network_key, ephemeral, plain, out, cipher);
    wipe(ephemeral, sizeof(ephemeral));
    return result;
}
