#include "fs/store/store_database.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/store/store_group_inside.h"

/* Before anything is read; what follows writes to the file.
 * Memory is for the process to be small: pages held beside those that a transaction needs. */
#define ALONE "PRAGMA locking_mode = EXCLUSIVE"
#define OWN_LOG "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 1048576;"
/* The group takes a transaction whole or not at all; to undo one that is not finished memory does.
 */
#define LOG_OF_GROUP "PRAGMA journal_mode = MEMORY;"
#define SETTINGS                                                                                   \
    "PRAGMA synchronous = FULL;"                                                                   \
    "PRAGMA secure_delete = ON;"                                                                   \
    "PRAGMA cell_size_check = ON;"                                                                 \
    "PRAGMA temp_store = MEMORY;"                                                                  \
    "PRAGMA cache_size = -128;"
#define LOOKASIDE_SLOT_SIZE 128
#define LOOKASIDE_SLOTS 64

const char store_database_group_settings[] = LOG_OF_GROUP SETTINGS;

static const char *const sql[] = {
#define STORE_STATEMENT_SQL(name, text) [name] = text,
    STORE_STATEMENT_TABLE(STORE_STATEMENT_SQL)
#undef STORE_STATEMENT_SQL
};

static int failure_of(int code)
{
    switch (code & 0xFF) { /* the primary code of an extended one */
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return FAILURE_MEMORY;
    default:
        return FAILURE_INTERNAL;
    }
}

static const char *reason_of(const struct store *store, int code, const char *otherwise)
{
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "in use by another process; one at a time runs on a state";
    case SQLITE_FULL:
        return "no space left";
    case SQLITE_NOTADB:
        return store_group_is_marked(store->path)
                   ? "its farm ended before this file was written; start emuicc-farm there once"
                   : "not a store of emuicc";
    default:
        return otherwise;
    }
}

int store_database_failure(struct store *store, const char *doing)
{
    const int code = sqlite3_extended_errcode(store->database);
    const int error = sqlite3_system_errno(store->database);
    const bool system = (code & 0xFF) == SQLITE_IOERR && error != 0;
    store->spoilt = true;
    trace_error("cannot %s %s: %s%s%s (SQLite %d)", doing, store->path,
                reason_of(store, code, sqlite3_errmsg(store->database)), system ? ": " : "",
                system ? strerror(error) : "", code);
    return failure_of(code);
}

int store_database_damaged(struct store *store, const char *table)
{
    trace_error("cannot read %s: damaged row in table %s", store->path, table);
    return FAILURE_INTERNAL;
}

/* A log that was left behind: there may be anything in it. */
static bool has_log(const struct store *store)
{
    char *path;
    struct stat about;
    if (asprintf(&path, "%s-wal", store->path) < 0)
        return true; /* as good as one */
    const bool found = stat(path, &about) == 0 && about.st_size > 0;
    free(path);
    return found;
}

/* After a commit. */
static int note_log(void *context, sqlite3 *database, const char *name, int pages)
{
    struct store *store = context;
    store->log_pages = pages;
    if (pages >= STORE_LOG_PAGES_MAX)
        (void)sqlite3_wal_checkpoint_v2(database, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

void store_database_configure(sqlite3 *database)
{
    sqlite3_db_config(database, SQLITE_DBCONFIG_LOOKASIDE, NULL, LOOKASIDE_SLOT_SIZE,
                      LOOKASIDE_SLOTS);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
}

static int open_file(struct store *store)
{
    struct store_connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL) {
        trace_error("cannot open %s: out of memory", store->path);
        return FAILURE_INTERNAL;
    }
    store->connection = connection;
    const int code =
        sqlite3_open_v2(store->path, &connection->database, STORE_DATABASE_FLAGS, store->vfs);
    store->database = connection->database;
    return code == SQLITE_OK ? 0 : store_database_failure(store, "open");
}

static int open_database(struct store *store)
{
    int result = open_file(store);
    if (result != 0)
        return result;
    store_database_configure(store->database);
    if (sqlite3_exec(store->database, ALONE, NULL, NULL, NULL) != SQLITE_OK)
        return store_database_failure(store, "open");
    store->purge |= store->group == NULL && has_log(store);
    result = store_schema_check(store);
    const char *settings = store->group != NULL ? store_database_group_settings : OWN_LOG SETTINGS;
    if (result == 0 && sqlite3_exec(store->database, settings, NULL, NULL, NULL) != SQLITE_OK)
        return store_database_failure(store, "open");
    sqlite3_wal_hook(store->database, note_log, store); /* instead of SQLite's own checkpoints */
    return result;
}

int store_database_open(struct store *store)
{
    store->spoilt = false;
    if (store_group_spare_take(store))
        return 0;
    const int result = open_database(store);
    if (result != 0)
        store_database_close(store);
    return result;
}

void store_database_close(struct store *store)
{
    if (store->connection != NULL)
        store_group_spare_destroy(store->connection);
    store->connection = NULL;
    store->database = NULL;
}

void store_database_release(struct store *store)
{
    if (store->connection != NULL && store_group_spare_give(store)) {
        store->connection = NULL;
        store->database = NULL;
    }
    store_database_close(store);
}

static bool is_as_left(const struct store *store, const struct stat *now)
{
    return now->st_ino == store->as_left.st_ino && now->st_size == store->as_left.st_size &&
           now->st_mtim.tv_sec == store->as_left.st_mtim.tv_sec &&
           now->st_mtim.tv_nsec == store->as_left.st_mtim.tv_nsec;
}

bool store_database_is_as_left(const struct store *store)
{
    struct stat now;
    return stat(store->path, &now) == 0 && is_as_left(store, &now);
}

/* A file that somebody else has changed is another chip than the one in memory. A group may write
 * to it as soon as it is open; its folder is this process's alone. */
static int reopen(struct store *store)
{
    struct stat now = {0};
    if (store->unsettled)
        return store_recover(store);
    if (store->group != NULL) {
        store_group_note(store->group, store->path, NULL);
        (void)stat(store->path, &now);
    }
    const int result = store_database_open(store);
    if (result != 0)
        return result;
    if (store->group == NULL)
        (void)stat(store->path, &now);
    if (is_as_left(store, &now))
        return 0;
    trace_error("cannot open %s: another process has changed it while its store was closed",
                store->path);
    store_database_close(store);
    return FAILURE_INTERNAL;
}

sqlite3_stmt *store_statement(struct store *store, enum store_statement which)
{
    if (store->database == NULL && reopen(store) != 0)
        return NULL;
    sqlite3_stmt **statement = &store->connection->statements[which];
    if (*statement == NULL &&
        sqlite3_prepare_v3(store->database, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement,
                           NULL) != SQLITE_OK) {
        store_database_failure(store, "prepare a statement for");
        return NULL;
    }
    if (sqlite3_stmt_busy(*statement)) {
        trace_error("cannot use %s: a visitor called back into the same list", store->path);
        return NULL;
    }
    return *statement;
}

static int begin(struct store *store)
{
    if (store->changed)
        return store->broken ? FAILURE_MEMORY : 0;
    sqlite3_stmt *statement = store_statement(store, STORE_BEGIN);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    store->changed = true;
    return store_statement_run(store, statement);
}

sqlite3_stmt *store_statement_for_change(struct store *store, enum store_statement which)
{
    if (begin(store) != 0)
        return NULL;
    sqlite3_stmt *statement = store_statement(store, which);
    store->broken |= statement == NULL;
    return statement;
}

static int step(struct store *store, sqlite3_stmt *statement, const char *doing, bool *row)
{
    const int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return store_database_failure(store, doing);
    *row = code == SQLITE_ROW;
    return 0;
}

int store_statement_step(struct store *store, sqlite3_stmt *statement, bool *row)
{
    return step(store, statement, sqlite3_stmt_readonly(statement) ? "read" : "write", row);
}

void store_statement_done(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

int store_statement_each(struct store *store, sqlite3_stmt *statement, store_row_visitor *visit,
                         void *context)
{
    bool row = false;
    int result = store_statement_step(store, statement, &row);
    while (result == 0 && row) {
        result = visit(store, statement, context);
        if (result == 0)
            result = store_statement_step(store, statement, &row);
    }
    store_statement_done(statement);
    return result;
}

int store_statement_run(struct store *store, sqlite3_stmt *statement)
{
    bool row; /* SQLite counts COMMIT among what only reads */
    const int result = step(store, statement, "write", &row);
    store_statement_done(statement);
    store->broken |= result != 0;
    return result;
}

int store_statement_run_on_one(struct store *store, sqlite3_stmt *statement)
{
    const int result = store_statement_run(store, statement);
    if (result != 0)
        return result;
    return sqlite3_changes(store->database) > 0 ? 0 : SW_REFERENCE_NOT_FOUND;
}
