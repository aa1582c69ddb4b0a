#include "apdu/der.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

bool der_to_integer(struct bytes value, int64_t *out)
{
    if (value.len == 0 || value.len > sizeof(*out))
        return false;
    const bool negative = (value.data[0] & 0x80) != 0;
    if (value.len > 1 && value.data[0] == (negative ? 0xFF : 0x00) &&
        ((value.data[1] & 0x80) != 0) == negative)
        return false; /* not minimal */
    uint64_t bits = negative ? UINT64_MAX : 0;
    /*@ loop invariant i <= value.len;
        loop assigns i, bits;
        loop variant value.len - i; */
    for (size_t i = 0; i < value.len; i++)
        bits = bits << 8 | value.data[i];
    *out = (int64_t)bits;
    return true;
}

bool der_to_unsigned(struct bytes value, uint32_t max, uint32_t *out)
{
    int64_t number;
    if (!der_to_integer(value, &number) || number < 0 || number > max)
        return false;
    *out = (uint32_t)number;
    return true;
}

void der_put_integer(struct writer *writer, uint32_t tag, int64_t value)
{
    uint8_t bytes[sizeof(value)];
    /*@ loop invariant i <= sizeof(bytes);
        loop assigns i, bytes[0 .. sizeof(bytes) - 1];
        loop variant sizeof(bytes) - i; */
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)((uint64_t)value >> 8 * (sizeof(bytes) - 1 - i));
    const uint8_t sign = value < 0 ? 0xFF : 0x00;
    size_t skip = 0;
    /*@ loop invariant skip <= sizeof(bytes) - 1;
        loop assigns skip;
        loop variant sizeof(bytes) - skip; */
    while (skip < sizeof(bytes) - 1 && bytes[skip] == sign &&
           ((bytes[skip + 1] ^ sign) & 0x80) == 0)
        skip++;
    tlv_put(writer, tag, bytes_of(bytes + skip, sizeof(bytes) - skip));
}

void der_put_unsigned(struct writer *writer, uint32_t tag, struct bytes number)
{
    /*@ loop invariant readable(number) && number.len <= \at(number.len, Pre);
        loop assigns number;
        loop variant number.len; */
    while (number.len > 1 && number.data[0] == 0)
        number = bytes_of(number.data + 1, number.len - 1);
    if (number.len == 0) {
        tlv_put_u8(writer, tag, 0);
        return;
    }
    const bool pad = (number.data[0] & 0x80) != 0;
    tlv_put_header(writer, tag, number.len + pad);
    if (pad)
        writer_put_u8(writer, 0);
    writer_put(writer, number);
}

bool der_to_boolean(struct bytes value, bool *out)
{
    if (value.len != 1)
        return false;
    *out = value.data[0] != 0;
    return true;
}

void der_put_boolean(struct writer *writer, uint32_t tag, bool value)
{
    tlv_put_u8(writer, tag, value ? 0xFF : 0x00);
}

bool der_to_bits(struct bytes value, uint32_t *bits)
{
    if (value.len == 0 || value.len > 1 + sizeof(*bits) || value.data[0] > 7 ||
        (value.len == 1 && value.data[0] != 0))
        return false;
    const unsigned count = (unsigned)(8 * (value.len - 1)) - value.data[0];
    uint32_t result = 0;
    /*@ loop invariant n <= count;
        loop assigns n, result;
        loop variant count - n; */
    for (unsigned n = 0; n < count; n++)
        if (value.data[1 + n / 8] & (0x80 >> n % 8))
            result |= UINT32_C(1) << n;
    *bits = result;
    return true;
}

void der_put_bits(struct writer *writer, uint32_t tag, uint32_t bits)
{
    uint8_t coded[1 + sizeof(bits)] = {0};
    unsigned count = 0;
    /*@ loop invariant count <= n <= 32;
        loop assigns n, count, coded[1 .. 4];
        loop variant 32 - n; */
    for (unsigned n = 0; n < 32; n++) {
        if (!der_bit(bits, n))
            continue;
        coded[1 + n / 8] |= (uint8_t)(0x80 >> n % 8);
        count = n + 1;
    }
    const unsigned whole = (count + 7) / 8;
    coded[0] = (uint8_t)(8 * whole - count);
    tlv_put(writer, tag, bytes_of(coded, 1 + whole));
}

/* One base-128 number off the front of an OID. */
/*@ requires \valid(oid) && \valid(arc) && \separated(oid, arc) && readable(*oid);
    assigns *oid, *arc;
    ensures readable(*oid) && oid->len <= \old(oid->len);
    ensures \result ==> oid->len < \old(oid->len); */
static bool take_arc(struct bytes *oid, uint64_t *arc)
{
    uint64_t value = 0;
    uint8_t byte;
    /*@ loop invariant readable(*oid) && oid->len <= \at(oid->len, Pre);
        loop assigns value, byte, *oid;
        loop variant oid->len; */
    do {
        if (!bytes_take_u8(oid, &byte) || value > UINT64_MAX >> 7 || (value == 0 && byte == 0x80))
            return false;
        value = value << 7 | (byte & 0x7F);
    } while (byte & 0x80);
    *arc = value;
    return true;
}

bool der_oid_to_text(struct bytes oid, char *text, size_t size)
{
    uint64_t arc;
    if (!take_arc(&oid, &arc))
        return false;
    const uint64_t first = arc < 80 ? arc / 40 : 2;
    int more = snprintf(text, size, "%" PRIu64 ".%" PRIu64, first, arc - 40 * first);
    size_t used = 0;
    /*@ loop invariant readable(oid) && used < size;
        loop assigns oid, arc, used, more, text[0 .. size - 1];
        loop variant oid.len; */
    while (more >= 0 && (size_t)more < size - used && oid.len > 0) {
        used += (size_t)more;
        if (!take_arc(&oid, &arc))
            return false;
        more = snprintf(text + used, size - used, ".%" PRIu64, arc);
    }
    return more >= 0 && (size_t)more < size - used;
}

/*@ requires writable(out);
    assigns *out, out->data[0 .. out->capacity - 1];
    ensures grown{Pre, Post}(out); */
static void put_arc(struct writer *out, uint64_t arc)
{
    int groups = 1;
    /*@ loop invariant 1 <= groups <= 9;
        loop assigns groups;
        loop variant 9 - groups; */
    while (groups < 9 && arc >> 7 * groups != 0)
        groups++;
    /*@ loop invariant -1 <= i < groups && grown{Pre, Here}(out);
        loop assigns i, *out;
        loop assigns \at(out->data, Pre)[0 .. \at(out->capacity, Pre) - 1];
        loop variant i; */
    for (int i = groups - 1; i >= 0; i--)
        writer_put_u8(out, (uint8_t)((arc >> 7 * i & 0x7F) | (i > 0 ? 0x80 : 0)));
}

/*@ requires \valid(text) && \valid(arc) && \separated(text, arc) && valid_read_string(*text);
    assigns *text, *arc;
    ensures valid_read_string(*text) && strlen(*text) <= strlen(\old(*text));
    ensures \result ==> *arc <= 0xFFFFFFFF; */
static bool read_arc(const char **text, uint64_t *arc)
{
    if (**text < '0' || **text > '9')
        return false;
    char *end;
    *arc = strtoull(*text, &end, 10);
    *text = end;
    return *arc <= UINT32_MAX;
}

bool der_oid_from_text(const char *text, struct writer *out)
{
    const struct writer before = *out;
    uint64_t first, second, arc;
    if (!read_arc(&text, &first) || *text++ != '.' || !read_arc(&text, &second) || first > 2 ||
        (first < 2 && second >= 40))
        return false;
    put_arc(out, 40 * first + second);
    /*@ loop invariant valid_read_string(text) && grown{Pre, Here}(out);
        loop assigns text, arc, *out;
        loop assigns \at(out->data, Pre)[0 .. \at(out->capacity, Pre) - 1];
        loop variant strlen(text); */
    while (*text == '.') {
        text++;
        if (!read_arc(&text, &arc)) {
            *out = before;
            return false;
        }
        put_arc(out, arc);
    }
    if (*text == '\0' && !out->overflow)
        return true;
    *out = before;
    return false;
}

/* Bytes of the character that starts with this one (RFC 3629 §3), 0 if none does. */
/*@ assigns \nothing;
    ensures \result <= 4 && (\result == 1 <==> first < 0x80); */
static size_t utf8_len(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if ((first & 0xF0) == 0xE0)
        return 3;
    return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

/*@ requires readable(character) && character.len >= 1;
    requires character.len == 1 ==> character.data[0] < 0x80;
    assigns \nothing; */
static bool utf8_follows(struct bytes character)
{
    /*@ loop invariant 1 <= i <= character.len;
        loop assigns i;
        loop variant character.len - i; */
    for (size_t i = 1; i < character.len; i++)
        if ((character.data[i] & 0xC0) != 0x80)
            return false;
    const uint8_t *at = character.data;
    /* overlong forms, surrogates, and numbers past U+10FFFF */
    return !(at[0] == 0xE0 && at[1] < 0xA0) && !(at[0] == 0xED && at[1] > 0x9F) &&
           !(at[0] == 0xF0 && at[1] < 0x90) && !(at[0] == 0xF4 && at[1] > 0x8F);
}

bool der_is_utf8(struct bytes value, size_t max_characters)
{
    size_t count = 0;
    /*@ loop invariant readable(value) && count <= \at(value.len, Pre) - value.len;
        loop assigns value, count;
        loop variant value.len; */
    while (value.len > 0) {
        struct bytes character;
        const size_t len = utf8_len(value.data[0]);
        if (len == 0 || !bytes_take(&value, len, &character) || !utf8_follows(character))
            return false;
        count++;
    }
    return count <= max_characters;
}
