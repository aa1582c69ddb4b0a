/* habits: what chips do each in their own way between the reader and the applications, where the
 * standards leave it to them (ISO/IEC 7816-3 §12, TS 102 221 §7.3, §8.7) or in spite of them. */
#ifndef EMUICC_CARD_PERSONALITY_HABITS_H
#define EMUICC_CARD_PERSONALITY_HABITS_H

#include "apdu/apdu.h"

/* Where the answer to a command with data and Le goes. */
enum habits_answers {
    HABITS_ANSWERS_BY_LE,   /* into the response if it fits Le, else 61xx */
    HABITS_ANSWERS_FETCHED, /* always 61xx, as over T=0 */
    HABITS_ANSWERS_AT_ONCE, /* into the response, with or without Le, as far as 256 bytes go */
};
/* Whether a change of profile with refreshFlag reaches the terminal. */
enum habits_refresh { HABITS_REFRESH_91XX, HABITS_REFRESH_SILENT };
/* P3 = 00 for "no Le" and no Le for "all there is", as T=0 and many clients have it. */
enum habits_le { HABITS_LE_LENIENT, HABITS_LE_EXACT };

struct habits {
    uint32_t channels; /* beside the basic one, at most APDU_CHANNELS - 1 */
    int answers;       /* enum habits_answers */
    int refresh;       /* enum habits_refresh */
    int le;            /* enum habits_le */
    int extended;      /* 0: APDUs of extended length are of wrong length */
};

extern const struct habits habits_default;

/* The Le that the answer is measured by. */
size_t habits_le_of(const struct habits *habits, const struct apdu *apdu);

#endif
