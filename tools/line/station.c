#include "tools/line/station.h"

#include "apdu/trace.h"
#include "tools/line/presence.h"
#include "tools/lpa/interrupt.h"
#include "tools/lpa/pcsc.h"
#include "tools/lpa/serial.h"

static void write_one(struct station *station)
{
    struct write_report report;
    struct transport *transport = station->serial != NULL
                                      ? serial_create(station->serial, SERIAL_PATIENCE_MS)
                                      : pcsc_create(station->reader);
    if (transport == NULL) {
        trace_error("out of memory");
        station->broken = true;
        return;
    }
    write_chip(station->line, station->hand, transport, &report);
    if (report.interrupted)
        atomic_store(&station->line->stop, true);
    summary_print(station->summary, &report);
}

static bool is_over(struct station *station)
{
    if (interrupt_seen())
        atomic_store(&station->line->stop, true);
    return station->broken || atomic_load(&station->line->stop) ||
           batch_open_count(station->line->batch) <= 0;
}

static void watch(struct station *station)
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
    if (station->loop)
        watch(station);
    else
        write_one(station);
    return NULL;
}
