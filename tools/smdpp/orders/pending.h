/* pending: a PendingNotification taken apart (SGP.22 §2.5.6, §5.7.10). The slices borrow. */
#ifndef EMUICC_TOOLS_SMDPP_ORDERS_PENDING_H
#define EMUICC_TOOLS_SMDPP_ORDERS_PENDING_H

#include "fs/profile/iccid.h"
#include "tools/lib/common/rpm.h"
#include "tools/lib/authentication/euicc.h"

/* NotificationMetadata */
struct pending_metadata {
    struct bytes whole;
    uint32_t sequence;
    uint32_t operation;          /* NotificationEvent; one bit */
    struct bytes address, iccid; /* iccid: nibbles swapped, or empty */
};

struct pending {
    bool is_result; /* a ProfileInstallationResult */
    bool is_rpm;    /* the result of an RPM package; neither: another signed notification */
    struct pending_metadata metadata;
    struct bytes signed_part, signature; /* whole */
    /* ProfileInstallationResult */
    struct bytes transaction_id, server_oid;
    bool installed;
    uint32_t command, reason; /* BppCommandId and ErrorReason, when not installed */
    /* LoadRpmPackageResultSigned */
    struct rpm_signed rpm;
    /* others */
    struct euicc_chain chain;
};

bool pending_read(struct bytes whole, struct pending *out);
/* DeleteNotificationForDc (SGP.22 v3 §4.1.3): what of a signed notification goes with an activation
 * code, the certificates left out. */
bool pending_read_deletion(struct bytes whole, struct pending *out);

#define PENDING_REASON_ICCID_EXISTS 9
#define PENDING_DELETE (1u << 3) /* operations */
#define PENDING_RPM_DELETE (1u << 6)

/* ICCID of the profile as digits; "" if it bears none. */
void pending_iccid(const struct pending *pending, char out[ICCID_TEXT_SIZE]);

/* Words for people, as SGP.22 names them. */
const char *pending_operation_text(uint32_t operation);
const char *pending_command_text(uint32_t command);
const char *pending_reason_text(uint32_t reason);

#endif
