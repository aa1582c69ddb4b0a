/* uicc_gba: the generic bootstrapping architecture's part in the UICC, GBA_U (TS 33.220 §5, TS
 * 31.102 §7.1.1.3, §7.1.2.3). */
#ifndef EMUICC_FS_UICC_UICC_GBA_H
#define EMUICC_FS_UICC_UICC_GBA_H

#include "fs/uicc/uicc_state.h"

/* Bootstraps, or derives the key for a network application function, as the data's tag says. Ks
 * stays on the card for as long as the process runs: a departure from TS 33.220 §5.3.2, which has
 * it outlive power; the terminal bootstraps anew then. */
int uicc_gba_authenticate(struct uicc *uicc, struct file *adf, struct aka *aka, struct bytes data,
                          struct writer *response);

#endif
