#include "card/farm/group_log.h"

#include <stdio.h>

#include "apdu/status.h"
#include "apdu/trace.h"

#define SOON_MS 100  /* of rest, when a checkpoint is due */
#define LATER_MS 500 /* when it only gives back memory */

static int64_t rest_of(const struct group_log *log)
{
    return store_group_checkpoint_is_due(log->group) ? SOON_MS : LATER_MS;
}

/* Chips that are in use come first; what fails is tried again. */
static void handle(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct group_log *log = (struct group_log *)source;
    (void)ready;
    if (now >= log->last_use + rest_of(log) && store_group_checkpoint(log->group) != 0)
        log->last_use = now;
    loop_set_time(loop, source,
                  store_group_has_log(log->group) ? log->last_use + rest_of(log) : -1);
}

int group_log_open(struct group_log *log, const char *chips, const char *logs, size_t number,
                   struct loop *loop)
{
    char path[PATH_MAX];
    *log = (struct group_log){.source.handle = handle, .loop = loop};
    if (snprintf(path, sizeof(path), "%s/%zu", logs, number) < (int)sizeof(path))
        return store_group_open(chips, path, NULL, &log->group);
    trace_error("--state: the path is too long");
    return FAILURE_INTERNAL;
}

void group_log_close(struct group_log *log)
{
    store_group_close(log->group);
    log->group = NULL;
}

void group_log_touch(struct group_log *log, int64_t now)
{
    log->last_use = now;
    if (store_group_log_is_full(log->group))
        (void)store_group_checkpoint(log->group);
    if (store_group_has_log(log->group) && log->source.timer.place == 0)
        loop_set_time(log->loop, &log->source, now + rest_of(log));
}
