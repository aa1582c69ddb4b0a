/* timed: a transport that counts commands and the time they take on another one. */
#ifndef EMUICC_TOOLS_LINE_TIMED_H
#define EMUICC_TOOLS_LINE_TIMED_H

#include "tools/lib/transport/transport.h"

struct timed {
    struct transport transport;
    struct transport *inner;
    unsigned commands;
    int64_t ns;       /* all of it, powering up included */
    int64_t quickest; /* ns of the quickest command: about what the transport alone takes */
};

/* The inner transport is owned from here on; transport.kind->close() gives both back but the struct
 * itself. */
void timed_init(struct timed *timed, struct transport *inner);

int64_t timed_now(void); /* ns of the monotonic clock */

#endif
