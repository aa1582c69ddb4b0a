#include "card/farm/group_log.h"

#include <stdio.h>

#include "apdu/status.h"
#include "apdu/trace.h"

#define SOON_MS 100  /* of rest, when a checkpoint is due */
#define LATER_MS 500 /* when it only gives back memory */
#define RETRY_MS 5000

static int64_t rest_of(const struct group_log *log)
{
    return store_group_checkpoint_is_due(log->group) ? SOON_MS : LATER_MS;
}

/* What fails is tried again, not at once: the disk may be full. */
static void checkpoint(struct group_log *log, int64_t now)
{
    if (now >= log->retry && store_group_checkpoint(log->group) != 0)
        log->retry = now + RETRY_MS;
}

static int64_t due(const struct group_log *log)
{
    const int64_t rested = log->last_use + rest_of(log);
    if (!store_group_has_log(log->group))
        return -1;
    return rested > log->retry ? rested : log->retry;
}

/* Chips that are in use come first. */
static void handle(struct loop_source *source, struct loop *loop, bool ready, int64_t now)
{
    struct group_log *log = (struct group_log *)source;
    (void)ready;
    if (now >= due(log))
        checkpoint(log, now);
    loop_set_time(loop, source, due(log));
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
        checkpoint(log, now);
    if (store_group_has_log(log->group) && log->source.timer.place == 0)
        loop_set_time(log->loop, &log->source, due(log));
}
