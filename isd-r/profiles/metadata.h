/* metadata: what a server says of a profile beside its content (SGP.22 §4.4, §5.5.3). Every slice
 * borrows from the StoreMetadataRequest that was parsed. */
#ifndef EMUICC_ISD_R_PROFILES_METADATA_H
#define EMUICC_ISD_R_PROFILES_METADATA_H

#include "apdu/der.h"
#include "fs/profile/iccid.h"

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
#define METADATA_TAG_HRI_SERVER_ADDRESS 0x9B
#define METADATA_TAG_RPM_CONFIGURATION 0xBA
#define METADATA_TAG_LPR_CONFIGURATION 0xBC
#define METADATA_TAG_PCMP_ADDRESS 0x80 /* in LprConfiguration */
#define METADATA_TAG_ENTERPRISE_CONFIGURATION 0xBD
#define METADATA_TAG_SERVICE_PROVIDER_MESSAGE 0xBE
#define METADATA_TAG_SERVICE_DESCRIPTION 0x9F1F
#define METADATA_TAG_DEVICE_CHANGE_CONFIGURATION 0xBF20
#define METADATA_TAG_ESTIMATED_PROFILE_SIZE 0x9F21
#define METADATA_TAG_SERVICE_SPECIFIC_DATA 0xBF22 /* stored in the eUICC */
#define METADATA_TAG_DATA_NOT_STORED 0xBF23
#define METADATA_TAG_ECALL 0x9F7B            /* ecallIndication, of SGP.32 as the next */
#define METADATA_TAG_FALLBACK_ALLOWED 0x9F67 /* may be given the fallback attribute */

#define METADATA_CLASS_MAX 255 /* of a profileClass that may be written */
enum metadata_class { METADATA_TEST, METADATA_PROVISIONING, METADATA_OPERATIONAL };

/* PprIds bits */
#define METADATA_RULE_UPDATE_CONTROL (1u << 0)
#define METADATA_RULE_PPR1 (1u << 1)
#define METADATA_RULE_PPR2 (1u << 2)

/* NotificationEvent bit numbers */
enum metadata_event {
    METADATA_INSTALL,
    METADATA_ENABLE,
    METADATA_DISABLE,
    METADATA_DELETE,
    METADATA_RPM_ENABLE,
    METADATA_RPM_DISABLE,
    METADATA_RPM_DELETE,
    METADATA_RPM_RESULT, /* loadRpmPackageResult */
};

struct metadata {
    struct bytes whole;
    /* Values; data is NULL for an element that is absent. */
    struct bytes iccid, service_provider, name, icon_type, icon, class_value, notifications, owner,
        rules_value;
    struct bytes hri_server_address, rpm_configuration, lpr_configuration, enterprise_configuration,
        service_provider_message, service_description, device_change_configuration,
        estimated_profile_size, service_specific_data, data_not_stored, ecall_value,
        fallback_allowed_value;
    uint32_t class; /* enum metadata_class, or a number that this chip does not know */
    uint32_t rules; /* METADATA_RULE_* */
    bool ecall, fallback_allowed;
};

/* False if an element is missing, out of its limits or there twice. Elements that a chip with these
 * capabilities (EUICC_INFO_*) does not know are passed over. */
bool metadata_parse(struct bytes request, uint32_t capability, struct metadata *out);

/* What UpdateMetadata may do with an element (SGP.22 §5.4.1). */
#define METADATA_UPDATES (1u << 0)
#define METADATA_DELETES (1u << 1) /* it may be named in tagsForDeletion */

/* One element that metadata may hold. */
struct metadata_field {
    uint32_t tag;
    uint32_t capability; /* EUICC_INFO_*, one of which a chip that knows it has; 0: all know it */
    bool required;
    uint8_t changes; /* METADATA_UPDATES, METADATA_DELETES */
    bool (*check)(struct bytes value);
    size_t offset; /* of its slice in struct metadata */
};
#define METADATA_FIELDS 21
extern const struct metadata_field metadata_fields[METADATA_FIELDS]; /* in StoreMetadata's order */
/* NULL for an element that no release has. */
const struct metadata_field *metadata_find_field(uint32_t tag);
bool metadata_is_known(const struct metadata_field *field, uint32_t capability);
struct bytes *metadata_slot(struct metadata *metadata, const struct metadata_field *field);
/* The request without the elements that chips know by one of these capabilities. */
void metadata_put_without(struct bytes request, uint32_t capability, struct writer *out);
/* The tag of the first element that a chip with these capabilities does not know; 0: none. */
uint32_t metadata_find_unknown(struct bytes request, uint32_t capability);

/* The parts of an OperatorId. */
struct metadata_operator {
    struct bytes mcc_mnc;    /* 3 bytes, as EF.PLMN codes them */
    struct bytes gid1, gid2; /* data is NULL when absent */
};
bool metadata_parse_operator(struct bytes value, struct metadata_operator *out);

/* One NotificationConfigurationInformation. */
bool metadata_take_recipient(struct bytes *from, uint32_t *events, struct bytes *address);
/* Visits every address that wants to hear of this event. Return other than 0 from visit ends it. */
typedef int metadata_recipient(void *context, struct bytes address);
int metadata_each_recipient(const struct metadata *metadata, enum metadata_event event,
                            metadata_recipient *visit, void *context);

/* The digits of an ICCID that is coded as in EF.ICCID, without what it is filled up with. */
void metadata_iccid_text(const uint8_t iccid[METADATA_ICCID_SIZE],
                         char text[2 * METADATA_ICCID_SIZE + 1]);

#endif
