/* change_deletion: the old chip has deleted a profile that leaves: as a notification, or in the
 * hands of the new device (DeleteNotificationForDc, SGP.22 v3 §3.11.1, §4.1.3). */
#ifndef EMUICC_TOOLS_SMDPP_ES9_CHANGE_DELETION_H
#define EMUICC_TOOLS_SMDPP_ES9_CHANGE_DELETION_H

#include "tools/smdpp/orders/pending.h"
#include "tools/smdpp/state/smdpp.h"

/* A verified notification of a deletion, by this chip; of others nothing comes. 0 or a failure. */
int change_deletion_note(struct smdpp *smdpp, struct call *call, const struct pending *pending,
                         const struct euicc *euicc);

/* The member deleteNotificationForDc of AuthenticateClient, if the call has one: verified by the
 * key of the chip that gave the profile away. One that tells nothing new is passed over. A refusal,
 * a failure, or 0. */
int change_deletion_take(struct smdpp *smdpp, struct call *call);

#endif
