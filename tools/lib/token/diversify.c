#include "tools/lib/token/diversify.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#define BITS 8
#define COUNTER_SIZE 4

static void put_u32(struct writer *out, uint32_t value)
{
    writer_put_u16(out, (uint16_t)(value >> 16));
    writer_put_u16(out, (uint16_t)value);
}

int diversify_fixed(const struct diversify *root, struct bytes fixed, uint8_t *out, size_t len)
{
    uint8_t memory[COUNTER_SIZE + DIVERSIFY_FIXED_MAX], block[AES_BLOCK];
    struct writer message = writer_on(memory, sizeof(memory));
    int result = 0;
    for (uint32_t i = 1; result == 0 && len > 0; i++) {
        writer_reset(&message);
        put_u32(&message, i);
        writer_put(&message, fixed);
        result = message.overflow ? FAILURE_INTERNAL
                                  : root->cmac(root->context, writer_bytes(&message), block);
        const size_t now = len < sizeof(block) ? len : sizeof(block);
        if (result == 0)
            memcpy(out, block, now);
        out += now;
        len -= now;
    }
    wipe(block, sizeof(block));
    return result;
}

int diversify(const struct diversify *root, const char *label, struct bytes context, uint8_t *out,
              size_t len)
{
    uint8_t memory[DIVERSIFY_FIXED_MAX];
    struct writer fixed = writer_on(memory, sizeof(memory));
    writer_put(&fixed, bytes_of_text(label));
    writer_put_u8(&fixed, 0);
    writer_put(&fixed, context);
    put_u32(&fixed, (uint32_t)(len * BITS));
    if (!fixed.overflow)
        return diversify_fixed(root, writer_bytes(&fixed), out, len);
    trace_error("a context is too long to derive a key for");
    return FAILURE_INTERNAL;
}

int diversify_keys(const struct diversify *root, const struct diversify_target *target,
                   struct binder_keys *out)
{
    const struct bytes context = bytes_of(target, sizeof(*target));
    int result = diversify(root, "PPK-ENC", context, out->enc, sizeof(out->enc));
    if (result == 0)
        result = diversify(root, "PPK-MAC", context, out->mac, sizeof(out->mac));
    if (result == 0)
        result = diversify(root, "MAC-CHAINING", context, out->chaining, sizeof(out->chaining));
    if (result != 0)
        binder_wipe_keys(out);
    return result;
}

int diversify_seal(const struct diversify *root, const struct diversify_target *target,
                   struct bytes digest, uint8_t seal[AES_BLOCK])
{
    uint8_t memory[DIVERSIFY_FIXED_MAX];
    struct writer context = writer_on(memory, sizeof(memory));
    writer_put(&context, bytes_of(target, sizeof(*target)));
    writer_put(&context, digest);
    return diversify(root, "ROW-SEAL", writer_bytes(&context), seal, AES_BLOCK);
}

int diversify_mark(const struct diversify *root, uint8_t mark[AES_BLOCK])
{
    return diversify(root, "ROOT-MARK", (struct bytes){0}, mark, AES_BLOCK);
}
