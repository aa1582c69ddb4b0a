/* trial: a package given to the card's interpreter, as a chip of the default kind would run it. */
#ifndef EMUICC_TOOLS_PROFILE_PACKAGE_TRIAL_H
#define EMUICC_TOOLS_PROFILE_PACKAGE_TRIAL_H

#include "fs/saip/saip.h"

#define TRIAL_RESPONSE_MAX 4096

struct trial {
    struct profile *profile; /* what has been built, also if it was refused later */
    bool accepted;           /* the package is whole and was installed */
    struct bytes response;   /* EUICCResponse */
    uint8_t room[TRIAL_RESPONSE_MAX];
};

/* 0 whatever the interpreter says of the package; a failure is one of this program. */
int trial_run(struct bytes package, struct trial *out);
void trial_finish(struct trial *trial);

#endif
