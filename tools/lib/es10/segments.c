#include "tools/lib/es10/segments.h"

#include "crypto/primitives/bsp.h"

enum {
    TAG_PACKAGE = 0xBF36,
    TAG_INITIALISE = 0xBF23,
    TAG_FIRST_87 = 0xA0,
    TAG_88 = 0xA1,
    TAG_SECOND_87 = 0xA2,
    TAG_86 = 0xA3,
};

/* How each part of a package is cut, in its order. */
struct part {
    uint32_t tag;
    uint32_t element; /* what it is a sequence of; 0: it is sent whole */
    bool optional;
    bool header_alone; /* its header is a segment, not joined with the first element */
    const char *function;
};

/* clang-format off */
static const struct part parts[] = {
    {TAG_INITIALISE, 0,    false, false, "InitialiseSecureChannel"},
    {TAG_FIRST_87,   0x87, false, false, "ConfigureISDP"},
    {TAG_88,         0x88, false, true,  "StoreMetadata"},
    {TAG_SECOND_87,  0x87, true,  false, "ReplaceSessionKeys"},
    {TAG_86,         0x86, false, true,  "LoadProfileElements"},
};
/* clang-format on */
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static const struct part *part_of(uint32_t tag)
{
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].tag == tag)
            return &parts[i];
    return NULL;
}

static bool is_sequence_of(struct bytes value, uint32_t tag)
{
    struct tlv element;
    if (value.len == 0)
        return false;
    while (tlv_take_tag(&value, tag, &element))
        continue;
    return value.len == 0;
}

static bool take_part(struct bytes *rest, const struct part *part)
{
    struct tlv found;
    if (!tlv_take_optional(rest, part->tag, &found))
        return false;
    if (found.whole.len == 0)
        return part->optional;
    return part->element == 0 || is_sequence_of(found.value, part->element);
}

bool segments_check(struct bytes package)
{
    struct tlv whole;
    if (!tlv_whole(package, TAG_PACKAGE, &whole))
        return false;
    struct bytes rest = whole.value;
    for (size_t i = 0; i < PARTS; i++)
        if (!take_part(&rest, &parts[i]))
            return false;
    return rest.len == 0;
}

/* Bytes of the segment that begins here. */
static size_t segment_len(struct bytes rest)
{
    struct tlv_header header, inner;
    if (tlv_read_header(rest, &header) != TLV_FRONT_OK)
        return 0;
    const struct part *part = part_of(header.tag);
    const bool joined =
        header.tag == TAG_PACKAGE || (part != NULL && part->element != 0 && !part->header_alone);
    if (!joined)
        return part != NULL && part->header_alone ? header.header_len
                                                  : header.header_len + header.value_len;
    const struct bytes content =
        bytes_of(rest.data + header.header_len, rest.len - header.header_len);
    if (tlv_read_header(content, &inner) != TLV_FRONT_OK)
        return 0;
    return header.header_len + inner.header_len + inner.value_len;
}

bool segments_take(struct bytes *rest, struct bytes *segment)
{
    const size_t len = segment_len(*rest);
    return len > 0 && bytes_take(rest, len, segment);
}

size_t segments_take_some(struct bytes *rest, struct bytes *segments, size_t most)
{
    size_t count = 0;
    while (count < most && segments_take(rest, &segments[count]))
        count++;
    return count;
}

const char *segments_function(struct bytes segment)
{
    struct tlv_header header;
    if (tlv_read_header(segment, &header) != TLV_FRONT_OK)
        return NULL;
    const struct part *part = header.tag == TAG_PACKAGE ? &parts[0] : part_of(header.tag);
    return part != NULL ? part->function : NULL;
}

bool segments_metadata(struct bytes package, struct writer *out)
{
    struct tlv whole, sequence, element;
    if (!tlv_whole(package, TAG_PACKAGE, &whole) || !tlv_find(whole.value, TAG_88, &sequence))
        return false;
    while (tlv_take(&sequence.value, &element)) {
        if (element.value.len < BSP_MAC_LEN)
            return false;
        writer_put(out, bytes_of(element.value.data, element.value.len - BSP_MAC_LEN));
    }
    return sequence.value.len == 0 && !out->overflow;
}
