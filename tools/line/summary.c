#include "tools/line/summary.h"

#include <jansson.h>
#include <stdio.h>

#define NS_A_MILLISECOND 1e6

static double milliseconds(int64_t ns)
{
    return (double)ns / NS_A_MILLISECOND;
}

void summary_start(struct summary *summary, bool json)
{
    *summary = (struct summary){.json = json};
    pthread_mutex_init(&summary->lock, NULL);
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text[0] != '\0')
        json_object_set_new(object, key, json_string(text));
}

static void print_json(const struct write_report *report)
{
    const int64_t card = report->spent[WRITE_CARD];
    json_t *object = json_object();
    set_text(object, "reader", report->reader);
    set_text(object, "eid", report->eid);
    set_text(object, "iccid", report->iccid);
    set_text(object, "outcome", write_outcome_text(report->outcome));
    set_text(object, "reason", report->text);
    json_object_set_new(object, "milliseconds",
                        json_pack("{sf sf sf sf sf}", "total", milliseconds(report->total),
                                  "crypto", milliseconds(report->spent[WRITE_CRYPTO]), "card",
                                  milliseconds(card - report->transport), "transport",
                                  milliseconds(report->transport), "batch",
                                  milliseconds(report->spent[WRITE_STORE])));
    json_object_set_new(object, "commands", json_integer(report->commands));
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

static void print_text(const struct write_report *report)
{
    const int64_t card = report->spent[WRITE_CARD];
    printf("%s%s%s%s%s%s: %s", report->reader, report->reader[0] != '\0' ? ": " : "",
           report->eid[0] != '\0' ? "EID " : "no EID", report->eid,
           report->iccid[0] != '\0' ? ", profile " : "", report->iccid,
           write_outcome_text(report->outcome));
    if (report->text[0] != '\0')
        printf(": %s", report->text);
    printf(" (%.0f ms: crypto %.0f, card %.0f, transport %.0f, batch %.0f)\n",
           milliseconds(report->total), milliseconds(report->spent[WRITE_CRYPTO]),
           milliseconds(card - report->transport), milliseconds(report->transport),
           milliseconds(report->spent[WRITE_STORE]));
}

void summary_print(struct summary *summary, const struct write_report *report)
{
    pthread_mutex_lock(&summary->lock);
    summary->counts[report->outcome]++;
    if (summary->json)
        print_json(report);
    else
        print_text(report);
    fflush(stdout);
    pthread_mutex_unlock(&summary->lock);
}

void summary_finish(struct summary *summary)
{
    if (!summary->json)
        for (int i = 0; i < WRITE_OUTCOMES; i++)
            printf("%s%u %s", i > 0 ? ", " : "", summary->counts[i],
                   write_outcome_text((enum write_outcome)i));
    if (!summary->json)
        putchar('\n');
    pthread_mutex_destroy(&summary->lock);
}
