/* update_metadata: UpdateMetadata, what may change of an installed profile's metadata (SGP.22
 * §5.4.1), for whoever may ask for it. */
#ifndef EMUICC_ISD_R_PROFILES_UPDATE_METADATA_H
#define EMUICC_ISD_R_PROFILES_UPDATE_METADATA_H

#include "apdu/tlv.h"

#define UPDATE_METADATA_TAG 0xBF2A

struct registry;
struct registry_profile;

/* What the chip and the device know. */
struct update_metadata_support {
    uint32_t capability; /* EUICC_INFO_* */
    bool enterprise;     /* the device says that it is Enterprise Capable */
};

/* UpdateMetadataResponse */
enum update_metadata_result {
    UPDATE_METADATA_OK = 0,
    UPDATE_METADATA_ENTERPRISE_NOT_ALLOWED = 6,
    UPDATE_METADATA_COMMAND_ERROR = 7,
    UPDATE_METADATA_INVALID_RULES = 12, /* pprUpdateInvalidSetting */
    UPDATE_METADATA_INVALID_RPM_CONFIGURATION = 14,
    UPDATE_METADATA_DELETE_NOT_ALLOWED = 15,
};

/* Everything that the request would change or delete is in the tag list. request: the value of
 * UpdateMetadataRequest. */
bool update_metadata_is_within(struct bytes request, struct bytes tag_list);

/* Changes all that the request says, or nothing. *out is an enum update_metadata_result. 0 or a
 * failure. The registry is loaded anew. */
int update_metadata(struct registry *registry, const struct registry_profile *target,
                    struct update_metadata_support support, struct bytes request, int *out);

#endif
