#include "tools/inspect/raw.h"

#include <string.h>

#include "apdu/hex.h"

static const struct {
    const char *key;
    enum raw_kind kind;
} kinds[] = {
    {"power", RAW_POWER}, {"command", RAW_COMMAND}, {"response", RAW_RESPONSE}, {"note", RAW_NOTE}};

static bool read_power(const char *word, enum card_power *power)
{
    static const char *const words[] = {
        [CARD_OFF] = "off", [CARD_ON] = "on", [CARD_RESET] = "reset"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], word) == 0) {
            *power = (enum card_power)i;
            return true;
        }
    return false;
}

bool raw_read(const json_t *event, struct writer *room, struct raw *out)
{
    const char *text = NULL;
    *out = (struct raw){.us = json_integer_value(json_object_get(event, "us"))};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && text == NULL; i++) {
        text = json_string_value(json_object_get(event, kinds[i].key));
        out->kind = kinds[i].kind;
    }
    if (text == NULL || (out->kind == RAW_POWER && !read_power(text, &out->power)))
        return false;
    if (out->kind == RAW_POWER)
        text = json_string_value(json_object_get(event, "atr"));
    out->application = json_string_value(json_object_get(event, "application"));
    out->instruction = json_string_value(json_object_get(event, "instruction"));
    writer_reset(room);
    if (out->kind == RAW_NOTE)
        writer_put(room, bytes_of_text(text));
    else if (text == NULL || !hex_decode(text, room))
        return false;
    out->bytes = writer_bytes(room);
    return !room->overflow;
}
