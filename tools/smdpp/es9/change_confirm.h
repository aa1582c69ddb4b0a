/* change_confirm: ES9+.ConfirmDeviceChange, the user wants the profile to leave (SGP.22 v3
 * §3.11.1, §5.6.6). */
#ifndef EMUICC_TOOLS_SMDPP_ES9_CHANGE_CONFIRM_H
#define EMUICC_TOOLS_SMDPP_ES9_CHANGE_CONFIRM_H

#include "tools/smdpp/state/smdpp.h"

/* Checks what the chip has signed and the confirmation code, holds the profile's order until the
 * chip has deleted it, and answers with smdpSigned5: the activation code for the new device,
 * encrypted if the chip has sent a key. The JSON member is named as the chip's answer is: no public
 * text shows it. */
int change_confirm(struct smdpp *smdpp, struct call *call, struct session *session,
                   struct bytes answer);

#endif
