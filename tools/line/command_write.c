#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/trace.h"
#include "tools/line/options.h"
#include "tools/line/presence.h"
#include "tools/line/station.h"
#include "tools/lib/transport/interrupt.h"

struct shop {
    const struct line_options *options;
    struct line line;
    struct summary summary;
    struct presence presence;
    struct station stations[READERS_MAX];
    size_t count;
};

static void add_station(struct shop *shop, const char *reader)
{
    struct station *station = &shop->stations[shop->count];
    *station = (struct station){.line = &shop->line,
                                .summary = &shop->summary,
                                .reader = reader,
                                .serial = shop->options->serial,
                                .loop = shop->options->loop,
                                .hand = (unsigned)shop->count};
    shop->count++;
}

/* The readers that are meant, by name or all; those of them that are empty wait for a chip. */
static bool add_readers(struct shop *shop)
{
    const char *wanted = shop->options->reader;
    const struct readers *readers = &shop->presence.readers;
    if (!presence_start(&shop->presence))
        return false;
    for (size_t i = 0; i < readers->count; i++)
        if ((wanted == NULL || strstr(readers->names[i], wanted) != NULL) &&
            (readers->present[i] || shop->options->loop))
            add_station(shop, readers->names[i]);
    presence_finish(&shop->presence);
    if (shop->count == 0)
        trace_error(wanted != NULL ? "there is no reader '%s'" : "there is no chip in any reader",
                    wanted);
    return shop->count > 0;
}

static bool add_stations(struct shop *shop)
{
    if (shop->options->all || (shop->options->loop && shop->options->serial == NULL))
        return add_readers(shop);
    add_station(shop, shop->options->reader);
    return true;
}

/* Threads of their own only where there is more than one station. */
static void work(struct shop *shop)
{
    size_t started = 1;
    while (started < shop->count && pthread_create(&shop->stations[started].thread, NULL,
                                                   station_run, &shop->stations[started]) == 0)
        started++;
    if (started < shop->count)
        trace_error("there are threads for %zu readers only", started);
    station_run(&shop->stations[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(shop->stations[i].thread, NULL);
}

static bool is_good(const struct shop *shop)
{
    bool good = shop->summary.counts[WRITE_FAILED] + shop->summary.counts[WRITE_LEFT] +
                    shop->summary.counts[WRITE_REFUSED] ==
                0;
    for (size_t i = 0; i < shop->count; i++)
        good = good && !shop->stations[i].broken;
    return good && !ferror(stdout);
}

static const char *complaint(const struct line_options *options)
{
    const int places =
        (options->reader != NULL) + (options->serial != NULL) + (options->all ? 1 : 0);
    if (places > 1)
        return "--reader, --all and --serial are three places to look for chips: one of them";
    return NULL;
}

static bool run(struct shop *shop, const struct line_plan *plan)
{
    bool good = line_start(&shop->line, plan) == 0 && add_stations(shop);
    if (good) {
        summary_start(&shop->summary, shop->options->json);
        work(shop);
        good = is_good(shop);
        summary_finish(&shop->summary);
    }
    line_finish(&shop->line);
    return good;
}

int command_write(const struct line_options *options)
{
    const struct line_plan plan = {.batch = options->batch,
                                   .token = options->token,
                                   .pki = options->pki,
                                   .dpauth_key = options->dpauth_key,
                                   .dppb_key = options->dppb_key,
                                   .isd_r = options->isd_r};
    const char *wrong = complaint(options);
    struct shop *shop = wrong == NULL ? calloc(1, sizeof(*shop)) : NULL;
    if (shop == NULL) {
        trace_error("%s", wrong != NULL ? wrong : "out of memory");
        return -1;
    }
    shop->options = options;
    interrupt_start();
    const bool good = run(shop, &plan);
    free(shop);
    return good ? 0 : -1;
}
