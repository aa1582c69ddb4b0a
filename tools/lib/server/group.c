#include "tools/lib/server/group.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define GATHER_NS 4000000 /* what a request waits for others that share its commit, */
#define GATHERINGS 4      /* and again, so often at most, while others come */
#define SECOND_NS 1000000000

struct group {
    struct group_plan plan;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct group_member *first, **last;
    unsigned count, among;
    bool started, stopping;
};

static bool is_complete(const struct group *group)
{
    return group->stopping || group->count >= group->among;
}

static struct timespec after(long nanoseconds)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_nsec += nanoseconds;
    time.tv_sec += time.tv_nsec / SECOND_NS;
    time.tv_nsec %= SECOND_NS;
    return time;
}

/* A little while, unless nobody else is there to come. */
static void gather_once(struct group *group)
{
    const struct timespec until = after(GATHER_NS);
    int waited = 0;
    while (!is_complete(group) && waited == 0)
        waited = pthread_cond_timedwait(&group->changed, &group->lock, &until);
}

/* The busier the server, the more requests share a commit. */
static void gather(struct group *group)
{
    unsigned count = 0;
    for (int i = 0; i < GATHERINGS && !is_complete(group) && group->count > count; i++) {
        count = group->count;
        gather_once(group);
    }
}

/* Those that share the next transaction; NULL at the end. */
static struct group_member *take(struct group *group)
{
    pthread_mutex_lock(&group->lock);
    while (group->first == NULL && !group->stopping)
        pthread_cond_wait(&group->changed, &group->lock);
    if (group->first != NULL)
        gather(group);
    struct group_member *list = group->first;
    group->first = NULL;
    group->last = &group->first;
    group->count = 0;
    pthread_mutex_unlock(&group->lock);
    return list;
}

static void run_all(struct group *group, struct group_member *list)
{
    const struct group_plan *plan = &group->plan;
    int result = plan->transaction->begin(plan->program);
    if (result == 0) {
        for (struct group_member *one = list; one != NULL; one = one->next)
            plan->run(plan->context, one);
        result = plan->transaction->end(plan->program, 0);
    }
    while (list != NULL) {
        struct group_member *one = list;
        list = list->next;
        plan->done(plan->context, one, result);
    }
}

static void *work(void *context)
{
    struct group_member *list;
    while ((list = take(context)) != NULL)
        run_all(context, list);
    return NULL;
}

int group_start(const struct group_plan *plan, struct group **out)
{
    struct group *group = calloc(1, sizeof(*group));
    pthread_condattr_t attributes;
    if (group == NULL)
        return FAILURE_INTERNAL;
    group->plan = *plan;
    group->last = &group->first;
    pthread_mutex_init(&group->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&group->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    group->started = pthread_create(&group->thread, NULL, work, group) == 0;
    if (group->started) {
        *out = group;
        return 0;
    }
    trace_error("no thread can be started");
    group_destroy(group);
    return FAILURE_INTERNAL;
}

bool group_add(struct group *group, struct group_member *member, unsigned among)
{
    pthread_mutex_lock(&group->lock);
    const bool taken = !group->stopping;
    if (taken) {
        member->next = NULL;
        *group->last = member;
        group->last = &member->next;
        group->count++;
        group->among = among;
        if (group->count == 1 || is_complete(group))
            pthread_cond_signal(&group->changed);
    }
    pthread_mutex_unlock(&group->lock);
    return taken;
}

void group_stop(struct group *group)
{
    if (group == NULL || !group->started)
        return;
    pthread_mutex_lock(&group->lock);
    group->stopping = true;
    pthread_cond_signal(&group->changed);
    pthread_mutex_unlock(&group->lock);
    pthread_join(group->thread, NULL);
    group->started = false;
}

void group_destroy(struct group *group)
{
    if (group == NULL)
        return;
    group_stop(group);
    pthread_cond_destroy(&group->changed);
    pthread_mutex_destroy(&group->lock);
    free(group);
}
