/* text_line: what a user writes for the chip, personalities and faults: a text whose lines say
 * something, hold a comment (# at the start or after a blank), or nothing. */
#ifndef EMUICC_CARD_TEXT_TEXT_LINE_H
#define EMUICC_CARD_TEXT_TEXT_LINE_H

#include "apdu/bytes.h"

#define TEXT_LINE_MAX 1024 /* bytes, with an end */

struct text_line {
    const char *name;         /* of the text, for traces; set by the caller */
    unsigned number;          /* 0 before the first */
    char text[TEXT_LINE_MAX]; /* without comment and without blanks at its ends */
};

/* Takes lines off the front up to the next that says something: 1, 0 at the end, or a failure after
 * a trace line with name and number. */
int text_line_next(struct bytes *text, struct text_line *line);
/* Cuts it in two at the first =, blanks around it gone; false, and nothing changed, without one. */
bool text_line_split(char *text, char **left, char **right);
/* Cuts the first word off, ended by a blank; "" when there is none. */
char *text_line_word(char **text);

#endif
