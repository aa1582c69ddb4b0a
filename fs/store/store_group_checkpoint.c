/* What stands in a group's log goes into the chips' files, and the log is cut. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/store/store_group.h"
#include "fs/store/store_group_inside.h"

#define LOG_DUE (1 << 20)
#define LOG_FULL (16 << 20)

static int fail_at(const char *doing, const char *path)
{
    trace_error("cannot %s %s, whose changes stay in the farm's log", doing, path);
    return FAILURE_MEMORY;
}

bool store_group_has_log(const struct store_group *group)
{
    return group->log_len > 0 || group->torn;
}

bool store_group_checkpoint_is_due(const struct store_group *group)
{
    return group->log_len >= LOG_DUE || (group->purge && store_group_has_log(group));
}

bool store_group_log_is_full(const struct store_group *group)
{
    return group->log_len >= LOG_FULL;
}

typedef int file_visitor(struct store_group *group, struct store_group_file *file);

/* The visitor may let the file go. */
static int each_dirty(struct store_group *group, file_visitor *visit)
{
    int result = 0;
    for (size_t i = 0; i < STORE_GROUP_BUCKETS; i++)
        for (struct store_group_file *next, *file = group->buckets[i]; file != NULL; file = next) {
            next = file->next;
            if (file->dirty && visit(group, file) != 0)
                result = FAILURE_MEMORY;
        }
    return result;
}

static bool has_syncfs(const struct store_group *group)
{
    return strcmp(group->inner->zName, "unix") == 0;
}

static int write_and_sync(struct store_group *group, struct store_group_file *file)
{
    int code = store_group_file_write_out(file);
    if (code == SQLITE_OK && group->log != NULL && !has_syncfs(group))
        code = file->disk->pMethods->xSync(file->disk, SQLITE_SYNC_NORMAL);
    return code;
}

static bool was_taken_out(const struct store_group_file *file)
{
    struct stat about;
    return file->disk == NULL && stat(file->path, &about) != 0 && store_group_is_gone();
}

static int write_out(struct store_group *group, struct store_group_file *file)
{
    if (was_taken_out(file))
        return 0;
    sqlite3_file *room = file->disk == NULL ? malloc((size_t)group->inner->szOsFile) : NULL;
    int code = file->disk == NULL && room == NULL ? SQLITE_NOMEM : SQLITE_OK;
    if (code == SQLITE_OK && room != NULL)
        code = store_group_open_disk(group, file, room);
    if (code == SQLITE_OK)
        code = write_and_sync(group, file);
    if (room != NULL && file->disk == room)
        store_group_close_disk(file);
    free(room);
    if (file->as_left != NULL)
        (void)stat(file->path, file->as_left); /* also of a part: others may fail, the log stay */
    return code == SQLITE_OK ? 0 : fail_at("write", file->path);
}

/* All chips' files at once. */
static int sync_all(const struct store_group *group)
{
    return !has_syncfs(group) || syncfs(group->folder_fd) == 0
               ? 0
               : store_group_fail(group, "flush the files of");
}

static int forget(struct store_group *group, struct store_group_file *file)
{
    store_group_file_forget(file);
    store_group_let_go(group, file);
    return 0;
}

void store_group_begin_anew(struct store_group *group)
{
    group->log_len = group->number = 0;
    group->inner->xRandomness(group->inner, sizeof(group->salt), (char *)&group->salt);
}

static int cut(struct store_group *group)
{
    if (group->log->pMethods->xTruncate(group->log, 0) != SQLITE_OK)
        return store_group_fail(group, "cut");
    store_group_begin_anew(group);
    group->torn = true;
    if (store_group_mend(group) != 0)
        return FAILURE_MEMORY;
    group->purge = false;
    return 0;
}

int store_group_write(struct store_group *group)
{
    const int result = each_dirty(group, write_out);
    return result == 0 ? each_dirty(group, forget) : result;
}

/* The files are whole on the disk before the log goes. If cutting it fails, it is read again by the
 * next start, which changes nothing: what is written later comes later in it. */
int store_group_checkpoint(struct store_group *group)
{
    if (!store_group_has_log(group))
        return 0;
    int result = each_dirty(group, write_out);
    if (result == 0)
        result = sync_all(group);
    if (result == 0)
        result = cut(group);
    return result == 0 ? each_dirty(group, forget) : result;
}
