/* farm_requests: the request on the control socket of a running farm: `chip EID REQUEST`, where
 * REQUEST is one that an emuicc knows (requests.h). */
#ifndef EMUICC_CARD_FARM_FARM_REQUESTS_H
#define EMUICC_CARD_FARM_FARM_REQUESTS_H

#include "card/control/control.h"
#include "card/farm/listener.h"

/* The table for the chips of this listener, which has to outlive it. */
struct control_table farm_requests_table(struct listener *listener);

#endif
