#include "apdu/json_writer.h"

#include <inttypes.h>
#include <stdio.h>

#include "apdu/der.h"
#include "apdu/hex.h"

static void put_text(struct writer *out, const char *text)
{
    writer_put(out, bytes_of_text(text));
}

/* Between two values stands a comma: what was written last says whether one is needed. */
static void begin(struct writer *out, const char *name)
{
    const uint8_t last = out->len > 0 ? out->data[out->len - 1] : '[';
    if (last != '[' && last != '{')
        put_text(out, ",");
    if (name != NULL) {
        put_text(out, "\"");
        put_text(out, name);
        put_text(out, "\":");
    }
}

void json_writer_open_object(struct writer *out, const char *name)
{
    begin(out, name);
    put_text(out, "{");
}

void json_writer_close_object(struct writer *out)
{
    put_text(out, "}");
}

void json_writer_open_list(struct writer *out, const char *name)
{
    begin(out, name);
    put_text(out, "[");
}

void json_writer_close_list(struct writer *out)
{
    put_text(out, "]");
}

static void put_character(struct writer *out, uint8_t character, bool is_utf8)
{
    char escape[8];
    if (character == '"' || character == '\\')
        put_text(out, "\\");
    if (character < ' ' || character == 0x7F) {
        snprintf(escape, sizeof(escape), "\\u%04X", character);
        put_text(out, escape);
    } else if (character > 0x7F && !is_utf8) {
        put_text(out, "\xEF\xBF\xBD");
    } else {
        writer_put_u8(out, character);
    }
}

void json_writer_text(struct writer *out, const char *name, struct bytes text)
{
    const bool is_utf8 = der_is_utf8(text, text.len);
    uint8_t character;
    begin(out, name);
    put_text(out, "\"");
    while (bytes_take_u8(&text, &character))
        put_character(out, character, is_utf8);
    put_text(out, "\"");
}

void json_writer_word(struct writer *out, const char *name, const char *word)
{
    json_writer_text(out, name, bytes_of_text(word));
}

void json_writer_hex(struct writer *out, const char *name, struct bytes bytes)
{
    char digits[HEX_SIZE(1)];
    struct bytes one;
    begin(out, name);
    put_text(out, "\"");
    while (bytes_take(&bytes, 1, &one)) {
        hex_encode(one, digits);
        put_text(out, digits);
    }
    put_text(out, "\"");
}

void json_writer_number(struct writer *out, const char *name, int64_t number)
{
    char digits[24];
    begin(out, name);
    snprintf(digits, sizeof(digits), "%" PRId64, number);
    put_text(out, digits);
}

void json_writer_boolean(struct writer *out, const char *name, bool value)
{
    begin(out, name);
    put_text(out, value ? "true" : "false");
}
