#include "isd-r/info/tag_list.h"

bool tag_list_take(struct bytes *list, uint32_t *tag)
{
    uint8_t room[TLV_HEADER_MAX];
    struct tlv_header header;
    for (size_t len = 1; len <= list->len && len < sizeof(room); len++) {
        /* A tag becomes a whole element with a length of zero after it. */
        memcpy(room, list->data, len);
        room[len] = 0;
        if (tlv_read_header(bytes_of(room, len + 1), &header) != TLV_FRONT_OK)
            continue;
        struct bytes taken;
        *tag = header.tag;
        return bytes_take(list, header.header_len - 1, &taken);
    }
    return false;
}

bool tag_list_is_one(struct bytes list)
{
    uint32_t tag;
    while (list.len > 0)
        if (!tag_list_take(&list, &tag))
            return false;
    return true;
}

bool tag_list_has(struct bytes list, uint32_t tag)
{
    uint32_t one;
    while (tag_list_take(&list, &one))
        if (one == tag)
            return true;
    return false;
}
