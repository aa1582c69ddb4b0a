/* metadata_text_keys: the keys of an operator's text, a table a release of SGP.22; metadata_text's
 * own. */
#ifndef EMUICC_FS_TEXT_METADATA_TEXT_KEYS_H
#define EMUICC_FS_TEXT_METADATA_TEXT_KEYS_H

#include "fs/text/metadata_text.h"

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
extern const struct metadata_text_keys metadata_text_v3_keys;

struct metadata_text_word {
    const char *text; /* NULL ends the list */
    uint32_t value;
};
bool metadata_text_find_word(const struct metadata_text_word *words, const char *text,
                             uint32_t *value);
/* Copies a text of at most so many characters, or says what is wrong with it. */
const char *metadata_text_set(char *out, size_t size, size_t characters, const char *value);

/* Appends what a chip with these capabilities is told beside the fields of v2. */
void metadata_text_put_v3(const struct metadata_text *metadata, uint32_t capability,
                          struct writer *out);

#endif
