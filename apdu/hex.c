#include "apdu/hex.h"

void hex_encode(struct bytes bytes, char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < bytes.len; i++) {
        *text++ = digits[bytes.data[i] >> 4];
        *text++ = digits[bytes.data[i] & 0x0F];
    }
    *text = '\0';
}

int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return -1;
}

bool hex_decode(const char *text, struct writer *out)
{
    const struct writer before = *out;
    while (*text != '\0') {
        if (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r') {
            text++;
            continue;
        }
        const int high = hex_digit(text[0]);
        const int low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            break;
        writer_put_u8(out, (uint8_t)(high << 4 | low));
        text += 2;
    }
    if (*text == '\0' && !out->overflow)
        return true;
    *out = before;
    return false;
}
