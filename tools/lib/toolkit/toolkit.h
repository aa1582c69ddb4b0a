/* toolkit: the terminal's part of the card application toolkit: says what it can do, fetches what
 * the card asks and answers it, hands short messages to the card and takes those that it sends
 * (TS 102 223 §5 to §7). */
#ifndef EMUICC_TOOLS_LIB_TOOLKIT_TOOLKIT_H
#define EMUICC_TOOLS_LIB_TOOLKIT_TOOLKIT_H

#include "tools/lib/transport/transport.h"

#define TOOLKIT_REPORT_MAX 4096 /* bytes that an ENVELOPE may be answered with */

struct toolkit {
    struct transport *transport; /* borrowed, open */
    /* Told of each command that was carried out; a SEND SHORT MESSAGE's TPDU in data, the text of a
     * DISPLAY TEXT likewise. May be NULL. */
    void (*told)(void *context, uint8_t type, uint8_t qualifier, struct bytes data);
    void *context;
    const char *input; /* what GET INPUT is answered with; NULL: the user ends the session */
    bool reset_wanted; /* a REFRESH has asked for a reset of the card */
};

/* TERMINAL PROFILE, and what the card asks at once. False after a fault. */
bool toolkit_start(struct toolkit *toolkit, struct fault *fault);

/* Fetches and answers while the card has something to ask; status: of the last command. False after
 * a fault. */
bool toolkit_run(struct toolkit *toolkit, int status, struct fault *fault);

/* Hands a short message (SMS-DELIVER) to the card, as a network delivers it; what the card answers
 * for the report is appended. center: address of the SMSC, may be empty. The status word before
 * anything was fetched, or -1 after a fault. */
int toolkit_deliver(struct toolkit *toolkit, struct bytes center, struct bytes tpdu,
                    struct writer *report, struct fault *fault);

/* An item of the card's menu was chosen. False after a fault. */
bool toolkit_choose(struct toolkit *toolkit, uint8_t item, struct fault *fault);

/* A command's name in words: "SEND SHORT MESSAGE". */
const char *toolkit_command_name(uint8_t type);

#endif
