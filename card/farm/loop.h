/* loop: one thread that serves very many sockets and times, each in turns that never wait. */
#ifndef EMUICC_CARD_FARM_LOOP_H
#define EMUICC_CARD_FARM_LOOP_H

#include <pthread.h>

#include "card/farm/timers.h"
#include "card/reader/vpcd.h"

struct loop;

/* Whoever wants turns; zero but for turn at first. Lives as long as the loop. */
struct loop_source {
    struct timer timer; /* first: the loop finds the source by it */
    int socket;         /* that is awaited, by its number plus one; 0: none */
    uint32_t events;
    /* ready: the socket is, or is broken; else it is time. */
    void (*turn)(struct loop_source *source, struct loop *loop, bool ready, int64_t now);
};

typedef void loop_task(void *context);

struct loop {
    int epoll;
    struct timers timers;
    struct vpcd_buffers *buffers; /* for whoever has its turn */
    pthread_t thread;
    struct loop_call {
        struct loop_source source;
        int event;
        pthread_mutex_t lock;
        pthread_cond_t done;
        loop_task *task; /* NULL: none is asked for */
        void *context;
        bool over; /* the loop does not run any more */
    } call;
};

/* sources: how many there can be. stop: a descriptor that can be read once the loop is to end. 0,
 * or a failure after a trace line. */
int loop_init(struct loop *loop, size_t sources, int stop);
void loop_finish(struct loop *loop);
/* Runs in a thread of its own until the stop. 0, or a failure after a trace line. */
int loop_start(struct loop *loop);
void loop_join(struct loop *loop);

/* What the source awaits from now on: EPOLLIN or EPOLLOUT of a socket that does not block (-1:
 * nothing), and a time (-1: none). A socket that is closed is not awaited any more. Only in the
 * loop's own thread, or before it starts. */
void loop_await(struct loop *loop, struct loop_source *source, int socket, uint32_t events);
void loop_await_time(struct loop *loop, struct loop_source *source, int64_t due);
/* The socket is somebody else's from now on. */
void loop_forget(struct loop *loop, struct loop_source *source);
/* From any thread: the socket, about which the source knows, gives it a turn at once. False
 * if it cannot be awaited. */
bool loop_hand_over(struct loop *loop, struct loop_source *source, int socket);

/* From another thread, one at a time: runs the task in the loop's and waits for its end. False,
 * with nothing run, when the loop has ended. */
bool loop_run(struct loop *loop, loop_task *task, void *context);

#endif
