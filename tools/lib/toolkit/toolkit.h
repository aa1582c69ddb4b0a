/* toolkit: the terminal's part of the card application toolkit: says what it can do, fetches what
 * the card asks and answers it, hands short messages to the card and takes those that it sends
 * (TS 102 223 §5 to §7). */
#ifndef EMUICC_TOOLS_LIB_TOOLKIT_TOOLKIT_H
#define EMUICC_TOOLS_LIB_TOOLKIT_TOOLKIT_H

#include "tools/lib/toolkit/bearer.h"
#include "tools/lib/toolkit/stopwatch.h"
#include "tools/lib/transport/transport.h"

#define TOOLKIT_REPORT_MAX 4096 /* bytes that an ENVELOPE may be answered with */

struct toolkit {
    struct transport *transport; /* borrowed, open */
    /* Told of each command that was carried out; a SEND SHORT MESSAGE's TPDU in data, the text of a
     * DISPLAY TEXT likewise. May be NULL. */
    void (*told)(void *context, uint8_t type, uint8_t qualifier, struct bytes data);
    void *context;
    const char *input;    /* what GET INPUT is answered with; NULL: the user ends the session */
    bool reset_wanted;    /* a REFRESH has asked for a reset of the card */
    struct bearer bearer; /* its reach is the caller's to set; zeros: there are no channels */
    struct stopwatch stopwatch;
    uint32_t events; /* that the card wants to hear of, as bits */
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

/* What a card has going on: a channel, a timer. */
bool toolkit_has_channel(const struct toolkit *toolkit);
bool toolkit_is_active(const struct toolkit *toolkit);
/* Sockets to wait for, at most TOOLKIT_SOCKETS, and for how many milliseconds, -1: for ever. Then
 * toolkit_proceed() is due: it tells the card what has happened. False after a fault. */
#define TOOLKIT_SOCKETS BEARER_CHANNELS
size_t toolkit_poll(const struct toolkit *toolkit, struct pollfd *out, int *timeout_ms);
bool toolkit_proceed(struct toolkit *toolkit, struct fault *fault);
/* Channels and timers end: the card is reset. */
void toolkit_reset(struct toolkit *toolkit);

/* A command's name in words: "SEND SHORT MESSAGE". */
const char *toolkit_command_name(uint8_t type);

#endif
