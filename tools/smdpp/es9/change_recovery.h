/* change_recovery: a profile comes back to the chip that it has left (SGP.22 v3 §3.11.2):
 * AuthenticateClient with ctxParamsForProfileRecovery. */
#ifndef EMUICC_TOOLS_SMDPP_ES9_CHANGE_RECOVERY_H
#define EMUICC_TOOLS_SMDPP_ES9_CHANGE_RECOVERY_H

#include "tools/smdpp/state/smdpp.h"

/* Unless the new device has the profile, or a package that it may still install: from here on the
 * old chip alone may download it, under a new matching id. As often as it asks. */
int change_recovery_offer(struct smdpp *smdpp, struct call *call, struct session *session,
                          const struct chip_authentication *chip);

#endif
