#include "tools/ota/derived.h"

static struct bytes context_of(const struct derived_set *set, uint8_t memory[ICCID_SIZE + 1])
{
    memcpy(memory, set->iccid, ICCID_SIZE);
    memory[ICCID_SIZE] = set->version;
    return bytes_of(memory, ICCID_SIZE + 1);
}

int derived_keys(const struct diversify *root, const struct derived_set *set, uint8_t *kic,
                 uint8_t *kid, uint8_t *kik, size_t len)
{
    uint8_t memory[ICCID_SIZE + 1];
    const struct bytes context = context_of(set, memory);
    int result = diversify(root, "SCP80-KIC", context, kic, len);
    if (result == 0)
        result = diversify(root, "SCP80-KID", context, kid, len);
    if (result == 0)
        result = diversify(root, "SCP80-KIK", context, kik, len);
    return result;
}

int derived_psk(const struct diversify *root, const struct derived_set *set, uint8_t *psk,
                size_t len)
{
    uint8_t memory[ICCID_SIZE + 1];
    return diversify(root, "SCP81-PSK", context_of(set, memory), psk, len);
}
