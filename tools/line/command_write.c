/* emuicc-line write: chips in one reader or in all, one or many. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apdu/trace.h"
#include "tools/line/options.h"
#include "tools/line/presence.h"
#include "tools/line/station.h"
#include "tools/lib/transport/interrupt.h"

struct write_run {
    const struct line_options *options;
    struct line line;
    struct summary summary;
    struct presence presence;
    struct station stations[READERS_MAX];
    size_t count;
};

static void add_station(struct write_run *run, const char *reader)
{
    struct station *station = &run->stations[run->count];
    *station = (struct station){.line = &run->line,
                                .summary = &run->summary,
                                .reader = reader,
                                .serial = run->options->serial,
                                .loop = run->options->loop,
                                .number = (unsigned)run->count};
    run->count++;
}

/* The readers that are meant, by name or all; those of them that are empty wait for a chip. */
static bool add_readers(struct write_run *run)
{
    const char *wanted = run->options->reader;
    const struct readers *readers = &run->presence.readers;
    if (!presence_start(&run->presence))
        return false;
    for (size_t i = 0; i < readers->count; i++)
        if ((wanted == NULL || strstr(readers->names[i], wanted) != NULL) &&
            (readers->present[i] || run->options->loop))
            add_station(run, readers->names[i]);
    presence_finish(&run->presence);
    if (run->count == 0)
        trace_error(wanted != NULL ? "there is no reader '%s'" : "there is no chip in any reader",
                    wanted);
    return run->count > 0;
}

static bool add_stations(struct write_run *run)
{
    if (run->options->all || (run->options->loop && run->options->serial == NULL))
        return add_readers(run);
    add_station(run, run->options->reader);
    return true;
}

/* Threads of their own only where there is more than one station. */
static void work(struct write_run *run)
{
    size_t started = 1;
    while (started < run->count && pthread_create(&run->stations[started].thread, NULL, station_run,
                                                  &run->stations[started]) == 0)
        started++;
    if (started < run->count)
        trace_error("there are threads for %zu readers only", started);
    station_run(&run->stations[0]);
    for (size_t i = 1; i < started; i++)
        pthread_join(run->stations[i].thread, NULL);
}

static bool is_good(const struct write_run *run)
{
    bool good = run->summary.counts[WRITE_FAILED] + run->summary.counts[WRITE_LEFT] +
                    run->summary.counts[WRITE_REFUSED] ==
                0;
    for (size_t i = 0; i < run->count; i++)
        good = good && !run->stations[i].broken;
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

static bool execute(struct write_run *run, const struct line_plan *plan)
{
    bool good = line_start(&run->line, plan) == 0 && add_stations(run);
    if (good) {
        summary_start(&run->summary, run->options->json);
        work(run);
        good = is_good(run);
        summary_finish(&run->summary);
    }
    line_finish(&run->line);
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
    struct write_run *run = wrong == NULL ? calloc(1, sizeof(*run)) : NULL;
    if (run == NULL) {
        trace_error("%s", wrong != NULL ? wrong : "out of memory");
        return -1;
    }
    run->options = options;
    interrupt_start();
    const bool good = execute(run, &plan);
    free(run);
    return good ? 0 : -1;
}
