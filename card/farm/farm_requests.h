/* farm_requests: what the running farm can be asked on its control socket: `chip EID REQUEST`, the
 * request being one that an emuicc knows (requests.h). */
#ifndef EMUICC_CARD_FARM_FARM_REQUESTS_H
#define EMUICC_CARD_FARM_FARM_REQUESTS_H

#include "card/control/control.h"
#include "card/farm/door.h"

/* The table for the chips behind this door, which has to outlive it. */
struct control_table farm_requests_table(struct door *door);

#endif
