/* dialogue: one command to a modem on a serial line, and its reply. */
#ifndef EMUICC_TOOLS_LIB_AT_DIALOGUE_H
#define EMUICC_TOOLS_LIB_AT_DIALOGUE_H

#include "tools/lib/at/reply.h"

enum dialogue_result {
    DIALOGUE_OK,
    DIALOGUE_ERROR,  /* reply->error_name and error say which */
    DIALOGUE_SILENT, /* no whole reply in timeout_ms after the command went out */
    DIALOGUE_GONE,   /* the line is broken; errno says how, 0 if the other side hung up */
};

/* line: a terminal in raw mode that does not block. What the modem said before is dropped. The
 * reply is begun by the caller; its echo is the command, without an end. */
enum dialogue_result dialogue(int line, struct reply *reply, int timeout_ms);

#endif
