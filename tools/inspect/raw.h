/* raw: one thing that went over the contacts, as a chip's `watch` request tells it, or as a file of
 * --replay has it. */
#ifndef EMUICC_TOOLS_INSPECT_RAW_H
#define EMUICC_TOOLS_INSPECT_RAW_H

#include <jansson.h>

#include "apdu/bytes.h"
#include "apdu/power.h"

enum raw_kind { RAW_POWER, RAW_COMMAND, RAW_RESPONSE, RAW_NOTE };

struct raw {
    enum raw_kind kind;
    enum card_power power;
    int64_t us;              /* since 1970; of a transcript: 0 */
    struct bytes bytes;      /* ATR, command, response, or the note's text */
    const char *application; /* that is selected where a command goes, and */
    const char *instruction; /* what it calls the command; NULL: not known */
};

/* An event of `watch`; the bytes go to *room. False if it is none. Borrows from both. */
bool raw_read(const json_t *event, struct writer *room, struct raw *out);

#endif
