/* events: what an SM-DS tells of a chip, in an answer for its IPA: the first event as a trigger,
 * the others as orders of their own (SGP.32 §5.14.2). Inside tools/eim only. */
#ifndef EMUICC_TOOLS_EIM_EVENTS_H
#define EMUICC_TOOLS_EIM_EVENTS_H

#include "tools/eim/downloads.h"
#include "tools/eim/eim.h"

#define EVENTS_TRIGGER_SIZE 512

/* entries: eventEntries of ES11.AuthenticateClient, JSON. download: the session's, of which the
 * order is. The trigger (BF54) is appended to `trigger`, nothing where no event waits. 0; 1 if the
 * entries are malformed; or a failure. */
int events_take(struct eim *eim, const struct download *download, struct bytes entries,
                struct writer *trigger);

#endif
