#include "card/trace/outputs.h"

static int open_trace(struct outputs *outputs, const struct outputs_plan *plan, struct card *card)
{
    const int result = tracer_open(&outputs->tracer, plan->trace, card, plan->seeded);
    if (result == 0) {
        tracer_note(&outputs->tracer, plan->start);
        card_observe(card, &outputs->tracer.observer);
    }
    return result;
}

static int open_pcap(struct outputs *outputs, const struct outputs_plan *plan, struct card *card)
{
    const int result = capture_open_file(&outputs->pcap, plan->pcap);
    if (result == 0)
        card_observe(card, &outputs->pcap.observer);
    return result;
}

static int open_gsmtap(struct outputs *outputs, const struct outputs_plan *plan, struct card *card)
{
    const int result = capture_open_host(&outputs->gsmtap, plan->gsmtap);
    if (result == 0)
        card_observe(card, &outputs->gsmtap.observer);
    return result;
}

static int open_record(struct outputs *outputs, const struct outputs_plan *plan, struct card *card)
{
    const int result = transcript_open(&outputs->transcript, plan->record, plan->start);
    if (result == 0)
        card_observe(card, &outputs->transcript.observer);
    return result;
}

int outputs_open(struct outputs *outputs, const struct outputs_plan *plan, struct card *card)
{
    int result = plan->trace != NULL ? open_trace(outputs, plan, card) : 0;
    if (result == 0 && plan->pcap != NULL)
        result = open_pcap(outputs, plan, card);
    if (result == 0 && plan->gsmtap != NULL)
        result = open_gsmtap(outputs, plan, card);
    if (result == 0 && plan->record != NULL)
        result = open_record(outputs, plan, card);
    return result;
}

void outputs_close(struct outputs *outputs)
{
    tracer_close(&outputs->tracer);
    capture_close(&outputs->pcap);
    capture_close(&outputs->gsmtap);
    transcript_close(&outputs->transcript);
}

void outputs_note(struct outputs *outputs, const char *text)
{
    if (outputs->tracer.file != NULL)
        tracer_note(&outputs->tracer, text);
}
