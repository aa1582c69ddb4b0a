#include "tools/lib/at/values.h"

#include "apdu/hex.h"

struct values values_of(struct bytes text)
{
    return (struct values){text, text.len > 0};
}

static void skip_blanks(struct bytes *from)
{
    struct bytes blank;
    while (from->len > 0 && from->data[0] == ' ')
        bytes_take(from, 1, &blank);
}

static size_t until(struct bytes from, char end)
{
    const uint8_t *at = from.len > 0 ? memchr(from.data, end, from.len) : NULL;
    return at != NULL ? (size_t)(at - from.data) : from.len;
}

static bool take_quoted(struct bytes *from, struct bytes *out)
{
    struct bytes mark;
    return bytes_take(from, 1, &mark) && bytes_take(from, until(*from, '"'), out) &&
           bytes_take(from, 1, &mark);
}

static bool take_bare(struct bytes *from, struct bytes *out)
{
    bytes_take(from, until(*from, ','), out);
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->len--;
    return until(*out, '"') == out->len;
}

bool values_take(struct values *values, struct bytes *out)
{
    struct values next = *values;
    struct bytes text, comma;
    if (!values->more)
        return false;
    skip_blanks(&next.rest);
    const bool quoted = next.rest.len > 0 && next.rest.data[0] == '"';
    if (!(quoted ? take_quoted(&next.rest, &text) : take_bare(&next.rest, &text)))
        return false;
    skip_blanks(&next.rest);
    next.more = bytes_take(&next.rest, 1, &comma);
    if (next.more && comma.data[0] != ',')
        return false;
    *values = next;
    *out = text;
    return true;
}

bool values_take_number(struct values *values, uint32_t max, uint32_t *out)
{
    struct values next = *values;
    struct bytes text;
    uint64_t number = 0;
    if (!values_take(&next, &text) || text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = 10 * number + (uint64_t)(text.data[i] - '0');
        if (number > max)
            return false;
    }
    *values = next;
    *out = (uint32_t)number;
    return true;
}

static bool decode(struct bytes digits, struct writer *out)
{
    for (size_t i = 0; i + 1 < digits.len; i += 2) {
        const int high = hex_digit((char)digits.data[i]);
        const int low = hex_digit((char)digits.data[i + 1]);
        if (high < 0 || low < 0)
            return false;
        writer_put_u8(out, (uint8_t)(high << 4 | low));
    }
    return digits.len > 0 && digits.len % 2 == 0 && !out->overflow;
}

bool values_take_hex(struct values *values, struct writer *out)
{
    struct values next = *values;
    struct writer filled = *out;
    struct bytes digits;
    if (!values_take(&next, &digits) || !decode(digits, &filled))
        return false;
    *values = next;
    *out = filled;
    return true;
}
