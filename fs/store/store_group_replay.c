/* What a process left behind in its log is brought into the chips' files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/secret.h"
#include "fs/store/store_group.h"
#include "fs/store/store_group_inside.h"

#define LOG_MAX INT32_MAX
#define PIECE (64 << 10)

static int fail(const struct store_group *group)
{
    trace_error("cannot bring the chips in %s up to date from %s", group->folder, group->log_path);
    return FAILURE_MEMORY;
}

/* Below the folder, and nowhere else. */
static bool is_name(struct bytes name)
{
    return name.len > 0 && name.len < PATH_MAX / 2 && name.data[0] != '/' && name.data[0] != '.' &&
           memchr(name.data, '\0', name.len) == NULL &&
           memmem(name.data, name.len, "/.", 2) == NULL;
}

static int apply(struct store_group_file *file, const struct store_group_entry *entry)
{
    struct bytes spans = entry->spans, bytes;
    uint64_t offset;
    int code = SQLITE_OK;
    while (code == SQLITE_OK && store_group_span_take(&spans, &offset, &bytes))
        code = store_group_file_write(file, bytes.data, bytes.len, offset);
    store_group_file_truncate(file, entry->size);
    return code == SQLITE_OK && spans.len == 0 ? 0 : FAILURE_INTERNAL;
}

/* A chip that was taken out of the farm meanwhile has nothing to be brought up to date. */
static int replay_entry(struct store_group *group, const struct store_group_entry *entry)
{
    char path[PATH_MAX];
    struct stat about;
    if (!is_name(entry->name) ||
        snprintf(path, sizeof(path), "%s/%.*s", group->folder, (int)entry->name.len,
                 (const char *)entry->name.data) >= (int)sizeof(path))
        return 0;
    if (stat(path, &about) != 0 && store_group_is_gone()) {
        trace_notice("%s is not there: what the farm's log has of it is dropped", path);
        return 0;
    }
    struct store_group_file *file = store_group_find_or_add(group, path);
    sqlite3_file *room = file != NULL ? malloc((size_t)group->inner->szOsFile) : NULL;
    if (room == NULL)
        return FAILURE_INTERNAL;
    file->dirty = true;
    int result = store_group_open_disk(group, file, room) == SQLITE_OK ? 0 : FAILURE_MEMORY;
    if (result == 0) {
        if (file->count == 0 && file->size == 0)
            file->size = file->fresh_size = file->disk_size;
        result = apply(file, entry);
        store_group_file_accept(file);
        store_group_close_disk(file);
    }
    free(room);
    return result;
}

/* Sound records from its start, one after the other; what a cut has torn ends it. */
static int replay(struct store_group *group, struct bytes log)
{
    struct store_group_entry entry;
    int result = 0;
    for (uint64_t number = 0, salt = 0; result == 0; number++) {
        const struct bytes before = log;
        if (!store_group_entry_take(&log, &entry) || entry.number != number ||
            (number > 0 && entry.salt != salt))
            break;
        salt = entry.salt;
        result = replay_entry(group, &entry);
        group->log_len += before.len - log.len;
    }
    return result;
}

/* In pieces, as SQLite's files are read. */
static int read_whole(const struct store_group *group, uint8_t *data, size_t len)
{
    int code = SQLITE_OK;
    for (size_t done = 0, piece; code == SQLITE_OK && done < len; done += piece) {
        piece = len - done < PIECE ? len - done : PIECE;
        code =
            group->log->pMethods->xRead(group->log, data + done, (int)piece, (sqlite3_int64)done);
    }
    return code;
}

int store_group_read_log(struct store_group *group)
{
    const sqlite3_io_methods *methods = group->log->pMethods;
    sqlite3_int64 size = 0;
    if (methods->xFileSize(group->log, &size) != SQLITE_OK || size > LOG_MAX)
        return fail(group);
    uint8_t *data = size > 0 ? malloc((size_t)size) : NULL;
    int result = size == 0 ? 0 : FAILURE_MEMORY;
    if (size > 0 && data != NULL && read_whole(group, data, (size_t)size) == SQLITE_OK)
        result = replay(group, bytes_of(data, (size_t)size));
    if (data != NULL)
        wipe(data, (size_t)size);
    free(data);
    group->torn = size > 0;
    if (result != 0)
        return fail(group);
    group->read = true;
    return store_group_checkpoint(group);
}

/* They have numbers. */
static bool is_log(const char *name)
{
    return name[0] != '\0' && name[strspn(name, "0123456789")] == '\0';
}

static int replay_one(const char *folder, const char *logs, const char *name)
{
    char path[PATH_MAX];
    struct store_group *group;
    if (!is_log(name) || snprintf(path, sizeof(path), "%s/%s", logs, name) >= (int)sizeof(path))
        return 0;
    const int result = store_group_open(folder, path, NULL, &group);
    if (result != 0)
        return result;
    store_group_close(group);
    return access(path, F_OK) == 0 ? FAILURE_MEMORY : 0;
}

int store_group_replay(const char *folder, const char *logs)
{
    struct dirent **files;
    const int count = scandir(logs, &files, NULL, alphasort);
    int result = count >= 0 || errno == ENOENT ? 0 : FAILURE_MEMORY;
    if (result != 0)
        trace_error("cannot read %s: %s", logs, strerror(errno));
    for (int i = 0; i < count; i++) {
        if (result == 0)
            result = replay_one(folder, logs, files[i]->d_name);
        free(files[i]);
    }
    if (count >= 0)
        free(files);
    return result;
}

bool store_group_left_behind(const char *directory)
{
    char logs[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
    struct dirent *file;
    struct stat about;
    bool found = false;
    if (snprintf(logs, sizeof(logs), "%s/../../" STORE_GROUP_LOGS, directory) >= (int)sizeof(logs))
        return false;
    DIR *folder = opendir(logs);
    while (folder != NULL && !found && (file = readdir(folder)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s", logs, file->d_name);
        found = is_log(file->d_name) && stat(path, &about) == 0 && S_ISREG(about.st_mode) &&
                about.st_size > 0;
    }
    if (folder != NULL)
        closedir(folder);
    return found;
}

bool store_group_is_gone(void)
{
    return errno == ENOENT || errno == ENOTDIR;
}

bool store_group_is_marked(const char *path)
{
    uint8_t byte = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const bool marked = file >= 0 && pread(file, &byte, 1, STORE_GROUP_MARK_OFFSET) == 1 &&
                        byte == STORE_GROUP_MARK;
    if (file >= 0)
        close(file);
    return marked;
}
