/* capture: pcap files of GSMTAP packets (apdu/decode/gsmtap.h), read. A packet has an exchange as
 * T=0 carries it, so that where the command ends and its answer begins follows from its
 * instruction. */
#ifndef EMUICC_TOOLS_INSPECT_CAPTURE_H
#define EMUICC_TOOLS_INSPECT_CAPTURE_H

#include "tools/inspect/feed.h"

/* The bytes begin as a pcap file does, in either byte order, with times in micro- or nanoseconds.
 */
bool capture_is(struct bytes file);
/* Adds its packets; those that are no GSMTAP of a SIM are passed over. 0, or a failure after a
 * trace line. */
int capture_read(struct bytes file, const char *name, struct feed *feed);

#endif
