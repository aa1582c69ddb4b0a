#include "crypto/primitives/kdf.h"

#include "apdu/status.h"
#include "crypto/primitives/hash.h"

static int derive_block(struct bytes secret, struct bytes info, uint32_t counter, uint8_t *block)
{
    const uint8_t number[] = {(uint8_t)(counter >> 24), (uint8_t)(counter >> 16),
                              (uint8_t)(counter >> 8), (uint8_t)counter};
    const struct bytes parts[] = {secret, bytes_of(number, sizeof(number)), info};
    return sha256(parts, 3, block);
}

int kdf_x963(struct bytes shared_secret, struct bytes shared_info, uint8_t *out, size_t len)
{
    uint8_t block[SHA256_SIZE];
    int result = 0;
    for (uint32_t counter = 1; len > 0 && result == 0; counter++) {
        result = derive_block(shared_secret, shared_info, counter, block);
        const size_t now = len < sizeof(block) ? len : sizeof(block);
        if (result == 0)
            memcpy(out, block, now);
        out += now;
        len -= now;
    }
    wipe(block, sizeof(block));
    return result;
}
