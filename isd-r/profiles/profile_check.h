/* profile_check: does a profile's content fit what its metadata says of it? (SGP.22 §5.5.5) */
#ifndef EMUICC_ISD_R_PROFILES_PROFILE_CHECK_H
#define EMUICC_ISD_R_PROFILES_PROFILE_CHECK_H

#include "fs/profile/profile.h"
#include "isd-r/profiles/metadata.h"

#define PROFILE_CHECK_WHY_SIZE 160
/* 0, BPP_DATA_MISMATCH or BPP_INVALID_NAA_KEY, with what does not fit in `why`, for people; it is
 * traced as well. */
int profile_check(struct profile *profile, const struct metadata *metadata,
                  char why[PROFILE_CHECK_WHY_SIZE]);

#endif
