/* The VFS of a group: SQLite's databases are files of the group, everything else, such as a log
 * that a single chip has left behind, is the system's. */
#include <stdio.h>
#include <stdatomic.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/store/store_group_inside.h"

#define FRONT 100 /* SQLite's header */

/* An open database; the room of the file itself stands behind it. */
struct handle {
    sqlite3_file base;
    struct store_group *group;
    struct store_group_file *file; /* NULL: none, of one that is movable */
    sqlite3_file *disk;
    bool movable;
    int locked; /* of one that is movable, which keeps its locks as long as its file */
    bool has_front;
    uint8_t front[FRONT]; /* of its file, in which SQLite looks before each statement for changes */
};

static struct handle *handle_of(sqlite3_file *file)
{
    return (struct handle *)(void *)file;
}

static void let_go(struct handle *handle)
{
    if (handle->file == NULL)
        return;
    store_group_file_drop(handle->file);
    store_group_close_disk(handle->file);
    store_group_let_go(handle->group, handle->file);
    handle->file = NULL;
    handle->locked = SQLITE_LOCK_NONE;
    handle->has_front = false;
}

static int close_file(sqlite3_file *file)
{
    let_go(handle_of(file));
    return SQLITE_OK;
}

static int read_front(struct handle *handle)
{
    if (handle->has_front)
        return SQLITE_OK;
    const int code = store_group_file_read(handle->file, handle->front, FRONT, 0);
    handle->has_front = code == SQLITE_OK;
    return code;
}

static int read_file(sqlite3_file *file, void *out, int len, sqlite3_int64 offset)
{
    struct handle *handle = handle_of(file);
    if (handle->file == NULL) {
        memset(out, 0, (size_t)len);
        return SQLITE_IOERR_SHORT_READ;
    }
    if (offset + len > FRONT || read_front(handle) != SQLITE_OK)
        return store_group_file_read(handle->file, out, (size_t)len, (uint64_t)offset);
    memcpy(out, handle->front + offset, (size_t)len);
    return SQLITE_OK;
}

static int write_file(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
    if (handle_of(file)->file == NULL)
        return SQLITE_IOERR_WRITE;
    handle_of(file)->has_front &= offset >= FRONT;
    return store_group_file_write(handle_of(file)->file, data, (size_t)len, (uint64_t)offset);
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    if (handle_of(file)->file == NULL)
        return SQLITE_IOERR_TRUNCATE;
    handle_of(file)->has_front = false;
    store_group_file_truncate(handle_of(file)->file, (uint64_t)size);
    return SQLITE_OK;
}

/* SQLite flushes a database when a transaction is whole, and at no other time. */
static int sync_file(sqlite3_file *file, int flags)
{
    (void)flags;
    if (handle_of(file)->file == NULL)
        return SQLITE_IOERR_FSYNC;
    return store_group_commit(handle_of(file)->group, handle_of(file)->file);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    const struct store_group_file *kept = handle_of(file)->file;
    *size = kept != NULL ? (sqlite3_int64)kept->fresh_size : 0;
    return SQLITE_OK;
}

static int lock(sqlite3_file *file, int kind)
{
    struct handle *handle = handle_of(file);
    if (handle->file == NULL)
        return SQLITE_IOERR_LOCK;
    if (kind <= handle->locked)
        return SQLITE_OK;
    const int code = handle->disk->pMethods->xLock(handle->disk, kind);
    if (code == SQLITE_OK && handle->movable)
        handle->locked = kind;
    return code;
}

static int unlock(sqlite3_file *file, int kind)
{
    const struct handle *handle = handle_of(file);
    return handle->movable ? SQLITE_OK : handle->disk->pMethods->xUnlock(handle->disk, kind);
}

static int is_reserved(sqlite3_file *file, int *out)
{
    sqlite3_file *disk = handle_of(file)->disk;
    if (handle_of(file)->file == NULL)
        return SQLITE_IOERR_CHECKRESERVEDLOCK;
    return disk->pMethods->xCheckReservedLock(disk, out);
}

static int control(sqlite3_file *file, int operation, void *argument)
{
    (void)file;
    (void)operation;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *file)
{
    (void)file;
    return STORE_GROUP_BLOCK;
}

static int characteristics(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {.iVersion = 1,
                                           .xClose = close_file,
                                           .xRead = read_file,
                                           .xWrite = write_file,
                                           .xTruncate = truncate_file,
                                           .xSync = sync_file,
                                           .xFileSize = file_size,
                                           .xLock = lock,
                                           .xUnlock = unlock,
                                           .xCheckReservedLock = is_reserved,
                                           .xFileControl = control,
                                           .xSectorSize = sector_size,
                                           .xDeviceCharacteristics = characteristics};

static struct store_group *group_of(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

/* What is known by the file's own name is not of the connection's. */
static bool is_movable(const char *path)
{
    return strncmp(path, STORE_GROUP_MOVABLE, sizeof(STORE_GROUP_MOVABLE) - 1) == 0;
}

static int take_file(struct handle *handle, const char *path)
{
    struct store_group *group = handle->group;
    struct store_group_file *file =
        store_group_mend(group) == 0 ? store_group_find_or_add(group, path) : NULL;
    if (file == NULL)
        return SQLITE_CANTOPEN;
    if (file->disk != NULL)
        return SQLITE_BUSY;
    const int code = store_group_open_disk(group, file, handle->disk);
    if (code != SQLITE_OK) {
        store_group_let_go(group, file);
        return code;
    }
    store_group_begin_file(group, file);
    handle->file = file;
    return SQLITE_OK;
}

static int open_database(struct store_group *group, const char *path, struct handle *handle)
{
    sqlite3_file *disk = (sqlite3_file *)(void *)(handle + 1);
    *handle = (struct handle){.group = group, .disk = disk, .movable = is_movable(path)};
    const int code = handle->movable ? SQLITE_OK : take_file(handle, path);
    if (code == SQLITE_OK)
        handle->base.pMethods = &methods;
    return code;
}

static struct handle *find_handle(sqlite3 *database)
{
    sqlite3_file *file = NULL;
    (void)sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    return handle_of(file);
}

int store_group_attach(sqlite3 *database, const char *path, uint8_t *header, int len)
{
    struct handle *handle = find_handle(database);
    int code = take_file(handle, path);
    if (code == SQLITE_OK)
        code = read_file(&handle->base, header, len, 0);
    if (code != SQLITE_OK)
        let_go(handle);
    return code;
}

/* None of its pages is left in the memory of the connection, nor believed to be the next one's. */
void store_group_detach(sqlite3 *database)
{
    (void)sqlite3_file_control(database, "main", SQLITE_FCNTL_RESET_CACHE, NULL);
    let_go(find_handle(database));
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out)
{
    struct store_group *group = group_of(vfs);
    file->pMethods = NULL;
    if (is_movable(path) && (flags & SQLITE_OPEN_MAIN_DB) == 0)
        return SQLITE_CANTOPEN;
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0)
        return group->inner->xOpen(group->inner, path, file, flags, out);
    if (out != NULL)
        *out = flags;
    return open_database(group, path, handle_of(file));
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int sync)
{
    if (is_movable(path))
        return SQLITE_IOERR_DELETE_NOENT;
    return group_of(vfs)->inner->xDelete(group_of(vfs)->inner, path, sync);
}

static int has_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    if (is_movable(path)) {
        *out = 0;
        return SQLITE_OK;
    }
    return group_of(vfs)->inner->xAccess(group_of(vfs)->inner, path, flags, out);
}

/* Paths stay as the store has them, by which its file is known. */
static int full_path(sqlite3_vfs *vfs, const char *path, int room, char *out)
{
    (void)vfs;
    return snprintf(out, (size_t)room, "%s", path) < room ? SQLITE_OK : SQLITE_CANTOPEN;
}

int store_group_vfs_start(struct store_group *group)
{
    static atomic_uint count;
    snprintf(group->name, sizeof(group->name), "emuicc-group-%u", atomic_fetch_add(&count, 1));
    group->vfs = *group->inner; /* clock and random numbers are the system's */
    group->vfs.iVersion = 1;
    group->vfs.pNext = NULL;
    group->vfs.zName = group->name;
    group->vfs.pAppData = group;
    group->vfs.szOsFile = (int)sizeof(struct handle) + group->inner->szOsFile;
    group->vfs.xOpen = open_file;
    group->vfs.xDelete = delete_file;
    group->vfs.xAccess = has_access;
    group->vfs.xFullPathname = full_path;
    if (sqlite3_vfs_register(&group->vfs, 0) == SQLITE_OK)
        return 0;
    trace_error("no memory for a log of many chips");
    return FAILURE_INTERNAL;
}

void store_group_vfs_end(struct store_group *group)
{
    sqlite3_vfs_unregister(&group->vfs);
}
