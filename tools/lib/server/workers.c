#include "tools/lib/server/workers.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <pthread.h>
#include <stdlib.h>

struct workers {
    struct workers_plan plan;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* there is work, or the end has come */
    struct group_member *first, **last;
    unsigned count, idle, waiting; /* threads; those without work; members without a thread */
    bool stopping;
    pthread_t threads[];
};

/* NULL at the end. */
static struct group_member *take(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->idle++;
    while (workers->first == NULL && !workers->stopping)
        pthread_cond_wait(&workers->changed, &workers->lock);
    workers->idle--;
    struct group_member *member = workers->first;
    if (member != NULL) {
        workers->first = member->next;
        workers->waiting--;
        if (workers->first == NULL)
            workers->last = &workers->first;
    }
    pthread_mutex_unlock(&workers->lock);
    return member;
}

static void *work(void *context)
{
    struct workers *workers = context;
    struct group_member *member;
    while ((member = take(workers)) != NULL)
        workers->plan.run(workers->plan.context, member);
    return NULL;
}

int workers_start(const struct workers_plan *plan, struct workers **out)
{
    struct workers *workers =
        calloc(1, sizeof(*workers) + plan->most * sizeof(workers->threads[0]));
    if (workers == NULL)
        return FAILURE_INTERNAL;
    workers->plan = *plan;
    workers->last = &workers->first;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->changed, NULL);
    *out = workers;
    return 0;
}

/* One more thread, if there is none for the next member; false if there is none at all. */
static bool have_thread(struct workers *workers)
{
    if (workers->waiting < workers->idle || workers->count == workers->plan.most)
        return true;
    if (pthread_create(&workers->threads[workers->count], NULL, work, workers) == 0)
        workers->count++;
    else if (workers->count == 0)
        trace_error("no thread can be started");
    return workers->count > 0;
}

bool workers_add(struct workers *workers, struct group_member *member)
{
    pthread_mutex_lock(&workers->lock);
    const bool taken = !workers->stopping && have_thread(workers);
    if (taken) {
        member->next = NULL;
        *workers->last = member;
        workers->last = &member->next;
        workers->waiting++;
        pthread_cond_signal(&workers->changed);
    }
    pthread_mutex_unlock(&workers->lock);
    return taken;
}

void workers_stop(struct workers *workers)
{
    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->count; i++)
        pthread_join(workers->threads[i], NULL);
    workers->count = 0;
}

void workers_destroy(struct workers *workers)
{
    if (workers == NULL)
        return;
    workers_stop(workers);
    pthread_cond_destroy(&workers->changed);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}
