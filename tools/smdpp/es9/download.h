/* download: the profile is bound to the chip and handed over (SGP.22 §3.1.3, §5.6.2). */
#ifndef EMUICC_TOOLS_SMDPP_ES9_DOWNLOAD_H
#define EMUICC_TOOLS_SMDPP_ES9_DOWNLOAD_H

#include "tools/lib/server/call.h"
#include "tools/smdpp/state/smdpp.h"

/* ES9+.GetBoundProfilePackage: checks the chip's PrepareDownloadResponse and the confirmation code,
 * and answers with the bound package: the one sent before if the chip still has the one-time key it
 * was bound to, a new one otherwise. */
int download_bound_profile_package(struct smdpp *smdpp, struct call *call, struct session *session,
                                   struct bytes answer);

#endif
