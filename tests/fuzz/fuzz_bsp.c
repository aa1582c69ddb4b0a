/* A row of BSP segments under known keys. The first byte's bits say which ones are encrypted. Each
 * is also sealed again, which must give what was opened. */
#include "crypto/primitives/bsp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t zeros[BSP_KEY_LEN];

static void check_sealed_again(struct bsp before, enum bsp_mode mode, const struct tlv *segment,
                               struct bytes plain)
{
    uint8_t again[BSP_SEGMENT_MAX];
    struct writer out = writer_on(again, sizeof(again));
    const size_t max = mode == BSP_ENCRYPTED ? BSP_PLAIN_MAX : BSP_PLAIN_MAX_MAC_ONLY;
    const bool shortest =
        segment->whole.len == tlv_header_len(segment->tag, segment->value.len) + segment->value.len;
    if (segment->tag > 0xFF || plain.len > max || !shortest)
        return;
    if (bsp_seal(&before, mode, (uint8_t)segment->tag, plain, &out) != 0 ||
        !bytes_equal(writer_bytes(&out), segment->whole))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    const struct bytes key = bytes_of(zeros, sizeof(zeros));
    struct bsp bsp;
    struct tlv segment;
    uint8_t modes;
    if (!bytes_take_u8(&in, &modes) || bsp_init_keys(&bsp, key, key, key) != 0)
        return 0;
    while (tlv_take(&in, &segment)) {
        const enum bsp_mode mode = modes & 1 ? BSP_ENCRYPTED : BSP_MAC_ONLY;
        const struct bsp before = bsp;
        uint8_t *plain = malloc(segment.value.len + 1);
        struct writer out = writer_on(plain, segment.value.len);
        if (plain == NULL)
            abort();
        const int result = bsp_open(&bsp, mode, &segment, &out);
        if (result == BSP_OK)
            check_sealed_again(before, mode, &segment, writer_bytes(&out));
        else if (out.len != 0 || bsp.block != before.block)
            abort();
        free(plain);
        modes = (uint8_t)(modes >> 1);
    }
    bsp_wipe(&bsp);
    return 0;
}
