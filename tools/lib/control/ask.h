/* ask: the running card, over the control socket in its state folder; a farm's chip, whose folder
 * is FARM/chips/EID, over the farm's. */
#ifndef EMUICC_TOOLS_LIB_CONTROL_ASK_H
#define EMUICC_TOOLS_LIB_CONTROL_ASK_H

#include "apdu/bytes.h"

enum ask_result {
    ASK_ANSWERED, /* the answer is in *out */
    ASK_NOBODY,   /* no card runs on this state */
    ASK_FAILED,   /* after a trace line */
};

/* Sends the line and appends what comes back. */
enum ask_result ask_card(const char *state, const char *line, struct writer *out);

/* There is something to ask: the folder, or a farm's record of a chip that has none yet. */
bool ask_is_there(const char *state);

#endif
