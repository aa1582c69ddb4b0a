/* uicc_unload: a UICC nobody talks to gives its profile's memory back, and has it again, selections
 * and all, at the next command. The store holds everything else. */
#ifndef EMUICC_FS_UICC_UICC_UNLOAD_H
#define EMUICC_FS_UICC_UICC_UNLOAD_H

#include "fs/uicc/uicc_state.h"

/* Gives it back, unless a command is only half done that the memory is needed for. */
void uicc_unload(struct uicc *uicc);
/* 0, also when nothing was unloaded, or a failure: then it stays unloaded. */
int uicc_reload(struct uicc *uicc);

#endif
