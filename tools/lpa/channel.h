/* channel: the application's own logical channel, where the card's commands are at hand:
 * TERMINAL CAPABILITY, MANAGE CHANNEL and SELECT (SGP.22 §5.7.1, TS 102 221 §11.1). */
#ifndef EMUICC_TOOLS_LPA_CHANNEL_H
#define EMUICC_TOOLS_LPA_CHANNEL_H

#include "tools/lpa/transport.h"

/* The select() and deselect() of a transport kind that passes commands on as they are. */
bool channel_select(struct transport *transport, struct bytes aid, struct fault *fault);
void channel_deselect(struct transport *transport, struct fault *fault);

/* What to do when there is no application of that AID. Always false. */
bool channel_not_found(struct fault *fault);

#endif
