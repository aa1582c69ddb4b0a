#include "tools/line/station.h"

#include <string.h>
#include <time.h>

#include "apdu/trace.h"
#include "tools/line/presence.h"
#include "tools/lib/transport/interrupt.h"
#include "tools/lib/transport/pcsc.h"
#include "tools/lib/transport/serial.h"

#define MOMENT_NS 500000000L

/* The chip that is there now, unless its EID is `done`. */
static void try_one(struct station *station, const char *done, struct write_report *report)
{
    struct transport *transport = station->serial != NULL
                                      ? serial_create(station->serial, SERIAL_TIMEOUT_MS)
                                      : pcsc_create(station->reader);
    if (transport == NULL) {
        trace_error("out of memory");
        *report = (struct write_report){0};
        station->broken = true;
        return;
    }
    write_chip(station->line, station->number, transport, done, report);
    if (report->interrupted)
        atomic_store(&station->line->stop, true);
}

static void write_one(struct station *station)
{
    struct write_report report;
    try_one(station, "", &report);
    if (!station->broken)
        summary_print(station->summary, &report);
}

static bool is_over(struct station *station)
{
    if (interrupt_seen())
        atomic_store(&station->line->stop, true);
    return station->broken || atomic_load(&station->line->stop) ||
           batch_open_count(station->line->batch) <= 0;
}

/* A modem does not tell when a chip comes: it is asked, moment by moment, which one is there. */
static void watch_modem(struct station *station)
{
    char done[BATCH_EID_SIZE] = "";
    struct write_report report;
    for (bool told = false; !is_over(station); told = done[0] == '\0') {
        try_one(station, done, &report);
        memcpy(done, report.eid, sizeof(done));
        if (done[0] != '\0' && !report.same)
            summary_print(station->summary, &report);
        else if (done[0] == '\0' && !told && !report.interrupted)
            trace_notice("%s: empty, the next chip may come (%s)", station->serial, report.text);
        if (!is_over(station))
            nanosleep(&(struct timespec){.tv_nsec = MOMENT_NS}, NULL);
    }
}

static void watch_reader(struct station *station)
{
    struct presence_watch watch;
    station->broken = !presence_watch_start(&watch, station->reader);
    if (station->broken)
        return;
    while (!is_over(station)) {
        switch (presence_wait(&watch)) {
        case PRESENCE_CHIP:
            write_one(station);
            break;
        case PRESENCE_EMPTY:
            trace_notice("%s: empty, the next chip may come", station->reader);
            break;
        case PRESENCE_FAILURE:
            station->broken = true;
            break;
        case PRESENCE_SAME:
            break;
        }
    }
    presence_watch_finish(&watch);
}

void *station_run(void *context)
{
    struct station *station = context;
    if (station->loop && station->serial != NULL)
        watch_modem(station);
    else if (station->loop)
        watch_reader(station);
    else
        write_one(station);
    return NULL;
}
