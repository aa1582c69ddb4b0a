#include "card/farm/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"

#define EVENTS_A_ROUND 64
#define TIMERS_A_ROUND 64

static void run_posted(struct loop *loop, int64_t now)
{
    struct loop_source *next, *source = atomic_exchange(&loop->posted, NULL);
    for (; source != NULL; source = next) {
        next = source->posted; /* it may be posted again */
        source->handle(source, loop, true, now);
    }
}

static void run_task(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct loop_call *call = &loop->call;
    eventfd_t value;
    (void)source;
    (void)ready;
    (void)eventfd_read(call->event, &value);
    run_posted(loop, now);
    pthread_mutex_lock(&call->lock);
    if (call->task != NULL)
        call->task(call->context);
    call->task = NULL;
    pthread_cond_signal(&call->done);
    pthread_mutex_unlock(&call->lock);
}

static bool init_descriptors(struct loop *loop, int stop)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->call.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->epoll < 0 || loop->call.event < 0 ||
        epoll_ctl(loop->epoll, EPOLL_CTL_ADD, stop, &event) != 0)
        return false;
    loop_watch(loop, &loop->call.source, loop->call.event, EPOLLIN);
    return true;
}

int loop_init(struct loop *loop, size_t sources, int stop)
{
    *loop = (struct loop){.buffers = malloc(sizeof(*loop->buffers)),
                          .call = {.source.handle = run_task, .event = -1}};
    pthread_mutex_init(&loop->call.lock, NULL);
    pthread_cond_init(&loop->call.done, NULL);
    if (init_descriptors(loop, stop) && loop->buffers != NULL)
        return timers_init(&loop->timers, sources);
    trace_error("cannot make a loop: %s", strerror(errno));
    return FAILURE_INTERNAL;
}

void loop_finish(struct loop *loop)
{
    timers_finish(&loop->timers);
    free(loop->buffers);
    if (loop->epoll >= 0)
        close(loop->epoll);
    if (loop->call.event >= 0)
        close(loop->call.event);
    pthread_cond_destroy(&loop->call.done);
    pthread_mutex_destroy(&loop->call.lock);
}

bool loop_run(struct loop *loop, loop_task *task, void *context)
{
    struct loop_call *call = &loop->call;
    pthread_mutex_lock(&call->lock);
    call->task = task;
    call->context = context;
    (void)eventfd_write(call->event, 1);
    while (call->task != NULL && !call->over)
        pthread_cond_wait(&call->done, &call->lock);
    const bool ran = call->task == NULL;
    call->task = NULL;
    pthread_mutex_unlock(&call->lock);
    return ran;
}

/* A source that wants to go on at once does so in the next round, after what has come for others.
 */
static void run_timers(struct loop *loop, int64_t now)
{
    struct timer *timer;
    loop->round++;
    for (int i = 0; i < TIMERS_A_ROUND && (timer = timers_take(&loop->timers, now)) != NULL; i++) {
        struct loop_source *source = (struct loop_source *)timer;
        if (source->round == loop->round) {
            timers_set(&loop->timers, timer, timer->due);
            return;
        }
        source->handle(source, loop, false, now);
    }
}

static void *end(struct loop *loop)
{
    pthread_mutex_lock(&loop->call.lock);
    loop->call.over = true;
    pthread_cond_signal(&loop->call.done);
    pthread_mutex_unlock(&loop->call.lock);
    return NULL;
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
                return end(loop);
            source->handle(source, loop, true, now);
        }
        run_timers(loop, now);
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

/* A closed socket is gone from epoll: its number may belong to another socket by now. */
void loop_watch(struct loop *loop, struct loop_source *source, int socket, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    const bool same = source->socket == socket + 1;
    if (socket >= 0 && !same)
        (void)epoll_ctl(loop->epoll, EPOLL_CTL_ADD, socket, &event);
    else if (socket >= 0 && source->events != events)
        (void)epoll_ctl(loop->epoll, EPOLL_CTL_MOD, socket, &event);
    source->socket = socket + 1;
    source->events = events;
}

void loop_set_time(struct loop *loop, struct loop_source *source, int64_t due)
{
    source->round = loop->round;
    timers_set(&loop->timers, &source->timer, due);
}

void loop_unwatch(struct loop *loop, struct loop_source *source)
{
    (void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, source->socket - 1, NULL);
    source->socket = 0;
    timers_set(&loop->timers, &source->timer, -1);
}

void loop_post(struct loop *loop, struct loop_source *source)
{
    source->posted = atomic_load(&loop->posted);
    while (!atomic_compare_exchange_weak(&loop->posted, &source->posted, source))
        ;
    (void)eventfd_write(loop->call.event, 1);
}
