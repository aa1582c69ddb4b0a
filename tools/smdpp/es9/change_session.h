/* change_session: a chip whose user wants to move a profile to another device (SGP.22 v3 §3.11.1):
 * AuthenticateClient with ctxParamsForDeviceChange, and the end of such a session. */
#ifndef EMUICC_TOOLS_SMDPP_ES9_CHANGE_SESSION_H
#define EMUICC_TOOLS_SMDPP_ES9_CHANGE_SESSION_H

#include "tools/smdpp/state/smdpp.h"

/* Finds the profile that this server has sent to the chip, asks its operator, and asks the user by
 * smdpSigned4. A refusal, a failure, or 0. */
int change_session_offer(struct smdpp *smdpp, struct call *call, struct session *session,
                         const struct chip_authentication *chip);

/* The user or the chip did not want it: the profile stays. */
int change_session_cancel(struct smdpp *smdpp, struct session *session, const char *reason);

/* The operator hears of it. event: as struct progress_change's. */
void change_session_tell(struct smdpp *smdpp, const struct change *change, const char *event,
                         enum refusal refusal, const char *message);

/* SmdpSigned4, signed: asks for a code, or tells the activation code of a recovery (""  none). */
int change_session_put_signed4(struct smdpp *smdpp, struct call *call, struct session *session,
                               const char *activation_code, struct bytes signature1);

/* The profile's package, with what its operator says of changes. A refusal, a failure, or 0 with
 * *entry, which is the caller's to finish. */
int change_session_read_package(struct smdpp *smdpp, struct call *call, const struct order *order,
                                struct catalogue_entry *entry);

#define CHANGE_ACTIVATION_CODE_SIZE 600
/* "1$ADDRESS$MATCHING_ID", with "$$1" where the download asks for a confirmation code. */
void change_session_activation_code(const struct smdpp *smdpp, const struct order *order,
                                    char out[CHANGE_ACTIVATION_CODE_SIZE]);

#endif
