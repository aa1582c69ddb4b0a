/* authentication: server and chip make sure of each other (SGP.22 §3.1.2, §5.6.1, §5.6.3). */
#ifndef EMUICC_TOOLS_SMDPP_ES9_AUTHENTICATION_H
#define EMUICC_TOOLS_SMDPP_ES9_AUTHENTICATION_H

#include "tools/lib/server/call.h"
#include "tools/smdpp/state/smdpp.h"

/* ES9+.InitiateAuthentication: opens a session. */
int authentication_initiate(void *program, struct call *call);

/* ES9+.AuthenticateClient: checks the chip's AuthenticateServerResponse, chooses the profile, and
 * answers with what DPpb signs of it. */
int authentication_client(struct smdpp *smdpp, struct call *call, struct session *session,
                          struct bytes answer);

#endif
