/* es2_rpm: ES2+.RpmOrder: an operator wants something done to its profiles on a chip (SGP.22 v3
 * §5.3.6). */
#ifndef EMUICC_TOOLS_SMDPP_ES2_ES2_RPM_H
#define EMUICC_TOOLS_SMDPP_ES2_ES2_RPM_H

#include "tools/lib/server/call.h"
#include "tools/smdpp/state/smdpp.h"

/* eid, rpmScript (an RpmPackage in DER, base64), matchingId (drawn here if absent). Each command's
 * profile has to be one that this server has sent to that chip, ordered by this operator or open;
 * with --any-chip nothing is asked of it, so that a card's refusals can be seen. Answers the
 * matchingId. */
int es2_rpm_order(void *program, struct call *call);

#endif
