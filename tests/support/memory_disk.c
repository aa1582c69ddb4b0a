#include "tests/support/memory_disk.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "fs/store/store_memory.h"

#define PATH_MAX_LEN 512
#define FIRST_CAPACITY 65536
#define SECTOR_SIZE 4096

/* A place on the disk belongs to one path for ever. */
struct content {
    char path[PATH_MAX_LEN]; /* empty: nobody's yet */
    bool exists;
    uint8_t *data;
    size_t len, capacity;
};

struct open_file {
    sqlite3_file base;
    struct content *content;
};

static struct content contents[MEMORY_DISK_FILES_MAX];
static struct memory_disk_use use;
static sqlite3_vfs vfs;
static memory_disk_watcher *watching;
static void *watching_context;
static size_t before_failure = SIZE_MAX;
static bool stays_broken, has_failed;

static struct content *find(const char *path)
{
    for (size_t i = 0; i < MEMORY_DISK_FILES_MAX; i++)
        if (strcmp(contents[i].path, path) == 0)
            return &contents[i];
    return NULL;
}

static struct content *content_of(sqlite3_file *file)
{
    return ((struct open_file *)(void *)file)->content;
}

static bool make_room(struct content *content, size_t len)
{
    size_t capacity = content->capacity > 0 ? content->capacity : FIRST_CAPACITY;
    while (capacity < len)
        capacity *= 2;
    if (capacity == content->capacity)
        return true;
    uint8_t *data = realloc(content->data, capacity);
    if (data == NULL)
        return false;
    content->data = data;
    content->capacity = capacity;
    return true;
}

/* False if the change cannot be made. */
static bool tell(const struct content *content, enum memory_disk_change change, size_t offset,
                 struct bytes bytes)
{
    const struct memory_disk_event event = {.change = change,
                                            .file = (size_t)(content - contents),
                                            .offset = offset,
                                            .bytes = bytes,
                                            .fails = before_failure == 0};
    if (watching != NULL)
        watching(watching_context, &event);
    has_failed |= event.fails;
    if (event.fails && stays_broken)
        return false;
    return before_failure == SIZE_MAX || before_failure-- > 0;
}

static int close_file(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

static int read_file(sqlite3_file *file, void *out, int count, sqlite3_int64 offset)
{
    const struct content *content = content_of(file);
    const size_t wanted = (size_t)count, start = (size_t)offset;
    const size_t there = start < content->len ? content->len - start : 0;
    const size_t len = there < wanted ? there : wanted;
    use.reads++;
    if (len > 0)
        memcpy(out, content->data + start, len);
    memset((uint8_t *)out + len, 0, wanted - len);
    return len == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int write_file(sqlite3_file *file, const void *data, int count, sqlite3_int64 offset)
{
    struct content *content = content_of(file);
    const size_t len = (size_t)count, start = (size_t)offset, end = start + len;
    if (!tell(content, MEMORY_DISK_WRITE, start, bytes_of(data, len)) || !make_room(content, end))
        return SQLITE_FULL;
    if (start > content->len)
        memset(content->data + content->len, 0, start - content->len);
    memcpy(content->data + start, data, len);
    if (end > content->len)
        content->len = end;
    use.writes++;
    use.written += len;
    return SQLITE_OK;
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    struct content *content = content_of(file);
    if (!tell(content, MEMORY_DISK_TRUNCATE, (size_t)size, (struct bytes){0}))
        return SQLITE_IOERR_TRUNCATE;
    if ((size_t)size < content->len)
        content->len = (size_t)size;
    return SQLITE_OK;
}

static int sync_file(sqlite3_file *file, int flags)
{
    (void)flags;
    if (!tell(content_of(file), MEMORY_DISK_SYNC, 0, (struct bytes){0}))
        return SQLITE_IOERR_FSYNC;
    use.syncs++;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    *size = (sqlite3_int64)content_of(file)->len;
    return SQLITE_OK;
}

static int lock(sqlite3_file *file, int kind)
{
    (void)file;
    (void)kind;
    return SQLITE_OK;
}

static int is_reserved(sqlite3_file *file, int *out)
{
    (void)file;
    *out = 0;
    return SQLITE_OK;
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
    return SECTOR_SIZE;
}

/* As the system's VFS says it of a file on a disk. */
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
                                           .xUnlock = lock,
                                           .xCheckReservedLock = is_reserved,
                                           .xFileControl = control,
                                           .xSectorSize = sector_size,
                                           .xDeviceCharacteristics = characteristics};

/* The place of this path, which becomes its own if nobody has it yet; NULL: the disk is full. */
static struct content *place_of(const char *path)
{
    struct content *content = find(path);
    if (content == NULL && strlen(path) < PATH_MAX_LEN && (content = find("")) != NULL)
        strcpy(content->path, path);
    return content;
}

static int open_file(sqlite3_vfs *self, const char *path, sqlite3_file *file, int flags, int *out)
{
    struct content *content = place_of(path);
    (void)self;
    if (content == NULL || !make_room(content, 0))
        return SQLITE_CANTOPEN;
    content->exists = true;
    *(struct open_file *)(void *)file = (struct open_file){{&methods}, content};
    if (out != NULL)
        *out = flags;
    return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *self, const char *path, int sync)
{
    struct content *content = find(path);
    (void)self;
    if (content == NULL || !content->exists)
        return SQLITE_IOERR_DELETE_NOENT;
    if (!tell(content, MEMORY_DISK_DELETE, 0, (struct bytes){0}) ||
        (sync && !tell(content, MEMORY_DISK_SYNC, 0, (struct bytes){0})))
        return SQLITE_IOERR_DELETE;
    content->exists = false;
    content->len = 0;
    return SQLITE_OK;
}

static int has_access(sqlite3_vfs *self, const char *path, int flags, int *out)
{
    const struct content *content = find(path);
    (void)self;
    (void)flags;
    *out = content != NULL && content->exists;
    return SQLITE_OK;
}

static int full_path(sqlite3_vfs *self, const char *path, int room, char *out)
{
    (void)self;
    if (strlen(path) >= (size_t)room)
        return SQLITE_CANTOPEN;
    strcpy(out, path);
    return SQLITE_OK;
}

void memory_disk_start(void)
{
    store_memory_configure(); /* which it is too late for once SQLite has been asked anything */
    vfs = *sqlite3_vfs_find(NULL); /* clock and random numbers stay the system's */
    vfs.iVersion = 1;
    vfs.zName = "memory_disk";
    vfs.szOsFile = sizeof(struct open_file);
    vfs.mxPathname = PATH_MAX_LEN;
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = has_access;
    vfs.xFullPathname = full_path;
    (void)sqlite3_vfs_register(&vfs, 1);
}

struct memory_disk_use memory_disk_use(void)
{
    const struct memory_disk_use since = use;
    use = (struct memory_disk_use){0};
    return since;
}

void memory_disk_watch(memory_disk_watcher *watcher, void *context)
{
    watching = watcher;
    watching_context = context;
}

void memory_disk_fail_after(size_t changes)
{
    before_failure = changes;
    stays_broken = has_failed = false;
}

void memory_disk_break_after(size_t changes)
{
    memory_disk_fail_after(changes);
    stays_broken = true;
}

bool memory_disk_has_failed(void)
{
    return has_failed;
}

size_t memory_disk_place(const char *path)
{
    const struct content *content = place_of(path);
    return content != NULL ? (size_t)(content - contents) : MEMORY_DISK_FILES_MAX;
}

struct bytes memory_disk_content(size_t file)
{
    const struct content *content = &contents[file];
    return content->exists ? bytes_of(content->data, content->len) : (struct bytes){0};
}

bool memory_disk_replace(size_t file, struct bytes bytes)
{
    struct content *content = &contents[file];
    if (!make_room(content, bytes.len))
        return false;
    content->exists = bytes.data != NULL;
    content->len = bytes.len;
    if (bytes.len > 0)
        memcpy(content->data, bytes.data, bytes.len);
    return true;
}
