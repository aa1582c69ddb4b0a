/* loop: an event loop: one thread that serves very many sockets and timers. No handler blocks. */
#ifndef EMUICC_CARD_FARM_LOOP_H
#define EMUICC_CARD_FARM_LOOP_H

#include <pthread.h>
#include <stdatomic.h>

#include "card/farm/timers.h"
#include "card/reader/vpcd.h"

struct loop;

/* A source of events: a socket and a timer; zero but for `handle` at first. Lives as long as the
 * loop. */
struct loop_source {
    struct timer timer; /* first: the loop finds the source by it */
    int socket;         /* that is watched, by its number plus one; 0: none */
    uint32_t events;
    unsigned round;             /* in which the timer was set */
    struct loop_source *posted; /* the next one that was posted */
    /* ready: the socket is ready or broken, or the source was posted; else the timer has expired.
     */
    void (*handle)(struct loop_source *source, struct loop *loop, bool ready, int64_t now);
};

typedef void loop_task(void *context);

struct loop {
    int epoll;
    struct timers timers;
    unsigned round;               /* of timers that expired, so far */
    struct vpcd_buffers *buffers; /* for the handler that runs */
    pthread_t thread;
    _Atomic(struct loop_source *) posted; /* the last one */
    struct loop_call {
        struct loop_source source;
        int event;
        pthread_mutex_t lock;
        pthread_cond_t done;
        loop_task *task; /* NULL: none */
        void *context;
        bool over; /* the loop has ended */
    } call;
};

/* sources: how many there can be. stop: a descriptor that can be read once the loop is to end. 0,
 * or a failure after a trace line. */
int loop_init(struct loop *loop, size_t sources, int stop);
void loop_finish(struct loop *loop);
/* Runs in a thread of its own until the stop. 0, or a failure after a trace line. */
int loop_start(struct loop *loop);
void loop_join(struct loop *loop);

/* What the source waits for from now on: EPOLLIN or EPOLLOUT of a non-blocking socket (-1: none),
 * and a time (-1: none; one that has come is met once the sockets that are ready were served). A
 * closed socket is no longer watched. Only in the loop's own thread, or
 * before it starts. */
void loop_watch(struct loop *loop, struct loop_source *source, int socket, uint32_t events);
void loop_set_time(struct loop *loop, struct loop_source *source, int64_t due);
/* The socket is no longer watched, so that another loop may have it. */
void loop_unwatch(struct loop *loop, struct loop_source *source);
/* From any thread: the source is called at once, in the loop's thread. Not again before that. */
void loop_post(struct loop *loop, struct loop_source *source);

/* From another thread, one at a time: runs the task in the loop's thread and waits for its end.
 * False, with nothing run, when the loop has ended. */
bool loop_run(struct loop *loop, loop_task *task, void *context);

#endif
