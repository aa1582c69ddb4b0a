/* profile_info: ProfileInfo, one installed profile as an LPA asks to see it (SGP.22 §5.7.15). */
#ifndef EMUICC_ISD_R_PROFILE_INFO_H
#define EMUICC_ISD_R_PROFILE_INFO_H

#include "isd-r/registry.h"

/* tag_list: the tags asked for, one after the other; data is NULL for what is shown unasked. */
bool profile_info_is_tag_list(struct bytes tag_list);
void profile_info_put(const struct registry_profile *profile, struct bytes tag_list,
                      struct writer *out);

#endif
