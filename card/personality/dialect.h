/* dialect: how a chip speaks its protocol between the reader and the applications: what the
 * standards leave open (ISO/IEC 7816-3 §12, TS 102 221 §7.3, §8.7), and what chips do against them.
 */
#ifndef EMUICC_CARD_PERSONALITY_DIALECT_H
#define EMUICC_CARD_PERSONALITY_DIALECT_H

#include "apdu/apdu.h"

/* Where the answer to a command with data and Le goes. */
enum dialect_answers {
    DIALECT_ANSWERS_BY_LE,   /* into the response if it fits Le, else 61xx */
    DIALECT_ANSWERS_FETCHED, /* always 61xx, as over T=0 */
    DIALECT_ANSWERS_AT_ONCE, /* into the response, with or without Le, as far as 256 bytes go */
};
/* Whether a change of profile with refreshFlag reaches the terminal. */
enum dialect_refresh { DIALECT_REFRESH_91XX, DIALECT_REFRESH_SILENT };
/* P3 = 00 for "no Le" and no Le for "all there is", as T=0 and many clients have it. */
enum dialect_le { DIALECT_LE_LENIENT, DIALECT_LE_EXACT };

/* Which classes of commands there are. */
enum dialect_classes { DIALECT_CLASSES_ALL, DIALECT_CLASSES_2G };

struct dialect {
    uint32_t channels; /* beside the basic one, at most APDU_CHANNELS - 1 */
    int answers;       /* enum dialect_answers */
    int refresh;       /* enum dialect_refresh */
    int le;            /* enum dialect_le */
    int classes;       /* enum dialect_classes */
    int extended;      /* 0: APDUs of extended length are of wrong length */
};

extern const struct dialect dialect_default;

/* The Le that the answer is measured by. */
size_t dialect_le_of(const struct dialect *dialect, const struct apdu *apdu);

#endif
