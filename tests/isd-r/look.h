/* look: what a chip tells of itself when it is asked. */
#ifndef EMUICC_TESTS_ISD_R_LOOK_H
#define EMUICC_TESTS_ISD_R_LOOK_H

#include "tests/isd-r/peer.h"

#define LOOK_APPLICATIONS 0x81
#define LOOK_FREE_NON_VOLATILE 0x82
#define LOOK_FREE_VOLATILE 0x83
/* One of the numbers in extCardResource of EUICCInfo2. */
uint32_t look_resource(struct peer *peer, uint32_t tag);
/* The notification with this number, whole; empty if there is none. In peer->response. */
struct bytes look_notification(struct peer *peer, uint32_t sequence);

#endif
