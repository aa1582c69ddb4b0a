/* reply: what a modem says to one command: lines of which one may carry the result, until a final
 * one; between them its echo and whatever it has to say unasked (V.250 §5.7, TS 27.007 §4.1). */
#ifndef EMUICC_TOOLS_LIB_AT_REPLY_H
#define EMUICC_TOOLS_LIB_AT_REPLY_H

#include "apdu/bytes.h"

#define REPLY_LINE_MAX 1024 /* characters; an APDU's response takes 516 and some more */

enum reply_state {
    REPLY_OPEN, /* the final line has not come */
    REPLY_OK,
    REPLY_ERROR,
};

struct reply {
    enum reply_state state;
    const char *echo; /* the command as sent, without its end; borrowed */
    const char *name; /* of the result, "+CGLA"; NULL if none is wanted; borrowed */
    bool bare;        /* the result may come as a number without a name */
    bool has_value;
    struct writer value;    /* the result without its name */
    const char *error_name; /* "+CME ERROR" or "ERROR" and the like */
    struct writer error;    /* what stands behind it, mostly a number; may be empty */
    struct writer line;     /* the one that is coming in */
    char value_room[REPLY_LINE_MAX], error_room[REPLY_LINE_MAX], line_room[REPLY_LINE_MAX];
};

/* Ready for what follows that command. */
void reply_begin(struct reply *reply, const char *echo, const char *name, bool bare);

/* Takes from *input up to the end of the final line or of the input, whichever is first. A line
 * that is too long is none of the modem's answers and left out. */
enum reply_state reply_feed(struct reply *reply, struct bytes *input);

#endif
