/* deliver: a notification goes to its server, then off the card (SGP.22 §3.5). */
#ifndef EMUICC_TOOLS_LPA_DELIVER_H
#define EMUICC_TOOLS_LPA_DELIVER_H

#include "tools/lpa/es10b.h"
#include "tools/lpa/es9.h"
#include "tools/lpa/notification.h"

/* Sends what the card signed to this address (UTF-8 of the notification). False after a fault: it
 * then stays on the card. */
bool deliver_pending(struct http *http, struct bytes address, struct bytes pending);

/* Fetches, sends and removes the notification with this number. */
bool deliver_notification(struct es10 *es10, struct http *http, uint32_t number,
                          struct bytes address);

#endif
