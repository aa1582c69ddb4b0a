/* The whole chip put aside, and taken back: a closed store is one file. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/store/store.h"
#include "fs/store/store_database.h"
#include "fs/store/store_group.h"
#include "fs/store/store_group_inside.h"

#define FOLDER "snapshots"
#define SUFFIX ".sqlite"
#define NAME_MAX_BYTES 64
#define FOLDER_MODE 0700
#define FILE_MODE 0600

bool store_snapshot_is_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const size_t len = strlen(name);
    return len > 0 && len <= NAME_MAX_BYTES && name[0] != '.' && strspn(name, allowed) == len;
}

static int fail(const char *doing, const char *path)
{
    trace_error("cannot %s %s: %s", doing, path, strerror(errno));
    return FAILURE_MEMORY;
}

static bool copy_bytes(int from, int to)
{
    ssize_t moved;
    do
        moved = sendfile(to, from, NULL, 1 << 20);
    while (moved > 0);
    return moved == 0 && fsync(to) == 0;
}

/* A new file, whole on the disk or not there. */
static int copy(const char *from, const char *to)
{
    const int source = open(from, O_RDONLY | O_CLOEXEC);
    if (source < 0)
        return errno == ENOENT ? SW_REFERENCE_NOT_FOUND : fail("read", from);
    const int target = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    int result = target >= 0 && copy_bytes(source, target) ? 0 : fail("write", to);
    if (target >= 0 && close(target) != 0 && result == 0)
        result = fail("write", to);
    close(source);
    if (result != 0)
        unlink(to);
    return result;
}

/* Takes the place of what is there, in one step. */
static int move(const char *from, const char *to, const char *folder)
{
    if (rename(from, to) != 0)
        return fail("write", to);
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        fsync(descriptor);
        close(descriptor);
    }
    return 0;
}

/* Paths that a snapshot needs; heap. */
struct paths {
    char *state, *folder, *snapshot, *fresh; /* fresh: beside what it will replace */
};

static void paths_finish(struct paths *paths)
{
    free(paths->state);
    free(paths->folder);
    free(paths->snapshot);
    free(paths->fresh);
}

static bool paths_init(struct paths *paths, const struct store *store, const char *name,
                       bool restores)
{
    *paths = (struct paths){.state = strdup(store->path)};
    if (paths->state == NULL)
        return false;
    paths->state[strlen(store->path) - strlen("/" STORE_FILE)] = '\0';
    const bool made =
        asprintf(&paths->folder, "%s/" FOLDER, paths->state) >= 0 &&
        asprintf(&paths->snapshot, "%s/%s" SUFFIX, paths->folder, name) >= 0 &&
        asprintf(&paths->fresh, "%s.new", restores ? store->path : paths->snapshot) >= 0;
    if (!made) {
        trace_error("no memory for a snapshot");
        paths_finish(paths);
    }
    return made;
}

/* Nothing is left in the log of a store that was closed well. */
static int close_whole(struct store *store)
{
    store_suspend(store);
    if (store->group != NULL)
        return store_group_checkpoint(store->group);
    char *log;
    if (asprintf(&log, "%s-wal", store->path) < 0)
        return FAILURE_INTERNAL;
    const bool left = access(log, F_OK) == 0;
    free(log);
    if (left)
        trace_error("cannot close %s: its log is still there", store->path);
    return left ? FAILURE_MEMORY : 0;
}

static int take(struct store *store, const struct paths *paths)
{
    if (mkdir(paths->folder, FOLDER_MODE) != 0 && errno != EEXIST)
        return fail("make", paths->folder);
    int result = close_whole(store);
    if (result == 0)
        result = copy(store->path, paths->fresh);
    return result == 0 ? move(paths->fresh, paths->snapshot, paths->folder) : result;
}

int store_snapshot(struct store *store, const char *name)
{
    struct paths paths;
    if (!paths_init(&paths, store, name, false))
        return FAILURE_INTERNAL;
    const int result = take(store, &paths);
    paths_finish(&paths);
    return result;
}

/* Is it a store that this release reads, or can bring up to date? */
static int try_out(const struct store *store, char *path)
{
    const char *vfs = store->group != NULL ? store->group->inner->zName : store->vfs;
    struct store trial = {.path = path, .vfs = vfs};
    int result = store_database_open(&trial);
    if (result == 0)
        result = store_schema_prepare(&trial);
    store_database_close(&trial);
    return result;
}

static int bring_back(struct store *store, const struct paths *paths)
{
    int result = copy(paths->snapshot, paths->fresh);
    if (result != 0)
        return result;
    store_rest_purge(store); /* what rests is of the file that goes */
    result = try_out(store, paths->fresh);
    if (result == 0)
        result = close_whole(store);
    if (result == 0)
        result = move(paths->fresh, store->path, paths->state);
    if (result != 0)
        unlink(paths->fresh);
    (void)stat(store->path, &store->as_left);
    store->fresh = store->fresh && result != 0;
    return result;
}

int store_restore(struct store *store, const char *name)
{
    struct paths paths;
    if (!paths_init(&paths, store, name, true))
        return FAILURE_INTERNAL;
    const int result = bring_back(store, &paths);
    paths_finish(&paths);
    return result;
}

/* The file's name without its ending; false if it is none of a snapshot. */
static bool to_name(const char *file, char name[NAME_MAX_BYTES + 1])
{
    const size_t len = strlen(file), end = strlen(SUFFIX);
    if (len <= end || len - end > NAME_MAX_BYTES || strcmp(file + len - end, SUFFIX) != 0)
        return false;
    memcpy(name, file, len - end);
    name[len - end] = '\0';
    return store_snapshot_is_name(name);
}

static int visit_file(int folder, const char *file, store_snapshot_visitor *visit, void *context)
{
    char name[NAME_MAX_BYTES + 1];
    struct stat found;
    if (!to_name(file, name) || fstatat(folder, file, &found, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    return visit(context, name, found.st_mtim.tv_sec, (uint64_t)found.st_size);
}

static int each_file(const char *path, store_snapshot_visitor *visit, void *context)
{
    struct dirent **files;
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int count = folder >= 0 ? scandir(path, &files, NULL, alphasort) : -1;
    int result = count >= 0 || errno == ENOENT ? 0 : fail("read", path);
    for (int i = 0; i < count; i++) {
        if (result == 0)
            result = visit_file(folder, files[i]->d_name, visit, context);
        free(files[i]);
    }
    if (count >= 0)
        free(files);
    if (folder >= 0)
        close(folder);
    return result;
}

int store_each_snapshot(const char *directory, store_snapshot_visitor *visit, void *context)
{
    char *path;
    if (asprintf(&path, "%s/" FOLDER, directory) < 0)
        return FAILURE_INTERNAL;
    const int result = each_file(path, visit, context);
    free(path);
    return result;
}

int store_snapshot_remove(const char *directory, const char *name)
{
    char *path;
    if (!store_snapshot_is_name(name))
        return SW_REFERENCE_NOT_FOUND;
    if (asprintf(&path, "%s/" FOLDER "/%s" SUFFIX, directory, name) < 0)
        return FAILURE_INTERNAL;
    int result = 0;
    if (unlink(path) != 0)
        result = errno == ENOENT ? SW_REFERENCE_NOT_FOUND : fail("remove", path);
    free(path);
    return result;
}
