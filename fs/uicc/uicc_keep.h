/* uicc_keep: what a command has changed goes to the store. */
#ifndef EMUICC_FS_UICC_UICC_KEEP_H
#define EMUICC_FS_UICC_UICC_KEEP_H

#include "fs/uicc/uicc_state.h"

/* Writes one changed object to the store, for the card to commit, and forgets grants. The blank
 * card's are in memory only. 0 or a failure. */
int uicc_keep_file(struct uicc *uicc, const struct file *file);
/* Several commands that are committed together: between these two a file that is changed over and
 * over is written once. 0 or a failure. */
void uicc_keep_gather(struct uicc *uicc);
int uicc_keep_gathered(struct uicc *uicc);
int uicc_keep_new_file(struct uicc *uicc, const struct file *file);
int uicc_keep_deletion(struct uicc *uicc, const struct file *file); /* and of all below */
int uicc_keep_pin(struct uicc *uicc, const struct pin *pin);
int uicc_keep_puk(struct uicc *uicc, const struct puk *puk);
int uicc_keep_aka(struct uicc *uicc, const struct aka *aka);

#endif
