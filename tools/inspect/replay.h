/* replay: a recorded exchange out of a file: a transcript (--record of emuicc, of this page), or a
 * pcap file of GSMTAP packets (--pcap). */
#ifndef EMUICC_TOOLS_INSPECT_REPLAY_H
#define EMUICC_TOOLS_INSPECT_REPLAY_H

#include "tools/inspect/feed.h"

#define REPLAY_MAX (64u << 20) /* bytes of a file */

/* Adds all that is in the file. 0, or a failure after a trace line that says where the file is no
 * such thing. */
int replay_read(const char *path, struct feed *feed);

/* The same of the file's bytes; name: for the trace line. */
int replay_read_bytes(struct bytes file, const char *name, struct feed *feed);

#endif
