#include "fs/text/metadata_text_value.h"

#include <stdio.h>

#include "apdu/der.h"

bool metadata_text_find_word(const struct metadata_text_word *words, const char *text,
                             uint32_t *value)
{
    for (; words->text != NULL; words++) {
        if (strcmp(words->text, text) == 0) {
            *value = words->value;
            return true;
        }
    }
    return false;
}

const char *metadata_text_set(char *out, size_t size, size_t characters, const char *value)
{
    if (!der_is_utf8(bytes_of_text(value), characters))
        return "is too long or no UTF-8";
    snprintf(out, size, "%s", value);
    return NULL;
}
