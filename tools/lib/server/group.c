#include "tools/lib/server/group.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define GATHER_NS 4000000 /* what a leader waits for others that share its commit, */
#define LINES_MAX 8192
#define GATHERINGS 4 /* and again, so often at most, while others come */

struct group {
    struct group_plan plan;
    pthread_mutex_t lock;
    pthread_cond_t ended;               /* a leader has run */
    struct group_member *first, **last; /* those that wait; the first one leads */
    unsigned count, among, seen;        /* of them; at most; when the leader looked last */
    unsigned gatherings;
    bool slept;       /* and what came meanwhile is read now */
    unsigned running; /* leaders */
    bool stopping;
};

int group_start(const struct group_plan *plan, struct group **out)
{
    struct group *group = calloc(1, sizeof(*group));
    if (group == NULL)
        return FAILURE_INTERNAL;
    group->plan = *plan;
    group->last = &group->first;
    pthread_mutex_init(&group->lock, NULL);
    pthread_cond_init(&group->ended, NULL);
    *out = group;
    return 0;
}

enum group_role group_add(struct group *group, struct group_member *member, unsigned among)
{
    enum group_role role = GROUP_REFUSED;
    pthread_mutex_lock(&group->lock);
    if (!group->stopping) {
        role = group->first == NULL ? GROUP_LEADS : GROUP_FOLLOWS;
        member->next = NULL;
        *group->last = member;
        group->last = &member->next;
        group->count++;
        group->among = among;
    }
    pthread_mutex_unlock(&group->lock);
    return role;
}

/* The busier the server, the more requests share a commit: the leader sleeps again as long as
 * others come. After each sleep they are read first. */
static bool is_to_sleep(struct group *group)
{
    const bool more = !group->stopping && group->count < group->among &&
                      group->count > group->seen && group->gatherings < GATHERINGS;
    group->seen = group->count;
    group->gatherings++;
    return more;
}

bool group_wait(struct group *group)
{
    const struct timespec moment = {.tv_nsec = GATHER_NS};
    pthread_mutex_lock(&group->lock);
    const bool read_now = group->slept;
    group->slept = !read_now && is_to_sleep(group);
    const bool sleeps = group->slept;
    pthread_mutex_unlock(&group->lock);
    if (sleeps)
        nanosleep(&moment, NULL);
    return sleeps || read_now;
}

/* The next one that comes leads. */
static struct group_member *take(struct group *group)
{
    pthread_mutex_lock(&group->lock);
    struct group_member *list = group->first;
    group->first = NULL;
    group->last = &group->first;
    group->count = group->seen = group->gatherings = 0;
    group->slept = false;
    group->running++;
    pthread_mutex_unlock(&group->lock);
    return list;
}

static int run_all(struct group *group, struct group_member *list)
{
    const struct group_plan *plan = &group->plan;
    const int result = plan->transaction->begin(plan->program);
    if (result != 0)
        return result;
    for (struct group_member *one = list; one != NULL; one = one->next)
        plan->run(plan->context, one);
    return plan->transaction->end(plan->program, 0);
}

/* What is said of them is written at once: a line by itself wakes whoever reads the log. */
static int run_and_tell(struct group *group, struct group_member *list)
{
    char lines[LINES_MAX];
    trace_hold(lines, sizeof(lines));
    const int result = run_all(group, list);
    trace_release();
    return result;
}

int group_run(struct group *group, struct group_member *leader)
{
    struct group_member *list = take(group);
    const int result = run_and_tell(group, list);
    while (list != NULL) {
        struct group_member *one = list;
        list = list->next;
        if (one != leader)
            group->plan.done(group->plan.context, one, result);
    }
    pthread_mutex_lock(&group->lock);
    group->running--;
    pthread_cond_signal(&group->ended);
    pthread_mutex_unlock(&group->lock);
    return result;
}

void group_stop(struct group *group)
{
    if (group == NULL)
        return;
    pthread_mutex_lock(&group->lock);
    group->stopping = true;
    while (group->first != NULL || group->running > 0)
        pthread_cond_wait(&group->ended, &group->lock);
    pthread_mutex_unlock(&group->lock);
}

void group_destroy(struct group *group)
{
    if (group == NULL)
        return;
    pthread_cond_destroy(&group->ended);
    pthread_mutex_destroy(&group->lock);
    free(group);
}
