#include "tools/lib/common/base64.h"

#define GROUP_DIGITS 4 /* digits that stand for three bytes */
#define DIGIT_BITS 6

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* What a digit stands for, and one more; 0: no digit. */
static const uint8_t values[UINT8_MAX + 1] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64};

static char *put_digits(char *text, uint32_t group)
{
    for (int shift = 3 * DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS)
        *text++ = digits[group >> shift & 0x3F];
    return text;
}

void base64_encode(struct bytes bytes, char *text)
{
    size_t at = 0;
    for (; bytes.len - at >= 3; at += 3)
        text = put_digits(text, (uint32_t)bytes.data[at] << 16 | (uint32_t)bytes.data[at + 1] << 8 |
                                    bytes.data[at + 2]);
    if (at < bytes.len) {
        const bool two = bytes.len - at == 2;
        text = put_digits(text, (uint32_t)bytes.data[at] << 16 |
                                    (two ? (uint32_t)bytes.data[at + 1] << 8 : 0));
        text[-1] = '=';
        if (!two)
            text[-2] = '=';
    }
    *text = '\0';
}

static int digit_value(uint8_t character)
{
    return values[character] - 1;
}

/* Whole groups of digits and nothing else, as many as stand in front. */
static struct bytes decode_groups(struct bytes text, struct writer *out)
{
    while (text.len >= GROUP_DIGITS && out->capacity - out->len >= 3) {
        const uint8_t *at = text.data;
        const uint32_t a = values[at[0]], b = values[at[1]], c = values[at[2]], d = values[at[3]];
        if (a == 0 || b == 0 || c == 0 || d == 0)
            break;
        const uint32_t group = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
        uint8_t *to = out->data + out->len;
        to[0] = (uint8_t)(group >> 16);
        to[1] = (uint8_t)(group >> 8);
        to[2] = (uint8_t)group;
        out->len += 3;
        text = bytes_of(at + GROUP_DIGITS, text.len - GROUP_DIGITS);
    }
    return text;
}

static bool is_blank(uint8_t character)
{
    return character == ' ' || character == '\n' || character == '\r' || character == '\t';
}

/* One group of `count` digits (2 to 4) whose bits stand at the top of a 24-bit number. */
static void put_group(struct writer *out, uint32_t group, size_t count)
{
    for (size_t i = 0; i + 1 < count; i++)
        writer_put_u8(out, (uint8_t)(group >> (16 - 8 * i)));
}

static bool decode(struct bytes text, struct writer *out)
{
    uint32_t group = 0;
    size_t count = 0, padding = 0;
    text = decode_groups(text, out);
    for (size_t i = 0; i < text.len; i++) {
        if (is_blank(text.data[i]))
            continue;
        const int value = digit_value(text.data[i]);
        if (text.data[i] == '=' && count >= 2 && count + padding < GROUP_DIGITS) {
            padding++;
        } else if (value < 0 || padding > 0) {
            return false;
        } else {
            group |= (uint32_t)value << (18 - DIGIT_BITS * count++);
            if (count == GROUP_DIGITS) {
                put_group(out, group, count);
                group = 0;
                count = 0;
            }
        }
    }
    if (count > 0 && count + padding == GROUP_DIGITS) {
        put_group(out, group, count);
        count = 0;
    }
    return count == 0 && !out->overflow;
}

bool base64_decode(struct bytes text, struct writer *out)
{
    const struct writer before = *out;
    if (decode(text, out))
        return true;
    *out = before;
    return false;
}
