/* rpm_configuration: which servers may manage a profile from afar, and what each may do with it
 * (RpmConfiguration, SGP.22 §2.10, Annex H). */
#ifndef EMUICC_ISD_R_PROFILES_RPM_CONFIGURATION_H
#define EMUICC_ISD_R_PROFILES_RPM_CONFIGURATION_H

#include "apdu/der.h"

/* RpmType bits */
#define RPM_TYPE_ENABLE (1u << 0)
#define RPM_TYPE_DISABLE (1u << 1)
#define RPM_TYPE_DELETE (1u << 2)
#define RPM_TYPE_LIST (1u << 3)
#define RPM_TYPE_CONTACT (1u << 4)

/* Every slice borrows; data is NULL for an element that is absent. */
struct rpm_configuration {
    struct bytes managers; /* managingDpList */
    struct bytes polling_address, allowed_ci, owner_oid;
};
/* False if an element is missing or out of its limits. */
bool rpm_configuration_parse(struct bytes value, struct rpm_configuration *out);
bool rpm_configuration_check(struct bytes value);

/* One entry of managingDpList. */
struct rpm_manager {
    uint32_t types;        /* RPM_TYPE_* */
    struct bytes tag_list; /* what it may update of the metadata; data is NULL: nothing */
};
/* What the SM-DP+ with this OID, under a CI with this key id, may do; false: nothing. */
bool rpm_configuration_find(const struct rpm_configuration *configuration, struct bytes oid,
                            struct bytes ci_key_id, struct rpm_manager *out);

#endif
