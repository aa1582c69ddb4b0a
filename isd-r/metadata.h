/* metadata: what a server says of a profile beside its content (SGP.22 §4.4, §5.5.3). Every slice
 * borrows from the StoreMetadataRequest that was parsed. */
#ifndef EMUICC_ISD_R_METADATA_H
#define EMUICC_ISD_R_METADATA_H

#include "apdu/der.h"
#include "fs/iccid.h"

#define METADATA_TAG 0xBF25
#define METADATA_ICCID_SIZE 10
#define METADATA_TAG_NICKNAME 0x90
#define METADATA_TAG_SERVICE_PROVIDER 0x91
#define METADATA_TAG_NAME 0x92
#define METADATA_TAG_ICON_TYPE 0x93
#define METADATA_TAG_ICON 0x94
#define METADATA_TAG_CLASS 0x95
#define METADATA_TAG_NOTIFICATIONS 0xB6
#define METADATA_TAG_OWNER 0xB7
#define METADATA_TAG_RULES 0x99

enum metadata_class { METADATA_TEST, METADATA_PROVISIONING, METADATA_OPERATIONAL };

/* PprIds bits */
#define METADATA_RULE_PPR1 (1u << 1)
#define METADATA_RULE_PPR2 (1u << 2)

/* NotificationEvent bit numbers */
enum metadata_event {
    METADATA_INSTALL,
    METADATA_ENABLE,
    METADATA_DISABLE,
    METADATA_DELETE,
    METADATA_EVENTS,
};

struct metadata {
    struct bytes whole;
    /* Values; data is NULL for an element that is absent. */
    struct bytes iccid, service_provider, name, icon_type, icon, class_value, notifications, owner,
        rules_value;
    uint32_t class; /* enum metadata_class, or a number that this chip does not know */
    uint32_t rules; /* METADATA_RULE_* */
};

/* False if an element is missing, out of its limits or there twice. Unknown elements are passed
 * over. */
bool metadata_parse(struct bytes request, struct metadata *out);

/* The parts of an OperatorId. */
struct metadata_operator {
    struct bytes mcc_mnc;    /* 3 bytes, as EF.PLMN codes them */
    struct bytes gid1, gid2; /* data is NULL when absent */
};
bool metadata_parse_operator(struct bytes value, struct metadata_operator *out);

/* Visits every address that wants to hear of this event. Return other than 0 from visit ends it. */
typedef int metadata_recipient(void *context, struct bytes address);
int metadata_each_recipient(const struct metadata *metadata, enum metadata_event event,
                            metadata_recipient *visit, void *context);

/* The digits of an ICCID that is coded as in EF.ICCID, without what it is filled up with. */
void metadata_iccid_text(const uint8_t iccid[METADATA_ICCID_SIZE],
                         char text[2 * METADATA_ICCID_SIZE + 1]);

#endif
