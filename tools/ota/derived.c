#include "tools/ota/derived.h"

int derived_keys(const struct diversify *root, const struct derived_set *set, uint8_t *kic,
                 uint8_t *kid, uint8_t *kik, size_t len)
{
    uint8_t memory[ICCID_SIZE + 1];
    struct writer context = writer_on(memory, sizeof(memory));
    writer_put(&context, bytes_of(set->iccid, sizeof(set->iccid)));
    writer_put_u8(&context, set->version);
    int result = diversify(root, "SCP80-KIC", writer_bytes(&context), kic, len);
    if (result == 0)
        result = diversify(root, "SCP80-KID", writer_bytes(&context), kid, len);
    if (result == 0)
        result = diversify(root, "SCP80-KIK", writer_bytes(&context), kik, len);
    return result;
}
