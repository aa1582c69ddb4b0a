/* selection: which profile a chip gets, and whether it may (SGP.22 §3.1.2 step 13, §3.1.3). */
#ifndef EMUICC_TOOLS_SMDPP_ES9_SELECTION_H
#define EMUICC_TOOLS_SMDPP_ES9_SELECTION_H

#include "tools/lib/server/call.h"
#include "tools/lib/common/euicc_info.h"
#include "tools/smdpp/state/smdpp.h"

/* A matching id as text; false if no order could have it. */
bool selection_text(struct bytes matching_id, char out[ORDERS_TEXT_SIZE]);

/* For session->common.euicc, with the matching id it has signed (empty: the order that waits for
 * its EID). Sets the session's order, package, metadata, content, and the binding that can be used
 * again. A refusal, a failure, or 0. */
int selection_choose(struct smdpp *smdpp, struct call *call, struct session *session,
                     const struct chip_authentication *chip);

#endif
