/* action: what a script has the terminal asked for: a REFRESH at its end, a text or a tone (TS 102
 * 226 §5.2.1). */
#ifndef EMUICC_FS_OTA_ACTION_H
#define EMUICC_FS_OTA_ACTION_H

#include "fs/toolkit/proactive.h"

/* The COMPREHENSION-TLVs of a proactive command: command details, device identities, what belongs
 * to it. False if it is no command that a script may have asked, or if the terminal cannot be
 * asked. */
bool action_ask(struct proactive *proactive, struct bytes command);

#endif
