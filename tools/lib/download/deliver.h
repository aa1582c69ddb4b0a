/* deliver: a notification goes to its server, then off the card (SGP.22 §3.5). */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_DELIVER_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_DELIVER_H

#include "tools/lib/es10/es10b.h"
#include "tools/lib/es9/es9.h"
#include "tools/lib/es10/notification.h"
#include "tools/lib/download/session.h"

/* Fetches the notification with this number, sends it to this address (UTF-8, as the card names it)
 * and removes it. After a fault it is still on the card. */
bool deliver_notification(struct es10 *es10, struct http *http, uint32_t number,
                          struct bytes address);

/* Whether this one, which waits on the card, is to be sent now because of `result`. */
typedef bool deliver_picker(const void *result, const struct notification *found);
/* Sends those that are picked, in their order, up to the first that fails. A failure is reported
 * beside its notification, in the document's "notifications": what has happened stands, whatever
 * becomes of what is said about it. */
void deliver_waiting(const struct session_context *context, deliver_picker *pick,
                     const struct notification *result, json_t *document);

/* All that waits of this profile. */
void deliver_profile(const struct session_context *context, struct bytes iccid, json_t *document);

#endif
