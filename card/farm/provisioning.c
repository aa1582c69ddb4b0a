#include "card/farm/provisioning.h"

#include <pthread.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"

#define PROGRESS_MS 2000
#define POLL_US 50000

struct provisioning {
    struct slot *slots;
    size_t count;
    const struct stop *stop;
    atomic_size_t next, made;
    atomic_bool failed;
};

static bool continues(struct provisioning *provisioning)
{
    return !atomic_load(&provisioning->failed) && !stop_asked(provisioning->stop);
}

static void *run_thread(void *context)
{
    struct provisioning *provisioning = context;
    for (size_t i; continues(provisioning) &&
                   (i = atomic_fetch_add(&provisioning->next, 1)) < provisioning->count;)
        if (slot_provision(&provisioning->slots[i]) != 0)
            atomic_store(&provisioning->failed, true);
        else
            atomic_fetch_add(&provisioning->made, 1);
    return NULL;
}

static void report_progress(struct provisioning *provisioning)
{
    for (int64_t said = clock_ms();
         continues(provisioning) && atomic_load(&provisioning->next) < provisioning->count;
         usleep(POLL_US)) {
        if (clock_ms() - said < PROGRESS_MS)
            continue;
        said = clock_ms();
        trace_notice("%zu of %zu chips are made", atomic_load(&provisioning->made),
                     provisioning->count);
    }
}

static void make_all(struct provisioning *provisioning, size_t count)
{
    pthread_t threads[PROVISIONING_THREADS_MAX];
    size_t started = 0;
    while (started < count &&
           pthread_create(&threads[started], NULL, run_thread, provisioning) == 0)
        started++;
    if (started == 0)
        run_thread(provisioning);
    else
        report_progress(provisioning);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

/* The first chip is made alone: what is wrong with it is wrong with all, and is reported once. */
int provisioning_run(struct slot *slots, size_t count, size_t threads, const struct stop *stop)
{
    struct provisioning provisioning = {.slots = slots, .count = count, .stop = stop};
    size_t there = 0;
    while (there < count && slot_is_provisioned(&slots[there]))
        there++;
    if (there == count)
        return 0;
    if (slot_provision(&slots[there]) != 0)
        return FAILURE_INTERNAL;
    atomic_init(&provisioning.next, there + 1);
    atomic_init(&provisioning.made, there + 1);
    make_all(&provisioning, threads);
    return atomic_load(&provisioning.made) == count ? 0 : FAILURE_INTERNAL;
}
