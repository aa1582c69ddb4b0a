#include "card/reader/reader_serve.h"

#include <poll.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"
#include "card/reader/link.h"

int reader_serve(const struct reader *reader, struct card *card, struct stop *stop,
                 struct control *control)
{
    struct link link;
    struct vpcd_buffers *buffers = malloc(sizeof(*buffers));
    if (buffers == NULL) {
        trace_error("no memory for the reader's frames");
        return FAILURE_INTERNAL;
    }
    link_init(&link, reader, card);
    link_step(&link, false, clock_ms(), buffers);
    while (!stop_asked(stop)) {
        struct pollfd waits[] = {{.fd = stop->event, .events = POLLIN},
                                 {.fd = link.socket, .events = link_events(&link)}};
        if (!control_wait(control, waits, sizeof(waits) / sizeof(waits[0]),
                          card_idle_time(card, link.due)))
            card_idle(card);
        link_step(&link, waits[1].revents != 0, clock_ms(), buffers);
    }
    link_finish(&link);
    free(buffers);
    return 0;
}
