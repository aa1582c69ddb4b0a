#include "card/farm/nursery.h"

#include <pthread.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/clock.h"

#define PROGRESS_MS 2000
#define LOOK_US 50000

struct nursery {
    struct seat *seats;
    size_t count;
    const struct stop *stop;
    atomic_size_t next, made;
    atomic_bool failed;
};

static bool goes_on(struct nursery *nursery)
{
    return !atomic_load(&nursery->failed) && !stop_asked(nursery->stop);
}

static void *make_some(void *context)
{
    struct nursery *nursery = context;
    for (size_t i; goes_on(nursery) && (i = atomic_fetch_add(&nursery->next, 1)) < nursery->count;)
        if (seat_make(&nursery->seats[i]) != 0)
            atomic_store(&nursery->failed, true);
        else
            atomic_fetch_add(&nursery->made, 1);
    return NULL;
}

static void say_progress(struct nursery *nursery)
{
    for (int64_t said = clock_ms();
         goes_on(nursery) && atomic_load(&nursery->next) < nursery->count; usleep(LOOK_US)) {
        if (clock_ms() - said < PROGRESS_MS)
            continue;
        said = clock_ms();
        trace_notice("%zu of %zu chips are made", atomic_load(&nursery->made), nursery->count);
    }
}

static void make_all(struct nursery *nursery, size_t count)
{
    pthread_t threads[NURSERY_THREADS_MAX];
    size_t started = 0;
    while (started < count && pthread_create(&threads[started], NULL, make_some, nursery) == 0)
        started++;
    if (started == 0)
        make_some(nursery);
    else
        say_progress(nursery);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

/* The first one alone: what is wrong with it is wrong with all, and is said once. */
int nursery_make(struct seat *seats, size_t count, size_t threads, const struct stop *stop)
{
    struct nursery nursery = {.seats = seats, .count = count, .stop = stop};
    size_t there = 0;
    while (there < count && seat_is_made(&seats[there]))
        there++;
    if (there == count)
        return 0;
    if (seat_make(&seats[there]) != 0)
        return FAILURE_INTERNAL;
    atomic_init(&nursery.next, there + 1);
    atomic_init(&nursery.made, there + 1);
    make_all(&nursery, threads);
    return atomic_load(&nursery.made) == count ? 0 : FAILURE_INTERNAL;
}
