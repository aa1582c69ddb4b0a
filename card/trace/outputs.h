/* watchers: the observers that a card's options ask for. */
#ifndef EMUICC_CARD_TRACE_WATCHERS_H
#define EMUICC_CARD_TRACE_WATCHERS_H

#include "card/trace/capture.h"
#include "card/trace/tracer.h"
#include "card/trace/transcript.h"

struct watchers_plan {
    const char *trace, *pcap, *gsmtap, *record; /* files, and a host; NULL: none */
    const char *start; /* one line: which chip this is, and whether chance is seeded */
    bool seeded;
};

/* Those that were not asked for are all zero. */
struct watchers {
    struct tracer tracer;
    struct capture pcap, gsmtap;
    struct transcript transcript;
};

/* Opens them and lets them watch the card. 0, or a failure after a trace line; watchers_close() is
 * due after both, and after the card's end. */
int watchers_open(struct watchers *watchers, const struct watchers_plan *plan, struct card *card);
void watchers_close(struct watchers *watchers);

/* A line of apdu/trace.h, for the trace. */
void watchers_note(struct watchers *watchers, const char *text);

#endif
