/* line: command lines out of the bytes that a terminal sends, and the commands in each (V.250
 * §5.2). */
#ifndef EMUICC_TOOLS_MODEM_LINE_H
#define EMUICC_TOOLS_MODEM_LINE_H

#include "apdu/bytes.h"

#define LINE_MAX_LEN 1024 /* characters; an APDU of 261 bytes takes 522 and some more */

struct line {
    struct writer text; /* so far; longer than it has room for: the line is refused at its end */
    char room[LINE_MAX_LEN];
};

enum line_end {
    LINE_OPEN,    /* the input was at its end first */
    LINE_WHOLE,   /* a command line: text is what follows AT, valid until the next call */
    LINE_EMPTY,   /* nothing stood there */
    LINE_REFUSED, /* no command line, or too long */
};

void line_init(struct line *line);

/* Takes from *input up to the end of a line, whose blanks are dropped unless they are within
 * quotation marks. What was taken is appended to *echo unless that is NULL. */
enum line_end line_take(struct line *line, struct bytes *input, struct writer *echo,
                        struct bytes *text);

enum line_form {
    LINE_EXECUTE = 1, /* +NAME, and E1 and the like, whose number is the values */
    LINE_READ = 2,    /* +NAME? */
    LINE_SET = 4,     /* +NAME=1,2 */
    LINE_TEST = 8,    /* +NAME=? */
};

struct line_command {
    struct bytes name; /* "+CGLA", "E", "&F" */
    enum line_form form;
    struct bytes values;
};

/* The next command of a line without blanks. False, and nothing moved, if the line is no list of
 * commands. */
bool line_take_command(struct bytes *text, struct line_command *out);

/* Names count in either case. */
bool line_is_named(const struct line_command *command, const char *name);

#endif
