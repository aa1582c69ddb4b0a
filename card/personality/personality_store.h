/* personality_store: the personality is part of the chip's memory, so that a later start without
 * the option is the same chip. */
#ifndef EMUICC_CARD_PERSONALITY_PERSONALITY_STORE_H
#define EMUICC_CARD_PERSONALITY_PERSONALITY_STORE_H

#include "card/personality/personality.h"
#include "fs/store/store.h"

/* The personality of this start: what is asked for (NULL: nothing), else what the store remembers,
 * else the default one. What is asked for is remembered, uncommitted. Only a new one has an EID:
 * one that is remembered has had its say. 0, or a failure after one trace line: it cannot be read,
 * or an existing chip would have other AIDs. */
int personality_store_choose(struct store *store, const char *asked, struct personality *out);
/* Whether what is asked for can be read: 0, or a failure after one trace line. */
int personality_store_check(const char *asked);

#endif
