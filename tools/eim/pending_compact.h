/* pending_compact: the compact forms of notifications (SGP.32 §2.11.2, minimizeEsipaBytes). */
#ifndef EMUICC_TOOLS_EIM_PENDING_COMPACT_H
#define EMUICC_TOOLS_EIM_PENDING_COMPACT_H

#include "tools/eim/downloads.h"

/* The whole form with what the eIM knows of the download and the chip. 0 with *out; 1 if it is
 * malformed or nothing is known of it; or a failure. */
int pending_expand(struct database *database, const char *eid, struct bytes compact,
                   struct blob *out);

#endif
