/* personality_table: the keys of a personality, one row each. */
#ifndef EMUICC_CARD_PERSONALITY_PERSONALITY_TABLE_H
#define EMUICC_CARD_PERSONALITY_PERSONALITY_TABLE_H

#include "card/personality/personality_value.h"

extern const struct personality_row personality_table[];
extern const size_t personality_table_count;

/* NULL if there is no such key. */
const struct personality_row *personality_table_find(const char *key);

#endif
