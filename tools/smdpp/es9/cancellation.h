/* cancellation: the LPA ends a session before its end (SGP.22 §3.0.2, §5.6.5). */
#ifndef EMUICC_TOOLS_SMDPP_ES9_CANCELLATION_H
#define EMUICC_TOOLS_SMDPP_ES9_CANCELLATION_H

#include "tools/lib/server/call.h"
#include "tools/smdpp/state/smdpp.h"

/* ES9+.CancelSession: checks the chip's CancelSessionResponse. The order waits for another time, or
 * ends in error, as the reason says. */
int cancellation_end(struct smdpp *smdpp, struct call *call, struct session *session,
                     struct bytes answer);

#endif
