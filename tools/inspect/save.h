/* save: what a feed has kept, as a file that other programs read, and --replay of this one. */
#ifndef EMUICC_TOOLS_INSPECT_SAVE_H
#define EMUICC_TOOLS_INSPECT_SAVE_H

#include <stdio.h>

#include "tools/inspect/feed.h"

/* A transcript (apdu/decode/transcript_line.h), as emuicc --record writes it. */
void save_transcript(struct feed *feed, FILE *out);
/* A pcap file of GSMTAP packets, as emuicc --pcap writes it. False if memory is short. */
bool save_pcap(struct feed *feed, FILE *out);

#endif
