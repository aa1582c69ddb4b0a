/* scan: the words of the text form, which are those of ASN.1 value notation (X.680 §12). Blanks,
 * line ends, commas and comments only separate; a byte order mark at the front is none of the
 * words. */
#ifndef EMUICC_TOOLS_PROFILE_TEXT_SCAN_H
#define EMUICC_TOOLS_PROFILE_TEXT_SCAN_H

#include "apdu/bytes.h"

enum scan_token {
    SCAN_END,
    SCAN_NAME,   /* usim, ef-imsi, NULL */
    SCAN_NUMBER, /* 42, -1 */
    SCAN_OID,    /* 2.23.143.1.2.4 */
    SCAN_HEX,    /* 'A0 00'H: digits and blanks between the quotes */
    SCAN_TEXT,   /* "USIM": what stands between the quotes, "" not yet undoubled */
    SCAN_OPEN,
    SCAN_CLOSE,
    SCAN_COLON,
    SCAN_ASSIGN, /* ::= */
    SCAN_BEFORE, /* ( and ), around the number of a named arc */
    SCAN_BEHIND,
    SCAN_PLUS,
    SCAN_TIMES,
    SCAN_BAD, /* no word, or a string without its end */
};

struct scan {
    const char *at, *end;  /* what has not been read yet; borrowed */
    unsigned line;         /* of the next character, from 1 */
    enum scan_token token; /* the current word */
    struct bytes word;
    unsigned word_line;
};

/* Starts in front of the first word and reads it. */
void scan_start(struct scan *scan, struct bytes text);
/* Reads the next word. */
void scan_next(struct scan *scan);
bool scan_is_name(const struct scan *scan, const char *name);

#endif
