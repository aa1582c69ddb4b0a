#include "tools/lib/common/base64.h"

#define GROUP_DIGITS 4 /* digits that stand for three bytes */
#define DIGIT_BITS 6

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct bytes bytes, char *text)
{
    for (size_t at = 0; at < bytes.len; at += 3) {
        const size_t left = bytes.len - at;
        const uint32_t group = (uint32_t)bytes.data[at] << 16 |
                               (left > 1 ? (uint32_t)bytes.data[at + 1] << 8 : 0) |
                               (left > 2 ? bytes.data[at + 2] : 0);
        for (size_t i = 0; i < GROUP_DIGITS; i++)
            *text++ = i <= left ? digits[group >> (18 - DIGIT_BITS * i) & 0x3F] : '=';
    }
    *text = '\0';
}

static int digit_value(uint8_t character)
{
    const char *found = character != '\0' ? strchr(digits, character) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
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
