#include "fs/births/births_list.h"

#include "apdu/tlv.h"

#define VALUE_TAG 0x30
#define NAME_TAG 0x0C
#define CONTENT_TAG 0x04

void births_list_put(struct writer *out, struct bytes name, struct bytes value)
{
    const size_t mark = tlv_open(out, VALUE_TAG);
    tlv_put(out, NAME_TAG, name);
    tlv_put(out, CONTENT_TAG, value);
    tlv_close(out, mark);
}

void births_list_put_common(struct writer *out, struct bytes name)
{
    const size_t mark = tlv_open(out, VALUE_TAG);
    tlv_put(out, NAME_TAG, name);
    tlv_close(out, mark);
}

bool births_list_take(struct bytes *list, struct births_value *out)
{
    struct tlv whole, name, content;
    if (!tlv_take_tag(list, VALUE_TAG, &whole) || !tlv_take_tag(&whole.value, NAME_TAG, &name) ||
        !tlv_take_optional(&whole.value, CONTENT_TAG, &content) || whole.value.len > 0)
        return false;
    *out = (struct births_value){name.value, content.value, content.tag == 0};
    return true;
}

int births_list_seal(const uint8_t eid[PKI_EID_SIZE], struct bytes values,
                     uint8_t seal[SHA256_SIZE])
{
    const struct bytes parts[] = {bytes_of(eid, PKI_EID_SIZE), values};
    return sha256(parts, sizeof(parts) / sizeof(parts[0]), seal);
}
