/* enterprise: profiles of a company, and the rules that they bring for what is installed beside
 * them (SGP.22 v3 §2.4a.1.7, §5.5.3). At most one profile has the rules that are in force. */
#ifndef EMUICC_ISD_R_PROFILES_ENTERPRISE_H
#define EMUICC_ISD_R_PROFILES_ENTERPRISE_H

#include "isd-r/profiles/registry.h"

struct isd_r;

/* enterpriseRuleBits */
#define ENTERPRISE_REFERENCE_RULE (1u << 0) /* these rules are in force */
#define ENTERPRISE_PRIORITY (1u << 1)
#define ENTERPRISE_ONLY (1u << 2) /* no profiles but a company's */

/* EnterpriseConfiguration, as slices of its value. */
struct enterprise {
    struct bytes oid, name;
    bool has_rules;
    uint32_t rules; /* ENTERPRISE_* */
};
/* False if it is not one. */
bool enterprise_parse(struct bytes value, struct enterprise *out);

/* Why a profile with this metadata is not to be installed beside those that are: an enum
 * bpp_reason, or 0. */
int enterprise_refusal(const struct isd_r *isd_r, const struct metadata *metadata);
/* May this be the configuration of an installed profile from now on? Its company stays. */
bool enterprise_may_become(const struct isd_r *isd_r, const struct registry_profile *target,
                           struct bytes configuration);

#endif
