#include "tools/lib/common/text.h"

#include <stdlib.h>

#include <stdio.h>

#include "apdu/der.h"
#include "apdu/hex.h"

#define TEXT_BYTES 1100

/* Bytes of the character that begins here; 0 if it is none that may be shown. */
static size_t character_len(struct bytes from)
{
    const uint8_t first = from.data[0];
    if (first < 0x80)
        return first >= 0x20 && first != 0x7F ? 1 : 0;
    const size_t len = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (from.len < len || !der_is_utf8(bytes_of(from.data, len), 1))
        return 0;
    /* The second row of control characters: U+0080 to U+009F. */
    return first == 0xC2 && from.data[1] < 0xA0 ? 0 : len;
}

void text_clean(struct bytes from, char *text, size_t size)
{
    struct bytes character;
    while (from.len > 0) {
        size_t len = character_len(from);
        if (size <= (len > 0 ? len : 1))
            break;
        const bool good = len > 0;
        len = good ? len : 1;
        bytes_take(&from, len, &character);
        memcpy(text, good ? (const void *)character.data : "?", len);
        text += len;
        size -= len;
    }
    *text = '\0';
}

json_t *text_json(struct bytes from)
{
    char text[TEXT_BYTES];
    text_clean(from, text, sizeof(text));
    return json_string(text);
}

json_t *text_json_hex(struct bytes from)
{
    char *text = malloc(HEX_SIZE(from.len));
    if (text == NULL)
        return NULL;
    hex_encode(from, text);
    json_t *string = json_string(text);
    free(text);
    return string;
}

size_t text_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((uint8_t)*text & 0xC0) != 0x80;
    return width;
}

void text_swapped_digits(struct bytes from, char *text, size_t size)
{
    for (size_t i = 0; i < 2 * from.len && i + 1 < size; i++) {
        const uint8_t nibble = from.data[i / 2] >> (i % 2 == 0 ? 0 : 4) & 0x0F;
        if (nibble > 9)
            break;
        *text++ = (char)('0' + nibble);
    }
    *text = '\0';
}

void text_version(struct bytes version, char text[TEXT_VERSION_SIZE])
{
    text[0] = '\0';
    if (version.len == 3)
        snprintf(text, TEXT_VERSION_SIZE, "%u.%u.%u", version.data[0], version.data[1],
                 version.data[2]);
}

void text_mcc_mnc(struct bytes from, char text[TEXT_MCC_MNC_SIZE])
{
    /* MCC2 MCC1, MNC3 MCC3, MNC2 MNC1: which nibble each character comes from, low one first. */
    static const uint8_t order[] = {0, 1, 2, 4, 5, 3};
    size_t len = 0;
    for (size_t i = 0; from.len == 3 && i < sizeof(order); i++) {
        const uint8_t nibble = from.data[order[i] / 2] >> (order[i] % 2 == 0 ? 0 : 4) & 0x0F;
        if (nibble == 0x0F) /* an MNC of two digits */
            continue;
        text[len++] = nibble > 9 ? '*' : (char)('0' + nibble);
    }
    text[len] = '\0';
}
