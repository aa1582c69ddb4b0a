#include "crypto/primitives/hmac.h"

#include "apdu/status.h"
#include "crypto/primitives/secret.h"

#define BLOCK 64 /* bytes that SHA-256 takes at a time */
#define INNER_PAD 0x36
#define OUTER_PAD 0x5C

/* The key at the front of a block of zeros: longer ones are hashed first. */
static int block_of(struct bytes key, uint8_t block[BLOCK])
{
    if (key.len > BLOCK)
        return sha256(&key, 1, block);
    if (key.len > 0)
        memcpy(block, key.data, key.len);
    return 0;
}

static void turn(uint8_t block[BLOCK], uint8_t pad)
{
    for (size_t i = 0; i < BLOCK; i++)
        block[i] ^= pad;
}

int hmac_sha256(struct bytes key, const struct bytes *parts, size_t count, uint8_t mac[SHA256_SIZE])
{
    uint8_t block[BLOCK] = {0}, digest[SHA256_SIZE];
    struct bytes all[HMAC_PARTS_MAX + 1] = {bytes_of(block, sizeof(block))};
    if (count > HMAC_PARTS_MAX)
        return FAILURE_INTERNAL;
    memcpy(all + 1, parts, count * sizeof(*parts));
    int result = block_of(key, block);
    turn(block, INNER_PAD);
    if (result == 0)
        result = sha256(all, count + 1, digest);
    turn(block, INNER_PAD ^ OUTER_PAD);
    all[1] = bytes_of(digest, sizeof(digest));
    if (result == 0)
        result = sha256(all, 2, mac);
    wipe(block, sizeof(block));
    wipe(digest, sizeof(digest));
    return result;
}
