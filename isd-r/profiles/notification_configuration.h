/* notification_configuration: NotificationConfigurationInformation, who wants to hear of what
 * becomes of a profile (SGP.22 §2.4a.1.4, Annex H). */
#ifndef EMUICC_ISD_R_PROFILES_NOTIFICATION_CONFIGURATION_H
#define EMUICC_ISD_R_PROFILES_NOTIFICATION_CONFIGURATION_H

#include "apdu/der.h"
#include "isd-r/profiles/metadata_tag.h"

/* Takes one entry: the events, as bits, and the address that wants to hear of them. False at the
 * end and where no entry is. */
bool notification_configuration_take(struct bytes *from, uint32_t *events, struct bytes *address);
/* Visits every address that wants to hear of this event. Return other than 0 from visit ends it. */
typedef int notification_configuration_visit(void *context, struct bytes address);
int notification_configuration_each(struct bytes value, enum metadata_event event,
                                    notification_configuration_visit *visit, void *context);

#endif
