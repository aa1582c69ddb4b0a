#include "card/farm/timers.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"

int timers_init(struct timers *timers, size_t capacity)
{
    *timers =
        (struct timers){.heap = calloc(capacity + 1, sizeof(struct timer *)), .capacity = capacity};
    if (timers->heap != NULL)
        return 0;
    trace_error("no memory for %zu timers", capacity);
    return FAILURE_INTERNAL;
}

void timers_finish(struct timers *timers)
{
    free(timers->heap);
}

static void put(struct timers *timers, struct timer *timer, size_t place)
{
    timers->heap[place] = timer;
    timer->place = place;
}

/* Moves a hole at this place to where the timer fits, later ones down or earlier ones up. */
static void sift(struct timers *timers, struct timer *timer, size_t place)
{
    for (; place > 1 && timers->heap[place / 2]->due > timer->due; place /= 2)
        put(timers, timers->heap[place / 2], place);
    for (size_t child; (child = 2 * place) <= timers->count; place = child) {
        if (child < timers->count && timers->heap[child + 1]->due < timers->heap[child]->due)
            child++;
        if (timers->heap[child]->due >= timer->due)
            break;
        put(timers, timers->heap[child], place);
    }
    put(timers, timer, place);
}

static void remove_timer(struct timers *timers, struct timer *timer)
{
    struct timer *const last = timers->heap[timers->count--];
    if (last != timer)
        sift(timers, last, timer->place);
    timer->place = 0;
}

void timers_set(struct timers *timers, struct timer *timer, int64_t due)
{
    if (timer->place != 0)
        remove_timer(timers, timer);
    timer->due = due;
    if (due >= 0 && timers->count < timers->capacity)
        sift(timers, timer, ++timers->count);
}

struct timer *timers_take(struct timers *timers, int64_t now)
{
    struct timer *const first = timers->count > 0 ? timers->heap[1] : NULL;
    if (first == NULL || first->due > now)
        return NULL;
    remove_timer(timers, first);
    return first;
}

int64_t timers_next(const struct timers *timers)
{
    return timers->count > 0 ? timers->heap[1]->due : -1;
}
