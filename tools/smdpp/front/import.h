/* import: what a production line has made of exported orders comes back to the server. */
#ifndef EMUICC_TOOLS_SMDPP_FRONT_IMPORT_H
#define EMUICC_TOOLS_SMDPP_FRONT_IMPORT_H

#include "tools/smdpp/state/smdpp.h"

struct import_counts {
    unsigned installed; /* orders that are so now and were not before */
    unsigned left;      /* each with a trace line that says why */
    unsigned open;      /* rows that the line has not written */
};
/* Reads the batch at this path: an exported order whose row is written is installed, and the chip's
 * result is noted. Its signature has been verified by the line, which had the chip's certificate.
 * Again: what is known stays as it is. Stops at a failure (traced). */
int import_results(struct smdpp *smdpp, const char *path, struct import_counts *out);

#endif
