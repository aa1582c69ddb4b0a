/* personality_table: the keys of a personality, one row each. */
#ifndef EMUICC_CARD_PERSONALITY_PERSONALITY_TABLE_H
#define EMUICC_CARD_PERSONALITY_PERSONALITY_TABLE_H

#include "card/personality/personality.h"

struct personality_row;

/* Reads one value (a text without blanks around it) into the personality: false if it is none.
 * again: the key has been there before in this text (repeatable ones only). */
typedef bool personality_reader(struct personality *personality, const struct personality_row *row,
                                const char *value, bool again);

struct personality_row {
    const char *key;
    personality_reader *read;
    size_t offset;            /* of the value in struct personality */
    uint32_t limit;           /* greatest number, most characters or bytes */
    bool optional;            /* `none` is a value: the chip does not have it */
    bool repeatable;          /* the first line replaces the default, each further one adds */
    const char *const *words; /* names of bits 0, 1, …, or of numbers; NULL ends, "" is nameless */
    const char *form;         /* what a value looks like */
    const char *help;
};

extern const struct personality_row personality_table[];
extern const size_t personality_table_count;

/* NULL if there is no such key. */
const struct personality_row *personality_table_find(const char *key);

#endif
