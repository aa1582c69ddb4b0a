/* transcript_line: one line of a transcript, as tests/transcripts keeps them too.
 *
 *   # a remark
 *   > 00A4000C023F00      a command
 *   < 9000                its response
 *   reset                 or on, or off: the contacts */
#ifndef EMUICC_APDU_DECODE_TRANSCRIPT_LINE_H
#define EMUICC_APDU_DECODE_TRANSCRIPT_LINE_H

#include "apdu/bytes.h"
#include "apdu/power.h"

enum transcript_line_kind {
    TRANSCRIPT_REMARK, /* or nothing */
    TRANSCRIPT_COMMAND,
    TRANSCRIPT_RESPONSE,
    TRANSCRIPT_POWER,
    TRANSCRIPT_NONSENSE,
};

/* The word that stands for it. */
const char *transcript_power_word(enum card_power power);

/* text: a line without its end. Bytes, at least one, go to *bytes, which is empty; a word to
 * *power. */
enum transcript_line_kind transcript_line_read(const char *text, struct writer *bytes,
                                               enum card_power *power);

#endif
