/* words: the words of a value, in a personality's text and in --install. */
#ifndef EMUICC_CARD_PERSONALITY_WORDS_H
#define EMUICC_CARD_PERSONALITY_WORDS_H

#include "isd-r/isd_r.h"

/* Cuts the next word off the front of *from, at one of these separators or its end; the separator
 * and blanks around it are skipped. False if nothing is left. Two separators have an empty word
 * between them, and so has one that nothing follows: it is never skipped. */
bool words_take(struct bytes *from, const char *separators, struct bytes *word);
void words_skip_blanks(struct bytes *from);
/* Hexadecimal digits of an AID. */
bool words_to_aid(const char *value, struct isd_r_aid *out);

#endif
