/* v3: a chip of SGP.22 v3 that knows every element that metadata may have, and such metadata. */
#ifndef EMUICC_TESTS_ISD_R_V3_H
#define EMUICC_TESTS_ISD_R_V3_H

#include "tests/isd-r/peer.h"

/* without: EUICC_INFO_* that it lacks. Valid until the next call. */
const struct isd_r_settings *v3_settings(uint32_t without);

/* StoreMetadataRequest of a package: one recipient for each event, a second one for enabling by
 * RPM; then these elements, in hexadecimal. */
void v3_put_metadata(const struct package *content, const char *extra, struct writer *out);

/* errorReason of a download with these elements in a session of this release; 0: installed. */
int v3_reason_for(struct peer *peer, unsigned number, const char *extra, bool v3);

#endif
