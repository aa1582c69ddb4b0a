#include "card/trace/outputs.h"

#include "apdu/status.h"

int outputs_open(struct outputs *outputs, const struct outputs_plan *plan)
{
    int result = 0;
    if (plan->trace != NULL)
        result = tracer_open(&outputs->tracer, plan->trace, plan->seeded);
    if (result == 0 && plan->pcap != NULL)
        result = capture_open_file(&outputs->pcap, plan->pcap);
    if (result == 0 && plan->gsmtap != NULL)
        result = capture_open_host(&outputs->gsmtap, plan->gsmtap);
    if (result == 0 && plan->record != NULL)
        result = transcript_open(&outputs->transcript, plan->record);
    return result;
}

void outputs_observe(struct outputs *outputs, struct card *card, const char *start)
{
    outputs->card = card;
    if (outputs->tracer.file.stream != NULL) {
        outputs->tracer.card = card;
        tracer_note(&outputs->tracer, start);
        card_observe(card, &outputs->tracer.observer);
    }
    if (outputs->pcap.room != NULL)
        card_observe(card, &outputs->pcap.observer);
    if (outputs->gsmtap.room != NULL)
        card_observe(card, &outputs->gsmtap.observer);
    if (outputs->transcript.file.stream != NULL) {
        transcript_remark(&outputs->transcript, start);
        card_observe(card, &outputs->transcript.observer);
    }
}

int outputs_close(struct outputs *outputs)
{
    const int results[] = {tracer_close(&outputs->tracer), capture_close(&outputs->pcap),
                           capture_close(&outputs->gsmtap), transcript_close(&outputs->transcript)};
    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
        if (results[i] != 0)
            return FAILURE_INTERNAL;
    return 0;
}

void outputs_note(struct outputs *outputs, const char *text)
{
    if (outputs->tracer.file.stream != NULL)
        tracer_note(&outputs->tracer, text);
    if (outputs->card != NULL)
        observers_note(outputs->card->observers, text);
}
