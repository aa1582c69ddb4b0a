#include "card/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"

#define EVENTS_A_ROUND 64
#define TIMES_A_ROUND 64

int loop_init(struct loop *loop, size_t sources, int stop)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    *loop = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC),
                          .buffers = malloc(sizeof(*loop->buffers))};
    if (loop->epoll < 0 || loop->buffers == NULL ||
        epoll_ctl(loop->epoll, EPOLL_CTL_ADD, stop, &event) != 0) {
        trace_error("cannot make a loop: %s", strerror(errno));
        return FAILURE_INTERNAL;
    }
    return timers_init(&loop->timers, sources);
}

void loop_finish(struct loop *loop)
{
    timers_finish(&loop->timers);
    free(loop->buffers);
    if (loop->epoll >= 0)
        close(loop->epoll);
}

static void run_times(struct loop *loop, int64_t now)
{
    struct timer *timer;
    for (int i = 0; i < TIMES_A_ROUND && (timer = timers_take(&loop->timers, now)) != NULL; i++) {
        struct loop_source *source = (struct loop_source *)timer;
        source->turn(source, loop, false, now);
    }
}

static void *run(void *context)
{
    struct loop *loop = context;
    struct epoll_event events[EVENTS_A_ROUND];
    for (;;) {
        const int wait = clock_until(timers_next(&loop->timers), clock_ms());
        const int count = epoll_wait(loop->epoll, events, EVENTS_A_ROUND, wait);
        const int64_t now = clock_ms();
        for (int i = 0; i < count; i++) {
            struct loop_source *source = events[i].data.ptr;
            if (source == NULL)
                return NULL;
            source->turn(source, loop, true, now);
        }
        run_times(loop, now);
    }
}

int loop_start(struct loop *loop)
{
    const int wrong = pthread_create(&loop->thread, NULL, run, loop);
    if (wrong == 0)
        return 0;
    trace_error("cannot start a thread: %s", strerror(wrong));
    return FAILURE_INTERNAL;
}

void loop_join(struct loop *loop)
{
    pthread_join(loop->thread, NULL);
}

/* A closed socket is not there any more: its number may be another one's by now. */
void loop_await(struct loop *loop, struct loop_source *source, int socket, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    const bool same = source->socket == socket + 1;
    if (socket >= 0 && (!same || source->events != events) &&
        epoll_ctl(loop->epoll, EPOLL_CTL_MOD, socket, &event) != 0 && errno == ENOENT)
        (void)epoll_ctl(loop->epoll, EPOLL_CTL_ADD, socket, &event);
    source->socket = socket + 1;
    source->events = events;
}

void loop_await_time(struct loop *loop, struct loop_source *source, int64_t due)
{
    timers_set(&loop->timers, &source->timer, due);
}

void loop_forget(struct loop *loop, struct loop_source *source)
{
    (void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, source->socket - 1, NULL);
    source->socket = 0;
    timers_set(&loop->timers, &source->timer, -1);
}

bool loop_hand_over(struct loop *loop, struct loop_source *source, int socket)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = source};
    return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, socket, &event) == 0;
}
