/* channel: the application's own logical channel, where the card's commands are at hand:
 * TERMINAL CAPABILITY, MANAGE CHANNEL and SELECT (SGP.22 §5.7.1, TS 102 221 §11.1). */
#ifndef EMUICC_TOOLS_LIB_TRANSPORT_CHANNEL_H
#define EMUICC_TOOLS_LIB_TRANSPORT_CHANNEL_H

#include "tools/lib/transport/transport.h"

/* Says that the device holds an LPA. False after a fault; a card need not know the command. */
bool channel_announce(struct transport *transport, struct fault *fault);
/* Opens a channel, to be closed by channel_deselect(), and selects the application there. The
 * status word of the command that was refused, with a fault; SW_OK if none was; -1 after another
 * fault. */
int channel_open(struct transport *transport, struct bytes aid, struct fault *fault);

/* The select() and deselect() of a transport kind that passes commands on as they are. */
bool channel_select(struct transport *transport, struct bytes aid, struct fault *fault);
void channel_deselect(struct transport *transport, struct fault *fault);

/* There is no application of that AID, says this status word. */
bool channel_is_absent(int status);
/* What to do then. Always false. */
bool channel_not_found(struct fault *fault);

#endif
