/* enterprise: profiles of a company, and the rules that they bring for what is installed beside
 * them and enabled (SGP.22 v3 §2.4a.1.7, §5.5.3, §5.7.16). At most one profile has the rules that
 * are in force. */
#ifndef EMUICC_ISD_R_PROFILES_ENTERPRISE_H
#define EMUICC_ISD_R_PROFILES_ENTERPRISE_H

#include "isd-r/profiles/registry.h"

/* Why a profile with this metadata is not to be installed beside those that are, on a chip that
 * knows enterprise profiles: an enum bpp_reason, or 0. capable: the device says that it is
 * Enterprise Capable. */
int enterprise_refusal(const struct registry *registry, const struct metadata *metadata,
                       bool capable);
/* May this be the configuration of an installed profile from now on? Its company stays. */
bool enterprise_may_become(const struct registry *registry, const struct registry_profile *target,
                           struct bytes configuration, bool capable);
/* Do the rules in force forbid that this profile be enabled, where the device knows such rules?
 * They are about operational profiles of no company. */
bool enterprise_forbids_enabling(const struct registry *registry,
                                 const struct registry_profile *target);

#endif
