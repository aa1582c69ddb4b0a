#include "fs/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/store/store_database.h"
#include "fs/store/store_group_inside.h"
#include "fs/store/store_memory.h"

#define FOLDER_MODE 0700
#define FILE_MODE 0600

static int refuse(const char *doing, const char *path)
{
    trace_error("cannot %s %s: %s", doing, path, strerror(errno));
    return FAILURE_MEMORY;
}

/* A name that survives a power cut needs its folder written as well. */
static void sync_folder(const char *path)
{
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    fsync(folder);
    close(folder);
}

static void sync_parent(const char *path, size_t len)
{
    while (len > 0 && path[len - 1] != '/')
        len--;
    char *parent = len > 0 ? strndup(path, len) : strdup(".");
    if (parent != NULL)
        sync_folder(parent);
    free(parent);
}

/* The folder that the first len characters of path name. */
static int make_folder(char *path, size_t len, bool durable)
{
    const char after = path[len];
    path[len] = '\0';
    int result = 0;
    const bool made = mkdir(path, FOLDER_MODE) == 0;
    const int why = errno;
    if (made && durable) {
        sync_parent(path, len);
    } else if (!made && why != EEXIST && access(path, F_OK) != 0) {
        errno = why;
        result = refuse("make", path);
    }
    path[len] = after;
    return result;
}

static int make_folders(char *path, bool durable)
{
    int result = 0;
    for (size_t i = 1; path[i] != '\0' && result == 0; i++)
        if (path[i] == '/' && path[i - 1] != '/')
            result = make_folder(path, i, durable);
    return result;
}

/* SQLite would make it readable by all. */
static int make_file(const char *path, bool durable)
{
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (file < 0)
        return refuse("open", path);
    close(file);
    if (durable)
        sync_parent(path, strlen(path));
    return 0;
}

/* A chip that was started once and never got its credentials is as good as new. */
static int look_if_fresh(struct store *store)
{
    sqlite3_stmt *statement = store_statement(store, STORE_ANYTHING);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    bool anything = false;
    const int result = store_statement_step(store, statement, &anything);
    store_statement_done(statement);
    store->fresh = !anything;
    return result;
}

/* Whoever may write to it may put another chip in this one's place. */
static void warn_of_writers(const char *folder)
{
    struct stat found;
    if (stat(folder, &found) != 0)
        return;
    const bool others = (found.st_mode & S_IWOTH) != 0;
    if (others || ((found.st_mode & S_IWGRP) != 0 && found.st_gid != getegid()))
        trace_notice("%s: %s may write to this folder, which has keys in it; chmod 700 '%s'",
                     folder, others ? "everybody" : "its group", folder);
}

/* One that something was written to has had its name made durable before. */
static int make_all(const struct store *store)
{
    struct stat about;
    const bool durable = store->group == NULL || store->group->log != NULL;
    if (stat(store->path, &about) == 0 && about.st_size > 0)
        return 0;
    const int result = make_folders(store->path, durable);
    return result == 0 ? make_file(store->path, durable) : result;
}

static int open_at(struct store *store, const char *folder)
{
    if (store->group == NULL && store_group_left_behind(folder)) {
        trace_error("cannot open %s: the farm it is of ended before its file was written; start "
                    "emuicc-farm there once",
                    store->path);
        return FAILURE_INTERNAL;
    }
    int result = make_all(store);
    warn_of_writers(folder);
    if (result == 0)
        result = store_database_open(store);
    if (result == 0)
        result = store_schema_prepare(store);
    if (result == 0)
        result = look_if_fresh(store);
    return result;
}

static int open_store(const char *directory, const char *vfs, struct store_group *group,
                      struct store **out)
{
    store_memory_configure();
    struct store *store = calloc(1, sizeof(*store));
    if (store == NULL || asprintf(&store->path, "%s/" STORE_FILE, directory) < 0) {
        free(store);
        trace_error("cannot open %s: out of memory", directory);
        return FAILURE_INTERNAL;
    }
    store->vfs = vfs;
    store->group = group;
    const int result = open_at(store, directory);
    if (result == 0)
        *out = store;
    else
        store_close(store);
    return result;
}

int store_open_through(const char *directory, const char *vfs, struct store **out)
{
    return open_store(directory, vfs, NULL, out);
}

int store_open_in(struct store_group *group, const char *directory, struct store **out)
{
    return open_store(directory, group->name, group, out);
}

int store_open(const char *directory, struct store **out)
{
    return store_open_through(directory, NULL, out);
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_rollback(store);
    (void)store_settle(store);
    store_rest_forget(store);
    store_database_release(store);
    if (store->group != NULL)
        store_group_note(store->group, store->path, NULL);
    free(store->path);
    free(store);
}

void store_suspend(struct store *store)
{
    if (!store_is_open(store))
        return;
    if (store->changed)
        store_rollback(store);
    (void)store_settle(store);
    store_database_release(store);
    store->as_left = (struct stat){0};
    (void)stat(store->path, &store->as_left);
    if (store->group != NULL)
        store_group_note(store->group, store->path, &store->as_left);
}

void store_shrink(struct store *store)
{
    if (!store_is_open(store))
        return;
    for (int i = 0; i < STORE_STATEMENT_COUNT; i++) {
        sqlite3_finalize(store->connection->statements[i]);
        store->connection->statements[i] = NULL;
    }
    (void)sqlite3_db_release_memory(store->database);
}

bool store_is_open(const struct store *store)
{
    return store->database != NULL;
}

bool store_is_new(const struct store *store)
{
    return store->fresh;
}

bool store_outcome_is_unknown(const struct store *store)
{
    return store->unknown;
}

bool store_changed(const struct store *store)
{
    return store->changed;
}

bool store_checkpoint_is_due(const struct store *store)
{
    return store->database != NULL && store->group == NULL && !store->changed &&
           (store->purge || store->log_pages >= STORE_LOG_PAGES_DUE);
}

/* The log still holds the pages as they were before a deletion: it is cut to nothing. It begins
 * anew at once, which costs a flush that the next command is spared. */
void store_checkpoint(struct store *store)
{
    const int how = store->purge ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    if (!store_checkpoint_is_due(store) ||
        sqlite3_wal_checkpoint_v2(store->database, NULL, how, NULL, NULL) != SQLITE_OK)
        return;
    store->purge = false;
    store->log_pages = 0;
    (void)store_commit_nothing(store);
}

static int finish_commit(struct store *store)
{
    sqlite3_stmt *statement = store->broken ? NULL : store_statement(store, STORE_COMMIT);
    if (statement == NULL)
        return FAILURE_MEMORY;
    return store_statement_run(store, statement);
}

/* A line that memory is too short for is given at once. */
void store_notice(struct store *store, const char *line)
{
    char *notices = NULL;
    if (asprintf(&notices, "%s%s\n", store->notices != NULL ? store->notices : "", line) < 0) {
        trace_notice("%s", line);
        return;
    }
    free(store->notices);
    store->notices = notices;
}

static void drop_notices(struct store *store)
{
    free(store->notices);
    store->notices = NULL;
}

static void give_notices(struct store *store)
{
    char *rest = NULL;
    for (char *line = store->notices != NULL ? strtok_r(store->notices, "\n", &rest) : NULL;
         line != NULL; line = strtok_r(NULL, "\n", &rest))
        trace_notice("%s", line);
    drop_notices(store);
}

/* later: the group may leave the flush to the next commit. */
static int commit(struct store *store, bool later)
{
    if (!store->changed) {
        give_notices(store);
        return 0;
    }
    store_rest_forget(store);
    if (store->group != NULL)
        store->group->later = later;
    const bool broken = store->broken;
    const int result = finish_commit(store);
    if (store->group != NULL)
        store->group->later = false;
    const enum store_outcome outcome = result == 0 ? STORE_OUTCOME_DONE
                                       : broken    ? STORE_OUTCOME_UNDONE
                                                   : store_recover_outcome(store);
    store->unknown = outcome == STORE_OUTCOME_UNKNOWN;
    if (outcome != STORE_OUTCOME_DONE) {
        store_rollback(store);
        return result;
    }
    store->changed = false;
    store->fresh = false;
    store->owed = later;
    if (store->group != NULL) {
        store->group->purge |= store->purge;
        if (store->purge)
            store_rest_purge(store);
        store->purge = false;
    }
    give_notices(store);
    return 0;
}

int store_commit(struct store *store)
{
    return commit(store, false);
}

/* A store by itself has SQLite's log, which is flushed at each commit. What is told of a change is
 * true when it is told. */
int store_commit_later(struct store *store)
{
    return commit(store,
                  store->group != NULL && store->group->log != NULL && store->notices == NULL);
}

/* What is in memory of it must not be believed when it could not be flushed. */
int store_settle(struct store *store)
{
    if (!store->owed && !store->lost)
        return 0;
    const bool kept = !store->lost && store_group_settle(store->group, store->path) == SQLITE_OK;
    if (!kept) {
        trace_error("cannot write %s: what was changed last is lost", store->path);
        store_recover_later(store);
    }
    store->owed = store->lost = false;
    return kept ? 0 : FAILURE_MEMORY;
}

/* Memory can be ahead of the store before the first row is. */
void store_rollback(struct store *store)
{
    store->ahead = true;
    drop_notices(store);
    if (!store->changed)
        return;
    /* SQLite has rolled back by itself after some errors. */
    sqlite3_stmt *statement = sqlite3_get_autocommit(store->database) == 0
                                  ? store_statement(store, STORE_ROLLBACK)
                                  : NULL;
    const bool rolled_back = sqlite3_get_autocommit(store->database) != 0 ||
                             (statement != NULL && store_statement_run(store, statement) == 0);
    store->changed = false;
    store->broken = false;
    if (!rolled_back)
        store_recover_later(store);
}
