/* suci: concealment of a subscription identifier, ECIES profiles A and B (TS 33.501 Annex C.3). */
#ifndef EMUICC_CRYPTO_PRIMITIVES_SUCI_H
#define EMUICC_CRYPTO_PRIMITIVES_SUCI_H

#include "crypto/primitives/random.h"

enum suci_scheme {
    SUCI_NULL = 0,
    SUCI_PROFILE_A = 1, /* X25519 */
    SUCI_PROFILE_B = 2, /* P-256 */
};

#define SUCI_SCALAR_SIZE 32
#define SUCI_PUBLIC_MAX 33 /* ephemeral public key: 32 bytes, or a compressed point */
#define SUCI_MAC_SIZE 8

/* The scheme output: ephemeral public key, cipher text, MAC tag, so that all three can be shown
 * apart. cipher has the length of the plain text; the caller owns it. */
struct suci_output {
    uint8_t public_key[SUCI_PUBLIC_MAX];
    size_t public_len;
    uint8_t mac[SUCI_MAC_SIZE];
};

/* network_key: 32 bytes for profile A; a point of 33 or 65 bytes for profile B. cipher has room for
 * plain.len bytes. 0; a failure; or 1 if the network's key is none. */
int suci_conceal(enum suci_scheme scheme, struct bytes network_key, struct random *random,
                 struct bytes plain, struct suci_output *out, uint8_t *cipher);
/* The same with a given ephemeral private key. */
int suci_conceal_with(enum suci_scheme scheme, struct bytes network_key,
                      const uint8_t ephemeral[SUCI_SCALAR_SIZE], struct bytes plain,
                      struct suci_output *out, uint8_t *cipher);

#endif
