/* stdio_line: one line of what a client says on standard input, and the line that it is answered:
 * in hexadecimal, or in JSON as lpac's APDU backend `stdio` writes it. Each line is of the form
 * that its first character shows. */
#ifndef EMUICC_CARD_STDIO_STDIO_LINE_H
#define EMUICC_CARD_STDIO_STDIO_LINE_H

#include "card/reader/contact.h"

/* Bytes of the longest line: a command in hexadecimal within JSON, with room for its frame. */
#define STDIO_LINE_MAX (2 * APDU_COMMAND_MAX + 1024)
/* Bytes that an answer may take, the line end included. */
#define STDIO_ANSWER_MAX (2 * APDU_RESPONSE_MAX + 1024)

/* One client. */
struct stdio_line {
    struct contact contact;
    uint8_t *room; /* CARD_RESPONSE_CAPACITY bytes, borrowed */
};

/* The line without its end. Writes the answer with its line end, or nothing if the line is blank or
 * a comment (#). False, with no answer, if it is for somebody else: JSON of another type than
 * "apdu", as lpac's results are, which it writes for its user. */
bool stdio_line_answer(struct stdio_line *client, struct bytes line, struct writer *answer);

#endif
