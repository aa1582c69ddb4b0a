/* cme: what a modem's refusal means, `+CME ERROR: 13` (TS 27.007 §9.2). */
#ifndef EMUICC_TOOLS_LIB_AT_CME_H
#define EMUICC_TOOLS_LIB_AT_CME_H

#include <stdint.h>

enum cme {
    CME_NONE = -1,         /* none: OK */
    CME_PLAIN = -2,        /* the command is no command: ERROR, whatever +CMEE says */
    CME_NOT_ALLOWED = 3,   /* not now, or not in this form */
    CME_NOT_SUPPORTED = 4, /* never */
    CME_NOT_INSERTED = 10,
    CME_PIN_REQUIRED = 11,
    CME_PUK_REQUIRED = 12,
    CME_FAILURE = 13, /* the card's, or on the way to it */
    CME_BUSY = 14,
    CME_PASSWORD = 16,
    CME_MEMORY_FULL = 20,
    CME_INDEX = 21,
    CME_NOT_FOUND = 22,
    CME_TOO_LONG = 24,
    CME_CHARACTERS = 25,
    CME_PARAMETERS = 50,
};

/* As +CMEE=2 prints it; NULL for a number that has no name here. */
const char *cme_text(int32_t code);

#endif
