/* notification: what the card has to tell a server, and how an installation ended (SGP.22 §3.5,
 * §2.5.6). */
#ifndef EMUICC_TOOLS_LIB_ES10_NOTIFICATION_H
#define EMUICC_TOOLS_LIB_ES10_NOTIFICATION_H

#include <jansson.h>

#include "apdu/tlv.h"

#define NOTIFICATION_ADDRESS_MAX 255

struct notification {
    uint32_t number;      /* seqNumber */
    uint32_t event;       /* NotificationEvent, one bit of it */
    struct bytes address; /* of the server that wants it; 1 to NOTIFICATION_ADDRESS_MAX bytes */
    struct bytes iccid;   /* may be empty */
    struct bytes content; /* of NotificationMetadata */
};

/* Takes the next NotificationMetadata off a list. */
bool notification_take(struct bytes *list, struct notification *out);

/* Events of remote profile management (SGP.22 v3): what it did to profiles, and its result. */
#define NOTIFICATION_DELETE (1u << 3)
#define NOTIFICATION_RPM_ENABLE (1u << 4)
#define NOTIFICATION_RPM_RESULT (1u << 7)

struct notification_installation {
    struct bytes transaction_id;
    struct notification notification;
    bool success;
    struct bytes aid;         /* of the new ISD-P, on success */
    uint32_t command, reason; /* BppCommandId and ErrorReason, otherwise */
    struct bytes responses;   /* EUICCResponse elements; may be empty */
};

/* A whole ProfileInstallationResult. */
bool notification_installation(struct bytes whole, struct notification_installation *out);

/* What the card says of single profile elements, but for ok: an array of {"status", "element"}.
 * NULL if the responses are malformed. */
json_t *notification_element_statuses(struct bytes responses);

#endif
