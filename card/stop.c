#include "card/stop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"

static void stop_signals(sigset_t *out)
{
    sigemptyset(out);
    sigaddset(out, SIGTERM);
    sigaddset(out, SIGINT);
}

static void *await(void *context)
{
    struct stop *stop = context;
    sigset_t signals;
    int number;
    stop_signals(&signals);
    sigwait(&signals, &number);
    atomic_store(&stop->asked, true);
    eventfd_write(stop->event, 1);
    return NULL;
}

int stop_begin(struct stop *stop)
{
    sigset_t signals;
    stop_signals(&signals);
    atomic_init(&stop->asked, false);
    stop->event = eventfd(0, EFD_CLOEXEC);
    if (stop->event < 0) {
        trace_error("cannot wait for signals: %s", strerror(errno));
        return FAILURE_INTERNAL;
    }
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    /* A shell starts what runs in the background with SIGINT ignored. */
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    const int wrong = pthread_create(&stop->thread, NULL, await, stop);
    if (wrong == 0)
        return 0;
    trace_error("cannot start a thread: %s", strerror(wrong));
    close(stop->event);
    return FAILURE_INTERNAL;
}

void stop_finish(struct stop *stop)
{
    pthread_kill(stop->thread, SIGTERM);
    pthread_join(stop->thread, NULL);
    close(stop->event);
}

bool stop_asked(const struct stop *stop)
{
    return atomic_load(&stop->asked);
}
