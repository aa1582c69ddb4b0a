/* scp81_target: the application that a script of an administration server is for
 * (GlobalPlatform Amendment B §3.4.1, TS 102 226 §5.4). */
#ifndef EMUICC_FS_SCP81_SCP81_TARGET_H
#define EMUICC_FS_SCP81_SCP81_TARGET_H

#include "fs/ota/ota_state.h"

struct scp81_target {
    const struct domain_aid *domain; /* whose session it is */
    const struct domain_aid *aid;    /* X-Admin-Targeted-Application; NULL: the domain itself */
    bool files;                      /* commands of remote file management */
    bool ciphered;                   /* the session is */
    uint8_t key_version;             /* it has come under */
};

/* Runs a script and appends what it answers, nothing if it is refused; *status is what
 * X-Admin-Script-Status says. 0, or a failure, after which nothing of it may stay. */
int scp81_target_run(struct ota *ota, const struct scp81_target *target, struct bytes script,
                     struct writer *out, const char **status);

#endif
