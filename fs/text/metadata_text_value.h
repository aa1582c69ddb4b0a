/* metadata_text_value: keys of an operator's text, and how their values are read. */
#ifndef EMUICC_FS_TEXT_METADATA_TEXT_VALUE_H
#define EMUICC_FS_TEXT_METADATA_TEXT_VALUE_H

#include "fs/text/metadata_text_data.h"

#define METADATA_TEXT_SEPARATORS ", \t" /* between the words of a value */

/* Applies a value, which it may take apart; returns what is wrong with it, or NULL. path: of the
 * text. */
typedef const char *metadata_text_setter(struct metadata_text *metadata, const char *path,
                                         char *value);
struct metadata_text_key {
    const char *key;
    metadata_text_setter *set;
};
struct metadata_text_keys {
    const struct metadata_text_key *rows;
    size_t count;
};

struct metadata_text_word {
    const char *text; /* NULL ends the list */
    uint32_t value;
};
bool metadata_text_find_word(const struct metadata_text_word *words, const char *text,
                             uint32_t *value);
/* Copies a text of at most so many characters, or says what is wrong with it. */
const char *metadata_text_set(char *out, size_t size, size_t characters, const char *value);

#endif
