/* usim_identity: the concealed identity that a USIM computes from its own files: IMSI or network
 * specific identifier, routing indicator, the home network's schemes and keys (TS 31.102 §4.4.11,
 * §7.5; TS 33.501 §6.12.2; TCA 3.3.1 §12.2). */
#ifndef EMUICC_FS_USIM_USIM_IDENTITY_H
#define EMUICC_FS_USIM_USIM_IDENTITY_H

#include "crypto/primitives/random.h"
#include "fs/profile/profile.h"

/* Appends the SUCI as 5GS mobile identity from its octet 4 on (TS 24.501 §9.11.3.4). The null
 * scheme is taken only if the files ask for it or have none. 0; a failure;
 * SW_CONDITIONS_NOT_SATISFIED if the files do not let one be computed. */
int usim_identity_put_suci(struct file *adf, struct random *random, struct writer *out);

#endif
