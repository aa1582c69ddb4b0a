/* notification: what chips tell of their profiles (SGP.22 §3.5, §5.6.4). */
#ifndef EMUICC_TOOLS_SMDPP_ES9_NOTIFICATION_H
#define EMUICC_TOOLS_SMDPP_ES9_NOTIFICATION_H

#include "tools/lib/server/call.h"
#include "tools/smdpp/state/smdpp.h"

/* ES9+.HandleNotification: verifies a ProfileInstallationResult or another signed notification and
 * keeps it. The result of a download that is unknown here is acknowledged and only logged. */
int notification_handle(void *program, struct call *call);

#endif
