/* write: one chip's profile, from its EID to a verified result (SGP.22 §3.1.2, §3.1.3, with the
 * line in the SM-DP+'s place). */
#ifndef EMUICC_TOOLS_LINE_WRITE_H
#define EMUICC_TOOLS_LINE_WRITE_H

#include "tools/lib/transport/transport.h"
#include "tools/line/write_report.h"

/* thread: which of the line's threads this is; done: EID of a chip to be passed over, "" for none.
 * The transport is opened and closed here, and given back. */
void write_chip(struct line *line, unsigned thread, struct transport *transport, const char *done,
                struct write_report *out);

#endif
