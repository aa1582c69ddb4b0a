/* profile_info: ProfileInfo, one installed profile as an LPA asks to see it (SGP.22 §5.7.15). */
#ifndef EMUICC_ISD_R_PROFILES_PROFILE_INFO_H
#define EMUICC_ISD_R_PROFILES_PROFILE_INFO_H

#include "isd-r/profiles/registry.h"

/* tag_list: the tags asked for; data is NULL for what is shown unasked. capability: the chip's
 * EUICC_INFO_*, without which there are no fields of later releases. */
void profile_info_put(const struct registry_profile *profile, struct bytes tag_list,
                      uint32_t capability, struct writer *out);

#endif
