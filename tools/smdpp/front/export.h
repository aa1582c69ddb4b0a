/* export: orders for known chips leave the server as a batch for a production line: what was
 * ordered over ES2+ for an EID, released, and not downloaded. */
#ifndef EMUICC_TOOLS_SMDPP_FRONT_EXPORT_H
#define EMUICC_TOOLS_SMDPP_FRONT_EXPORT_H

#include "tools/smdpp/state/smdpp.h"
#include "tools/lib/token/diversify.h"

struct export_counts {
    unsigned exported;
    unsigned left; /* each with a trace line that says why */
};
/* Adds them to the batch at this path, made if absent; what was exported can be downloaded no more.
 * Again: what is in the batch already stays as it is. Stops at a failure (traced). */
int export_orders(struct smdpp *smdpp, const char *path, const struct diversify *root,
                  struct export_counts *out);

#endif
