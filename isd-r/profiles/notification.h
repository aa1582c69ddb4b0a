/* notification: what servers are told afterwards, signed once and kept until an LPA has delivered
 * it (SGP.22 §3.5, §5.7.9 to §5.7.11). Sequence numbers only grow. */
#ifndef EMUICC_ISD_R_PROFILES_NOTIFICATION_H
#define EMUICC_ISD_R_PROFILES_NOTIFICATION_H

#include "fs/store/store.h"
#include "isd-r/info/credentials.h"
#include "isd-r/profiles/metadata.h"

struct registry_profile;

/* PendingNotification: an OtherSignedNotification is a SEQUENCE; the other two, and the data in
 * each that is signed, have these tags. */
#define NOTIFICATION_TAG_INSTALLATION_DATA 0xBF27 /* ProfileInstallationResultData */
#define NOTIFICATION_TAG_RPM_RESULT 0xA1          /* LoadRpmPackageResultSigned */
#define NOTIFICATION_TAG_RPM_DATA 0xA0            /* LoadRpmPackageResultDataSigned */

/* What notifications are made with. All but the number is borrowed, and set before it is loaded. */
struct notification {
    struct store *store;
    struct random *random;
    const struct credentials *credentials;
    uint32_t next; /* sequence number of the next one */
};

/* first: the number of a chip that has never used one. */
int notification_load(struct notification *notification, uint32_t first);

/* What a notification is about. */
struct notification_subject {
    enum metadata_event event;
    struct bytes address;
    struct bytes iccid; /* as EF.ICCID codes it, or empty */
};
/* The number for the next one: *sequence, used up. */
int notification_number(struct notification *notification, uint32_t *sequence);
/* Removes those of these events (as NotificationEvent) from this number on. */
int notification_drop(struct notification *notification, uint32_t first, uint32_t events);
/* NotificationMetadata */
void notification_put_metadata(struct writer *out, uint32_t sequence,
                               const struct notification_subject *subject);
/* Signs and keeps one for each address that the profile's metadata names for this event; none for
 * a test profile (SGP.22 §2.4.5.3). */
int notification_tell(struct notification *notification, const struct registry_profile *profile,
                      enum metadata_event event);
/* Does the profile's metadata name this address for this event? */
bool notification_is_told(const struct registry_profile *profile, enum metadata_event event,
                          struct bytes address);
/* Signs and keeps one for this address alone; none for a test profile. */
int notification_tell_one(struct notification *notification, const struct registry_profile *profile,
                          enum metadata_event event, struct bytes address);

/* The NotificationMetadata inside a PendingNotification; false if it holds none. */
bool notification_metadata_of(struct bytes pending, struct tlv *out);

#endif
