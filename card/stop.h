/* stop: SIGTERM and SIGINT, awaited by a thread of their own, so that nothing else is interrupted
 * and no call has to be made for them while commands are answered. */
#ifndef EMUICC_CARD_STOP_H
#define EMUICC_CARD_STOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct stop {
    pthread_t thread;
    atomic_bool asked;
    int event; /* readable once asked */
};

/* Before any other thread. 0, or a failure after a trace line. */
int stop_begin(struct stop *stop);
void stop_finish(struct stop *stop);

bool stop_asked(const struct stop *stop);

#endif
