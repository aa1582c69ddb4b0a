/* deliver: a notification goes to its server, then off the card (SGP.22 §3.5). */
#ifndef EMUICC_TOOLS_LPA_DELIVER_H
#define EMUICC_TOOLS_LPA_DELIVER_H

#include "tools/lpa/es10b.h"
#include "tools/lpa/es9.h"
#include "tools/lpa/notification.h"

/* Fetches the notification with this number, sends it to this address (UTF-8, as the card names it)
 * and removes it. After a fault it is still on the card. */
bool deliver_notification(struct es10 *es10, struct http *http, uint32_t number,
                          struct bytes address);

#endif
