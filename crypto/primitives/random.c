#include "crypto/primitives/random.h"

#include "crypto/primitives/aes.h"
#include "crypto/primitives/algorithms.h"
#include "crypto/primitives/hash.h"

#include <limits.h>
#include <openssl/rand.h>

void random_init(struct random *random)
{
    *random = (struct random){.seeded = false};
}

void random_init_seeded(struct random *random, struct bytes seed)
{
    *random = (struct random){.seeded = true};
    /* Without a digest the key stays zero: still repeatable, and random_fill() then fails too. */
    (void)sha256(&seed, 1, random->key);
}

/* AES-256 in counter mode; each call begins a new block. */
static int fill_seeded(struct random *random, uint8_t *out, size_t len)
{
    while (len > 0) {
        uint8_t counter[AES_BLOCK] = {0}, block[AES_BLOCK];
        for (size_t i = 0; i < sizeof(random->counter); i++)
            counter[AES_BLOCK - 1 - i] = (uint8_t)(random->counter >> 8 * i);
        if (aes_ecb_encrypt(bytes_of(random->key, sizeof(random->key)), counter, block) != 0)
            return FAILURE_INTERNAL;
        random->counter++;
        const size_t now = len < sizeof(block) ? len : sizeof(block);
        memcpy(out, block, now);
        wipe(block, sizeof(block));
        out += now;
        len -= now;
    }
    return 0;
}

int random_fill(struct random *random, void *out, size_t len)
{
    if (random->seeded)
        return fill_seeded(random, out, len);
    if (algorithms() != NULL && len <= INT_MAX && RAND_priv_bytes(out, (int)len) == 1)
        return 0;
    return algorithms_failure("the system's random generator");
}
