/* engine_waiting: what the chip keeps for the eIM: notifications, and results of packages that
 * could not be delivered when they were made (SGP.32 §3.7). Inside tools/ipa only. */
#ifndef EMUICC_TOOLS_IPA_ENGINE_WAITING_H
#define EMUICC_TOOLS_IPA_ENGINE_WAITING_H

#include "tools/ipa/engine.h"

/* Delivers all of it; false if the eIM cannot be reached. */
bool engine_waiting_deliver(struct engine *engine);

/* RetrieveNotificationsList with this criterion (the content of A0; empty: none): *list borrows
 * from *answer; *results tells that it is one of results. False if the chip gives no list. */
bool engine_waiting_list(struct engine *engine, struct bytes criterion, struct blob *answer,
                         struct bytes *list, bool *results);
/* Sequence number of a PendingNotification; false if it has none that can be read. */
bool engine_waiting_number(struct bytes pending, uint32_t *sequence);

#endif
