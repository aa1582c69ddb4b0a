/* admission: may a profile with this metadata be installed on this chip? (SGP.22 §5.5.3) */
#ifndef EMUICC_ISD_R_PROFILES_ADMISSION_H
#define EMUICC_ISD_R_PROFILES_ADMISSION_H

#include "isd-r/info/euicc_info.h"
#include "isd-r/profiles/registry.h"

/* What it must fit. */
struct admission {
    const struct registry *registry;
    const struct euicc_info *info;
    struct bytes rules; /* the Rules Authorisation Table, unless the store has another */
    bool enterprise;    /* the device says that it is Enterprise Capable */
    bool v3;            /* it comes in a session of v3 */
};

/* An enum bpp_reason, 0, or a failure (< 0). */
int admission_check(const struct admission *admission, const struct metadata *metadata);

#endif
