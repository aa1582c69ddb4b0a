/* listing: what is in the registry of a security domain, kind by kind: where there is nothing of a
 * kind, GET STATUS is refused and its script ends, so each kind has an order of its own. */
#ifndef EMUICC_TOOLS_OTA_LISTING_H
#define EMUICC_TOOLS_OTA_LISTING_H

#include "tools/ota/order.h"

/* Sends the orders. `document` gets "tar", "counter" (the last), "messages" and "applications"; or
 * the "report" of an order that was refused. False after a fault. */
bool listing_run(struct order *order, json_t *document, struct fault *fault);

#endif
