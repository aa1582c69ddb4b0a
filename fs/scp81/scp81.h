/* scp81: administration of security domains over HTTP (GlobalPlatform Amendment B): a message over
 * the air triggers a session, whose bytes go by a channel of the terminal's to the server, whose
 * scripts run where remote management lets them. What is left unfinished is tried again as the
 * retry policy says, or where the terminal has come into service before that, and with the next
 * TERMINAL PROFILE after a reset; the last failure is reported by a short message where the policy
 * has one.
 *
 * All that it changes is the card's to commit with the command that brought it. */
#ifndef EMUICC_FS_SCP81_SCP81_H
#define EMUICC_FS_SCP81_SCP81_H

#include "fs/scp81/scp81_state.h"

/* From here on the UICC and what comes over the air tell this; ota is borrowed. */
void scp81_init(struct scp81 *scp81, struct ota *ota);
void scp81_finish(struct scp81 *scp81);
/* Power-on or reset: what is under way ends. */
void scp81_reset(struct scp81 *scp81);
/* A command was undone, or another profile is enabled: nothing that it has begun goes on, and the
 * channel is closed. */
void scp81_break(struct scp81 *scp81);

#endif
