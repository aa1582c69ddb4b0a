/* blank: what a terminal finds when no profile is enabled: a master file with EF.DIR, EF.ICCID,
 * EF.PL and EF.ARR, readable by everybody, changeable by nobody (TS 102 221 §13). */
#ifndef EMUICC_FS_PROFILE_BLANK_H
#define EMUICC_FS_PROFILE_BLANK_H

#include "fs/profile/profile.h"

/* 0 or a failure. The profile becomes the caller's. */
int blank_create(struct profile **out);

#endif
