/* atr: the Answer To Reset (ISO/IEC 7816-3 §8.2, TS 102 221 §6.3). */
#ifndef EMUICC_CARD_PERSONALITY_ATR_H
#define EMUICC_CARD_PERSONALITY_ATR_H

#include "apdu/bytes.h"

#define ATR_SIZE_MAX 33 /* TS and at most 32 characters (ISO/IEC 7816-3 §8.2.1) */
#define ATR_HISTORICAL_MAX 15

struct atr {
    uint8_t data[ATR_SIZE_MAX];
    size_t len;
};

/* An eUICC that offers T=0 and nothing else, with the check character it then needs. */
void atr_compose(struct atr *out);
/* The same with these historical bytes; false if there are too many. */
bool atr_compose_with(struct bytes historical, struct atr *out);
/* Any chip's: false unless it has the length that it announces, and the check character of that
 * protocol (ISO/IEC 7816-3 §8.2.5). */
bool atr_parse(struct bytes whole, struct atr *out);

static inline struct bytes atr_bytes(const struct atr *atr)
{
    return bytes_of(atr->data, atr->len);
}

#endif
