/* interrupt: Ctrl-C and SIGTERM ask for an orderly end; a second one ends at once. */
#ifndef EMUICC_TOOLS_LIB_TRANSPORT_INTERRUPT_H
#define EMUICC_TOOLS_LIB_TRANSPORT_INTERRUPT_H

#include "tools/lib/transport/fault.h"

void interrupt_start(void);
/* Asked to end, and not yet told so. */
bool interrupt_seen(void);
/* True while nobody asked to end; otherwise a fault, after which interrupt_seen() is false, so that
 * tidying up is not interrupted in turn. */
bool interrupt_none(struct fault *fault);

/* This fault is the interruption itself. */
bool interrupt_is(const struct fault *fault);

#endif
