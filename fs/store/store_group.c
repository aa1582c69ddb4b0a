#include "fs/store/store_group.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/store/store_group_inside.h"
#include "fs/store/store_memory.h"

#define FILE_MODE 0600
#define FLAGS (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE)
#define PIECE (64 << 10)
#define LOG_MAX (512 << 20) /* the next start has to read it */

int store_group_fail(const struct store_group *group, const char *doing)
{
    trace_error("cannot %s %s: %s", doing, group->log_path, strerror(errno));
    return FAILURE_MEMORY;
}

static size_t bucket_of(const char *path)
{
    size_t hash = 5381;
    for (; *path != '\0'; path++)
        hash = hash * 33 + (uint8_t)*path;
    return hash % STORE_GROUP_BUCKETS;
}

static struct store_group_file *find(const struct store_group *group, const char *path)
{
    struct store_group_file *file = group->buckets[bucket_of(path)];
    while (file != NULL && strcmp(file->path, path) != 0)
        file = file->next;
    return file;
}

struct store_group_file *store_group_find_or_add(struct store_group *group, const char *path)
{
    struct store_group_file *file = find(group, path);
    struct store_group_file **bucket = &group->buckets[bucket_of(path)];
    if (file != NULL || (file = calloc(1, sizeof(*file))) == NULL)
        return file;
    file->path = sqlite3_create_filename(path, "", "", 0, NULL);
    if (file->path == NULL) {
        free(file);
        return NULL;
    }
    file->next = *bucket;
    *bucket = file;
    return file;
}

void store_group_let_go(struct store_group *group, struct store_group_file *file)
{
    struct store_group_file **at = &group->buckets[bucket_of(file->path)];
    if (file->dirty || file->disk != NULL || file->as_left != NULL)
        return;
    while (*at != file)
        at = &(*at)->next;
    *at = file->next;
    store_group_file_destroy(file);
}

void store_group_note(struct store_group *group, const char *path, struct stat *as_left)
{
    struct store_group_file *file =
        as_left != NULL ? store_group_find_or_add(group, path) : find(group, path);
    if (file == NULL)
        return;
    file->as_left = as_left;
    if (as_left == NULL)
        store_group_let_go(group, file);
}

/* A marked file without a record of it is one whose log was lost. */
static int look_at_disk(struct store_group_file *file, sqlite3_file *disk)
{
    sqlite3_int64 size = 0;
    uint8_t mark = 0;
    int code = disk->pMethods->xFileSize(disk, &size);
    if (code != SQLITE_OK)
        return code;
    if (!file->dirty && size > STORE_GROUP_MARK_OFFSET)
        code = disk->pMethods->xRead(disk, &mark, 1, STORE_GROUP_MARK_OFFSET);
    if (code == SQLITE_OK && mark == STORE_GROUP_MARK)
        return SQLITE_NOTADB;
    file->disk_size = (uint64_t)size;
    if (!file->dirty)
        file->size = file->fresh_size = (uint64_t)size;
    return code;
}

int store_group_open_disk(struct store_group *group, struct store_group_file *file,
                          sqlite3_file *room)
{
    int out;
    memset(room, 0, (size_t)group->inner->szOsFile);
    int code = group->inner->xOpen(group->inner, file->path, room, FLAGS, &out);
    if (code == SQLITE_OK)
        code = look_at_disk(file, room);
    if (code == SQLITE_OK)
        file->disk = room;
    else if (room->pMethods != NULL)
        room->pMethods->xClose(room);
    return code;
}

void store_group_close_disk(struct store_group_file *file)
{
    file->disk->pMethods->xClose(file->disk);
    file->disk = NULL;
}

/* Whoever finds the file without the log must not take it for what the chip is. */
static void mark(struct store_group_file *file)
{
    const uint8_t byte = STORE_GROUP_MARK;
    if (file->disk_size > STORE_GROUP_MARK_OFFSET)
        (void)file->disk->pMethods->xWrite(file->disk, &byte, 1, STORE_GROUP_MARK_OFFSET);
    file->marked = true;
}

int store_group_mend(struct store_group *group)
{
    if (!group->torn)
        return 0;
    const sqlite3_io_methods *methods = group->log->pMethods;
    if (methods->xTruncate(group->log, (sqlite3_int64)group->log_len) != SQLITE_OK ||
        methods->xSync(group->log, SQLITE_SYNC_NORMAL) != SQLITE_OK)
        return store_group_fail(group, "mend");
    group->torn = false;
    return 0;
}

/* In pieces: SQLite's files take no more than 128 KiB at once. */
static int write_log(struct store_group *group, struct bytes records)
{
    const sqlite3_io_methods *methods = group->log->pMethods;
    sqlite3_int64 offset = (sqlite3_int64)group->log_len;
    int code = SQLITE_OK;
    for (struct bytes piece; code == SQLITE_OK && records.len > 0; offset += (int)piece.len) {
        (void)bytes_take(&records, records.len < PIECE ? records.len : PIECE, &piece);
        code = methods->xWrite(group->log, piece.data, (int)piece.len, offset);
    }
    return code;
}

/* The records that are pending. When they could not be written and are gone again, nothing has
 * happened; else nobody knows what the next start will find. */
static int flush(struct store_group *group)
{
    const sqlite3_io_methods *methods = group->log->pMethods;
    struct store_group_record *pending = &group->pending;
    if (store_group_mend(group) != 0 || group->log_len + pending->len > LOG_MAX)
        return SQLITE_IOERR_WRITE;
    group->torn = true;
    int code = write_log(group, bytes_of(pending->data, pending->len));
    if (code == SQLITE_OK)
        code = methods->xSync(group->log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    if (code == SQLITE_OK) {
        group->log_len += pending->len;
        group->torn = false;
        return SQLITE_OK;
    }
    return store_group_mend(group) == 0 ? SQLITE_IOERR_WRITE : SQLITE_IOERR_FSYNC;
}

static const char *name_of(const struct store_group *group, const struct store_group_file *file)
{
    return file->path + strlen(group->folder) + 1;
}

/* *any: there is something to be written. */
static int make_record(struct store_group *group, struct store_group_file *file, bool *any)
{
    store_group_record_begin(&group->pending, group->salt, group->number, file->fresh_size,
                             name_of(group, file));
    const int code = store_group_file_describe(file, &group->pending, any);
    if (code != SQLITE_OK || !*any)
        store_group_record_cancel(&group->pending);
    else if (!store_group_record_end(&group->pending))
        return SQLITE_IOERR_WRITE;
    return code;
}

/* The first commit of a new file is its schema. */
static int keep(struct store_group *group, struct store_group_file *file)
{
    store_group_file_accept(file);
    if (group->schema != NULL)
        return SQLITE_OK;
    group->schema = calloc(1, sizeof(*group->schema));
    if (group->schema != NULL && store_group_file_copy(file, group->schema))
        return SQLITE_OK;
    free(group->schema);
    group->schema = NULL;
    return SQLITE_OK;
}

void store_group_begin_file(struct store_group *group, struct store_group_file *file)
{
    if (group->schema != NULL && file->fresh_size == 0)
        (void)store_group_file_copy(group->schema, file);
}

int store_group_commit(struct store_group *group, struct store_group_file *file)
{
    bool any = false;
    if (group->log == NULL)
        return keep(group, file);
    if (group->later)
        return SQLITE_OK; /* what was written stays aside, and is part of the next record */
    int code = make_record(group, file, &any);
    if (code != SQLITE_OK)
        return SQLITE_IOERR_WRITE;
    if (!any) {
        store_group_file_drop(file);
        return SQLITE_OK;
    }
    code = flush(group);
    store_group_record_clear(&group->pending);
    if (code != SQLITE_OK)
        return code;
    group->number++;
    if (!file->marked)
        mark(file);
    store_group_file_accept(file);
    return SQLITE_OK;
}

int store_group_settle(struct store_group *group, const char *path)
{
    struct store_group_file *file = find(group, path);
    return file != NULL ? store_group_commit(group, file) : SQLITE_IOERR_WRITE;
}

/* Made before it is needed, readable by nobody else, its name on the disk. */
static int make_log(struct store_group *group)
{
    const int file = open(group->log_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (file < 0)
        return store_group_fail(group, "open");
    close(file);
    char folder[PATH_MAX];
    snprintf(folder, sizeof(folder), "%s", group->log_path);
    char *end = strrchr(folder, '/');
    const int parent = end != NULL ? (*end = '\0', open(folder, O_RDONLY | O_DIRECTORY)) : -1;
    if (parent < 0)
        return store_group_fail(group, "flush the folder of");
    const int flushed = fsync(parent);
    close(parent);
    return flushed == 0 ? 0 : store_group_fail(group, "flush the folder of");
}

static int open_log(struct store_group *group)
{
    int out;
    group->log = calloc(1, (size_t)group->inner->szOsFile);
    if (group->log == NULL || make_log(group) != 0)
        return FAILURE_MEMORY;
    if (group->inner->xOpen(group->inner, group->log_path, group->log, FLAGS | SQLITE_OPEN_CREATE,
                            &out) != SQLITE_OK)
        return store_group_fail(group, "open");
    store_group_begin_anew(group);
    return store_group_read_log(group);
}

int store_group_open(const char *folder, const char *log, const char *vfs, struct store_group **out)
{
    store_memory_configure();
    (void)sqlite3_initialize();
    struct store_group *group = calloc(1, sizeof(*group));
    const char *path =
        group != NULL && log != NULL ? sqlite3_create_filename(log, "", "", 0, NULL) : NULL;
    if (group == NULL || (path == NULL && log != NULL)) {
        free(group);
        trace_error("no memory for a log of many chips");
        return FAILURE_INTERNAL;
    }
    group->folder = folder;
    group->log_path = path;
    group->inner = sqlite3_vfs_find(vfs);
    group->folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = store_group_vfs_start(group);
    if (group->folder_fd < 0) {
        trace_error("cannot open %s: %s", folder, strerror(errno));
        result = FAILURE_MEMORY;
    }
    if (result == 0 && log != NULL)
        result = open_log(group);
    if (result == 0)
        *out = group;
    else
        store_group_close(group);
    return result;
}

static void close_log(struct store_group *group)
{
    const bool whole = group->read && group->log_len == 0 && !group->torn;
    if (group->log != NULL && group->log->pMethods != NULL) {
        group->log->pMethods->xClose(group->log);
        if (whole)
            (void)group->inner->xDelete(group->inner, group->log_path, 0);
    }
    free(group->log);
}

static void forget_all(struct store_group *group)
{
    for (size_t i = 0; i < STORE_GROUP_BUCKETS; i++)
        for (struct store_group_file *next, *file = group->buckets[i]; file != NULL; file = next) {
            next = file->next;
            store_group_file_destroy(file);
        }
}

void store_group_close(struct store_group *group)
{
    if (group == NULL)
        return;
    if (group->read)
        (void)store_group_checkpoint(group);
    store_group_spare_close(group);
    close_log(group);
    forget_all(group);
    if (group->schema != NULL)
        store_group_file_destroy(group->schema);
    store_group_vfs_end(group);
    if (group->folder_fd >= 0)
        close(group->folder_fd);
    store_group_record_finish(&group->pending);
    sqlite3_free_filename(group->log_path);
    free(group);
}
