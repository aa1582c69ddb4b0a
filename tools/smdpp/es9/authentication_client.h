/* authentication_client: what a chip gets once it is believed (SGP.22 §3.1.2, §5.6.3). */
#ifndef EMUICC_TOOLS_SMDPP_ES9_AUTHENTICATION_CLIENT_H
#define EMUICC_TOOLS_SMDPP_ES9_AUTHENTICATION_CLIENT_H

#include "tools/lib/server/call.h"
#include "tools/smdpp/state/smdpp.h"

/* ES9+.AuthenticateClient: checks the chip's AuthenticateServerResponse, chooses the profile, and
 * answers with what DPpb signs of it. */
int authentication_client(struct smdpp *smdpp, struct call *call, struct session *session,
                          struct bytes answer);

#endif
