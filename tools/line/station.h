/* station: one place on the line where chips come and go: a reader or a modem, and the thread that
 * works there. */
#ifndef EMUICC_TOOLS_LINE_STATION_H
#define EMUICC_TOOLS_LINE_STATION_H

#include <pthread.h>

#include "tools/line/summary.h"

struct station {
    struct line *line;
    struct summary *summary;
    const char *reader; /* NULL: the only one with a chip */
    const char *serial; /* a modem's terminal instead; or NULL */
    bool loop;          /* wait for the next chip */
    unsigned number;    /* among the threads of the line */
    pthread_t thread;
    bool broken; /* it cannot work at all; traced */
};

/* Writes the chip that is there, or with `loop` each that comes, until line->stop or no row is
 * left. A thread's function: context is a struct station; returns NULL. */
void *station_run(void *context);

#endif
