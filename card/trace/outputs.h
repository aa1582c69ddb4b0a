/* outputs: the observers that a card's options ask for. */
#ifndef EMUICC_CARD_TRACE_OUTPUTS_H
#define EMUICC_CARD_TRACE_OUTPUTS_H

#include "card/trace/capture.h"
#include "card/trace/tracer.h"
#include "card/trace/transcript.h"

struct outputs_plan {
    const char *trace, *pcap, *gsmtap, *record; /* files, and a host; NULL: none */
    bool seeded;
};

/* Those that were not asked for are all zero. */
struct outputs {
    const struct card *card; /* that is observed; borrowed; NULL: none yet */
    struct tracer tracer;
    struct capture pcap, gsmtap;
    struct transcript transcript;
};

/* Opens them. 0, or a failure after a trace line; outputs_close() is due after both. */
int outputs_open(struct outputs *outputs, const struct outputs_plan *plan);
/* From here on they observe the card, which has to end before they do. start: one line, which chip
 * this is, and whether chance is seeded. */
void outputs_observe(struct outputs *outputs, struct card *card, const char *start);
/* 0, or a failure if something could not be written, which a trace line has said. */
int outputs_close(struct outputs *outputs);

/* A line of apdu/trace.h, for the trace and for whoever else observes the card. */
void outputs_note(struct outputs *outputs, const char *text);

#endif
