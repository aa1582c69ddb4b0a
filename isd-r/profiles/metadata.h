/* metadata: what a server says of a profile beside its content (SGP.22 §4.4, §5.5.3). Every slice
 * borrows from the StoreMetadataRequest that was parsed. */
#ifndef EMUICC_ISD_R_PROFILES_METADATA_H
#define EMUICC_ISD_R_PROFILES_METADATA_H

#include "apdu/der.h"
#include "fs/profile/iccid.h"
#include "isd-r/profiles/metadata_tag.h"

struct metadata {
    struct bytes whole;
    /* Values; data is NULL for an element that is absent. */
    struct bytes iccid, service_provider, name, icon_type, icon, class_value, notifications, owner,
        rules_value;
    struct bytes hri_server_address, rpm_configuration, lpr_configuration, enterprise_configuration,
        service_provider_message, service_description, device_change_configuration,
        estimated_profile_size, service_specific_data, data_not_stored, ecall_value,
        fallback_allowed_value, access_rules;
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
#define METADATA_FIELDS 22
extern const struct metadata_field metadata_fields[METADATA_FIELDS]; /* in StoreMetadata's order */
/* NULL for an element that no release has. */
const struct metadata_field *metadata_find_field(uint32_t tag);
bool metadata_is_known(const struct metadata_field *field, uint32_t capability);
struct bytes *metadata_slot(struct metadata *metadata, const struct metadata_field *field);
/* The request without the elements that chips know by one of these capabilities. */
void metadata_put_without(struct bytes request, uint32_t capability, struct writer *out);
/* The tag of the first element that a chip with these capabilities does not know; 0: none. */
uint32_t metadata_find_unknown(struct bytes request, uint32_t capability);

/* The digits of an ICCID that is coded as in EF.ICCID, without what it is filled up with. */
void metadata_iccid_text(const uint8_t iccid[METADATA_ICCID_SIZE],
                         char text[2 * METADATA_ICCID_SIZE + 1]);

#endif
