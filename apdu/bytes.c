#include "apdu/bytes.h"

bool bytes_take(struct bytes *from, size_t len, struct bytes *out)
{
    if (from->len < len)
        return false;
    *out = bytes_of(from->data, len);
    from->len -= len;
    if (len > 0)
        from->data += len;
    return true;
}

bool bytes_take_u8(struct bytes *from, uint8_t *out)
{
    struct bytes one;
    if (!bytes_take(from, 1, &one))
        return false;
    *out = one.data[0];
    return true;
}

bool bytes_take_u16(struct bytes *from, uint16_t *out)
{
    struct bytes two;
    if (!bytes_take(from, 2, &two))
        return false;
    *out = (uint16_t)(two.data[0] << 8 | two.data[1]);
    return true;
}

bool bytes_copy_exact(struct bytes from, void *out, size_t len)
{
    if (from.len != len)
        return false;
    if (len > 0)
        memcpy(out, from.data, len);
    return true;
}

bool bytes_to_u32(struct bytes from, uint32_t *out)
{
    if (from.len > sizeof(*out))
        return false;
    uint32_t value = 0;
    /*@ loop invariant i <= from.len;
        loop assigns i, value;
        loop variant from.len - i; */
    for (size_t i = 0; i < from.len; i++)
        value = value << 8 | from.data[i];
    *out = value;
    return true;
}

uint8_t *writer_reserve(struct writer *writer, size_t len)
{
    if (writer->overflow || writer->capacity - writer->len < len) {
        writer->overflow = true;
        return NULL;
    }
    uint8_t *room = writer->data + writer->len;
    writer->len += len;
    return room;
}

void writer_put(struct writer *writer, struct bytes bytes)
{
    if (bytes.len == 0)
        return;
    uint8_t *room = writer_reserve(writer, bytes.len);
    if (room != NULL)
        memmove(room, bytes.data, bytes.len);
}

void writer_put_u8(struct writer *writer, uint8_t value)
{
    writer_put(writer, bytes_of(&value, 1));
}

void writer_put_u16(struct writer *writer, uint16_t value)
{
    const uint8_t two[] = {(uint8_t)(value >> 8), (uint8_t)value};
    writer_put(writer, bytes_of(two, sizeof(two)));
}

void writer_fill(struct writer *writer, uint8_t value, size_t count)
{
    if (count == 0)
        return;
    uint8_t *room = writer_reserve(writer, count);
    if (room != NULL)
        memset(room, value, count);
}
