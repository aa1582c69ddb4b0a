/* Every element of the input, and what is inside constructed ones, lies within the input; writing
 * an element again with a minimal length gives something that reads back the same. */
#include <stdlib.h>

#include "apdu/der.h"

#define DEPTH_MAX 8

static void walk(struct bytes in, int depth)
{
    struct tlv tlv;
    static uint8_t room[1 << 16];
    while (tlv_take(&in, &tlv)) {
        struct writer writer = writer_on(room, sizeof(room));
        struct tlv back;
        int64_t integer;
        uint32_t bits;
        char text[DER_OID_TEXT_SIZE];
        tlv_put(&writer, tlv.tag, tlv.value);
        if (!writer.overflow && (!tlv_whole(writer_bytes(&writer), tlv.tag, &back) ||
                                 !bytes_equal(back.value, tlv.value)))
            abort();
        (void)der_to_integer(tlv.value, &integer);
        (void)der_to_bits(tlv.value, &bits);
        (void)der_oid_to_text(tlv.value, text, sizeof(text));
        (void)der_is_utf8(tlv.value, 64);
        if (depth < DEPTH_MAX)
            walk(tlv.value, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    walk(bytes_of(data, size), 0);
    return 0;
}
