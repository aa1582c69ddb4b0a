#include "apdu/tlv.h"

#define TAG_NUMBER_FOLLOWS 0x1F /* low bits of a first tag byte: the number is in the next ones */
#define TAG_MORE 0x80           /* in a following tag byte: another one follows */
#define TAG_BYTES_MAX 3
#define LENGTH_LONG 0x80 /* a length byte that counts length bytes instead */
#define LENGTH_BYTES_MAX 3

/*@ requires \valid(from) && \valid(tag) && \separated(from, tag) && readable(*from);
    assigns *from, *tag;
    ensures readable(*from) && \old(from->len) - 3 <= from->len <= \old(from->len);
    ensures \result == TLV_FRONT_OK ==> from->len < \old(from->len);
    ensures \result == TLV_FRONT_SHORT ==> from->len == 0 && \old(from->len) < TAG_BYTES_MAX; */
static enum tlv_front read_tag(struct bytes *from, uint32_t *tag)
{
    uint8_t byte;
    if (!bytes_take_u8(from, &byte))
        return TLV_FRONT_SHORT;
    *tag = byte;
    if ((byte & TAG_NUMBER_FOLLOWS) != TAG_NUMBER_FOLLOWS)
        return TLV_FRONT_OK;
    /*@ loop invariant 1 <= count <= TAG_BYTES_MAX && readable(*from);
        loop invariant from->len == \at(from->len, Pre) - count;
        loop invariant count == 1 ==> *tag <= 0xFF;
        loop invariant count == 2 ==> *tag <= 0xFFFF;
        loop assigns count, byte, *tag, *from;
        loop variant TAG_BYTES_MAX - count; */
    for (int count = 1; count < TAG_BYTES_MAX; count++) {
        if (!bytes_take_u8(from, &byte))
            return TLV_FRONT_SHORT;
        *tag = *tag << 8 | byte;
        if ((byte & TAG_MORE) == 0)
            return TLV_FRONT_OK;
    }
    return TLV_FRONT_BAD;
}

/*@ requires \valid(from) && \valid(len) && \separated(from, len) && readable(*from);
    assigns *from, *len;
    ensures readable(*from) && \old(from->len) - 4 <= from->len <= \old(from->len);
    ensures \result == TLV_FRONT_OK ==> from->len < \old(from->len) && *len <= 0xFFFFFF;
    ensures \result == TLV_FRONT_SHORT ==> \old(from->len) <= LENGTH_BYTES_MAX; */
static enum tlv_front read_length(struct bytes *from, size_t *len)
{
    uint8_t byte;
    if (!bytes_take_u8(from, &byte))
        return TLV_FRONT_SHORT;
    *len = byte;
    if (byte < LENGTH_LONG)
        return TLV_FRONT_OK;
    const int count = byte - LENGTH_LONG;
    if (count == 0 || count > LENGTH_BYTES_MAX)
        return TLV_FRONT_BAD;
    *len = 0;
    /*@ loop invariant 0 <= i <= count && readable(*from);
        loop invariant from->len == \at(from->len, Pre) - 1 - i;
        loop invariant i == 0 ==> *len == 0;
        loop invariant i == 1 ==> *len <= 0xFF;
        loop invariant i == 2 ==> *len <= 0xFFFF;
        loop invariant i == 3 ==> *len <= 0xFFFFFF;
        loop assigns i, byte, *len, *from;
        loop variant count - i; */
    for (int i = 0; i < count; i++) {
        if (!bytes_take_u8(from, &byte))
            return TLV_FRONT_SHORT;
        *len = *len << 8 | byte;
    }
    return TLV_FRONT_OK;
}

/* A tag and a length of one byte each. */
/*@ requires readable(from);
    assigns \nothing;
    ensures \result ==> from.len >= 2 && from.data[1] < LENGTH_LONG; */
static bool is_plain(struct bytes from)
{
    return from.len >= 2 && (from.data[0] & TAG_NUMBER_FOLLOWS) != TAG_NUMBER_FOLLOWS &&
           from.data[1] < LENGTH_LONG;
}

enum tlv_front tlv_read_header(struct bytes from, struct tlv_header *out)
{
    if (is_plain(from)) { /* most are */
        *out = (struct tlv_header){.tag = from.data[0], .header_len = 2, .value_len = from.data[1]};
        return TLV_FRONT_OK;
    }
    struct bytes rest = from;
    struct tlv_header header = {0};
    enum tlv_front front = read_tag(&rest, &header.tag);
    if (front == TLV_FRONT_OK)
        front = read_length(&rest, &header.value_len);
    if (front != TLV_FRONT_OK)
        return front;
    header.header_len = from.len - rest.len;
    *out = header;
    return TLV_FRONT_OK;
}

bool tlv_take(struct bytes *from, struct tlv *out)
{
    struct tlv_header header;
    if (tlv_read_header(*from, &header) != TLV_FRONT_OK)
        return false;
    const size_t len = header.header_len + header.value_len;
    if (from->len < len)
        return false;
    *out = (struct tlv){.tag = header.tag,
                        .value = bytes_of(from->data + header.header_len, header.value_len),
                        .whole = bytes_of(from->data, len)};
    *from = bytes_of(from->data + len, from->len - len);
    return true;
}

bool tlv_take_tag(struct bytes *from, uint32_t tag, struct tlv *out)
{
    struct bytes rest = *from;
    struct tlv tlv;
    if (!tlv_take(&rest, &tlv) || tlv.tag != tag)
        return false;
    *from = rest;
    *out = tlv;
    return true;
}

bool tlv_take_optional(struct bytes *from, uint32_t tag, struct tlv *out)
{
    struct bytes rest = *from;
    struct tlv tlv;
    if (from->len == 0) {
        *out = (struct tlv){0};
        return true;
    }
    if (!tlv_take(&rest, &tlv))
        return false;
    if (tlv.tag != tag) {
        *out = (struct tlv){0};
        return true;
    }
    *from = rest;
    *out = tlv;
    return true;
}

bool tlv_find(struct bytes in, uint32_t tag, struct tlv *out)
{
    struct tlv tlv;
    /*@ loop invariant readable(in) && in.len <= \at(in.len, Pre);
        loop assigns in, tlv;
        loop variant in.len; */
    while (tlv_take(&in, &tlv)) {
        if (tlv.tag == tag) {
            *out = tlv;
            return true;
        }
    }
    return false;
}

bool tlv_whole(struct bytes in, uint32_t tag, struct tlv *out)
{
    struct tlv tlv;
    if (!tlv_take_tag(&in, tag, &tlv) || in.len != 0)
        return false;
    *out = tlv;
    return true;
}

/*@ assigns \nothing;
    ensures 1 <= \result <= 3; */
static size_t tag_len(uint32_t tag)
{
    return tag > 0xFFFF ? 3 : tag > 0xFF ? 2 : 1;
}

/*@ logic integer length_bytes(integer len) =
        len < 0x80 ? 1 : len <= 0xFF ? 2 : len <= 0xFFFF ? 3 : 4; */

/*@ assigns \nothing;
    ensures \result == length_bytes(len); */
static size_t length_len(size_t len)
{
    return len < 0x80 ? 1 : len <= 0xFF ? 2 : len <= 0xFFFF ? 3 : 4;
}

size_t tlv_header_len(uint32_t tag, size_t value_len)
{
    return tag_len(tag) + length_len(value_len);
}

void tlv_put_tag(struct writer *writer, uint32_t tag)
{
    /*@ loop invariant left <= 3 && grown{Pre, Here}(writer);
        loop invariant writer->overflow || writer->len == \at(writer->len, Pre) + \at(left,
       LoopEntry) - left; loop assigns left, *writer;
        loop assigns \at(writer->data, Pre)[0 .. \at(writer->capacity, Pre) - 1]; loop
       variant left; */
    for (size_t left = tag_len(tag); left > 0; left--)
        writer_put_u8(writer, (uint8_t)(tag >> 8 * (left - 1)));
}

/*@ requires \valid(at + (0 .. length_bytes(len) - 1));
    assigns at[0 .. length_bytes(len) - 1]; */
static void write_length(uint8_t *at, size_t len)
{
    const size_t count = length_len(len);
    if (count == 1) {
        at[0] = (uint8_t)len;
        return;
    }
    at[0] = (uint8_t)(LENGTH_LONG | (count - 1));
    /*@ loop invariant 1 <= i <= count;
        loop assigns i, at[1 .. count - 1];
        loop variant count - i; */
    for (size_t i = 1; i < count; i++)
        at[i] = (uint8_t)(len >> 8 * (count - 1 - i));
}

void tlv_put_header(struct writer *writer, uint32_t tag, size_t value_len)
{
    tlv_put_tag(writer, tag);
    uint8_t *room = writer_reserve(writer, length_len(value_len));
    if (room != NULL)
        write_length(room, value_len);
}

size_t tlv_open(struct writer *writer, uint32_t tag)
{
    tlv_put_tag(writer, tag);
    writer_put_u8(writer, 0);
    return writer->len;
}

void tlv_close(struct writer *writer, size_t mark)
{
    if (writer->overflow)
        return;
    const size_t len = writer->len - mark;
    const size_t more = length_len(len) - 1;
    if (more > 0) {
        if (writer_reserve(writer, more) == NULL)
            return;
        memmove(writer->data + mark + more, writer->data + mark, len);
    }
    write_length(writer->data + mark - 1, len);
}

void tlv_put(struct writer *writer, uint32_t tag, struct bytes value)
{
    tlv_put_header(writer, tag, value.len);
    writer_put(writer, value);
}

void tlv_put_u8(struct writer *writer, uint32_t tag, uint8_t value)
{
    tlv_put(writer, tag, bytes_of(&value, 1));
}
