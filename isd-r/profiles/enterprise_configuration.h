/* enterprise_configuration: EnterpriseConfiguration, whose company a profile is for and which rules
 * it brings (SGP.22 v3 §2.4a.1.7, Annex H). */
#ifndef EMUICC_ISD_R_PROFILES_ENTERPRISE_CONFIGURATION_H
#define EMUICC_ISD_R_PROFILES_ENTERPRISE_CONFIGURATION_H

#include "apdu/der.h"

/* enterpriseRuleBits */
#define ENTERPRISE_CONFIGURATION_REFERENCE (1u << 0) /* these rules are in force */
#define ENTERPRISE_CONFIGURATION_PRIORITY (1u << 1)
#define ENTERPRISE_CONFIGURATION_ONLY (1u << 2) /* no profiles but a company's */

/* The slices borrow. */
struct enterprise_configuration {
    struct bytes oid, name;
    bool has_rules;
    uint32_t rules;          /* ENTERPRISE_CONFIGURATION_* */
    uint32_t others_enabled; /* how many profiles of no company may be */
};
/* False if it is not one. */
bool enterprise_configuration_parse(struct bytes value, struct enterprise_configuration *out);

#endif
