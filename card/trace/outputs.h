/* outputs: the observers that a card's options ask for. */
#ifndef EMUICC_CARD_TRACE_OUTPUTS_H
#define EMUICC_CARD_TRACE_OUTPUTS_H

#include "card/trace/capture.h"
#include "card/trace/tracer.h"
#include "card/trace/transcript.h"

struct outputs_plan {
    const char *trace, *pcap, *gsmtap, *record; /* files, and a host; NULL: none */
    const char *start; /* one line: which chip this is, and whether chance is seeded */
    bool seeded;
};

/* Those that were not asked for are all zero. */
struct outputs {
    struct tracer tracer;
    struct capture pcap, gsmtap;
    struct transcript transcript;
};

/* Opens them and lets them watch the card. 0, or a failure after a trace line; outputs_close() is
 * due after both, and after the card's end. */
int outputs_open(struct outputs *outputs, const struct outputs_plan *plan, struct card *card);
void outputs_close(struct outputs *outputs);

/* A line of apdu/trace.h, for the trace. */
void outputs_note(struct outputs *outputs, const char *text);

#endif
