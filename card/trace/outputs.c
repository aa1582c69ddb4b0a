#include "card/trace/watchers.h"

static int open_trace(struct watchers *watchers, const struct watchers_plan *plan,
                      struct card *card)
{
    const int result = tracer_open(&watchers->tracer, plan->trace, card, plan->seeded);
    if (result == 0) {
        tracer_note(&watchers->tracer, plan->start);
        card_observe(card, &watchers->tracer.observer);
    }
    return result;
}

static int open_pcap(struct watchers *watchers, const struct watchers_plan *plan, struct card *card)
{
    const int result = capture_open_file(&watchers->pcap, plan->pcap);
    if (result == 0)
        card_observe(card, &watchers->pcap.observer);
    return result;
}

static int open_gsmtap(struct watchers *watchers, const struct watchers_plan *plan,
                       struct card *card)
{
    const int result = capture_open_host(&watchers->gsmtap, plan->gsmtap);
    if (result == 0)
        card_observe(card, &watchers->gsmtap.observer);
    return result;
}

static int open_record(struct watchers *watchers, const struct watchers_plan *plan,
                       struct card *card)
{
    const int result = transcript_open(&watchers->transcript, plan->record, plan->start);
    if (result == 0)
        card_observe(card, &watchers->transcript.observer);
    return result;
}

int watchers_open(struct watchers *watchers, const struct watchers_plan *plan, struct card *card)
{
    int result = plan->trace != NULL ? open_trace(watchers, plan, card) : 0;
    if (result == 0 && plan->pcap != NULL)
        result = open_pcap(watchers, plan, card);
    if (result == 0 && plan->gsmtap != NULL)
        result = open_gsmtap(watchers, plan, card);
    if (result == 0 && plan->record != NULL)
        result = open_record(watchers, plan, card);
    return result;
}

void watchers_close(struct watchers *watchers)
{
    tracer_close(&watchers->tracer);
    capture_close(&watchers->pcap);
    capture_close(&watchers->gsmtap);
    transcript_close(&watchers->transcript);
}

void watchers_note(struct watchers *watchers, const char *text)
{
    if (watchers->tracer.file != NULL)
        tracer_note(&watchers->tracer, text);
}
