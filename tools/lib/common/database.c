#include "tools/lib/common/database.h"

#include "apdu/status.h"
#include "apdu/trace.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define STATEMENTS_MAX 64
#define BUSY_MILLISECONDS 5000

struct kept {
    const char *sql;
    sqlite3_stmt *statement;
};

struct database {
    const char *path; /* the caller's; NULL: in memory */
    const struct database_schema *schema;
    sqlite3 *connection;
    pthread_mutex_t lock; /* recursive: begin … end encloses single statements */
    unsigned depth;       /* of begin … end */
    struct kept kept[STATEMENTS_MAX];
    size_t kept_count;
};

static int complain(const struct database *database, const char *what)
{
    trace_error("%s %s: %s: %s", database->schema->name,
                database->path != NULL ? database->path : "in memory", what,
                sqlite3_errmsg(database->connection));
    return FAILURE_INTERNAL;
}

static int run_plain(struct database *database, const char *sql)
{
    if (sqlite3_exec(database->connection, sql, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    return complain(database, "not written");
}

static void take_version(void *context, sqlite3_stmt *row)
{
    *(int *)context = sqlite3_column_int(row, 0);
}

/* An older file is brought up step by step, a new one from nothing. */
static int upgrade(struct database *database, int version)
{
    int result = 0;
    for (; result == 0 && version < database->schema->version; version++)
        result = run_plain(database, version == 0 ? database->schema->sql
                                                  : database->schema->upgrades[version - 1]);
    return result;
}

/* A file that has a version has this kind's table; one that has none is empty. */
static int find_version(struct database *database, int *version)
{
    *version = 0;
    if (database_query(database, "PRAGMA user_version", NULL, 0, take_version, version) < 0)
        return FAILURE_INTERNAL;
    const int tables =
        *version == 0
            ? database_query(database, "SELECT 1 FROM sqlite_master", NULL, 0, NULL, NULL)
            : database_query(database,
                             "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?",
                             DATABASE_VALUES(DATABASE_T(database->schema->table)), NULL, NULL);
    if (tables < 0)
        return FAILURE_INTERNAL;
    if ((tables > 0) == (*version > 0) && *version <= database->schema->version)
        return 0;
    trace_error("%s %s: %s; it stays as it is", database->schema->name, database->path,
                tables > 0 && *version > 0 ? "the file was written by a newer release"
                                           : "a SQLite file of something else");
    return FAILURE_INTERNAL;
}

static int make_schema(struct database *database, int version)
{
    char set_version[64];
    if (version == database->schema->version)
        return 0;
    snprintf(set_version, sizeof(set_version), "PRAGMA user_version = %d",
             database->schema->version);
    int result = database_begin(database);
    if (result != 0)
        return result;
    result = upgrade(database, version);
    if (result == 0)
        result = run_plain(database, set_version);
    result = database_end(database, result);
    if (result == 0 && version == 0 && database->path != NULL) /* its name may be a mistake */
        trace_notice("%s %s: a new file", database->schema->name, database->path);
    return result;
}

static void start_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

/* Settings of a connection, not of the file. */
static int set_up(struct database *database)
{
    char settings[96];
    snprintf(settings, sizeof(settings), "PRAGMA journal_mode = %s; PRAGMA foreign_keys = ON",
             database->schema->journal);
    return run_plain(database, settings);
}

int database_open(const char *path, const struct database_schema *schema, struct database **out)
{
    struct database *database = calloc(1, sizeof(*database));
    if (database == NULL) {
        trace_error("%s: out of memory", schema->name);
        return FAILURE_INTERNAL;
    }
    database->path = path;
    database->schema = schema;
    start_lock(&database->lock);
    const mode_t mask = umask(S_IRWXG | S_IRWXO);
    /* Whoever calls SQLite holds the lock: it needs none of its own. */
    const int opened =
        sqlite3_open_v2(path != NULL ? path : ":memory:", &database->connection,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (opened == SQLITE_OK) {
        sqlite3_busy_timeout(database->connection, BUSY_MILLISECONDS);
        /* What is bound does not have a statement prepared anew. */
        sqlite3_db_config(database->connection, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    }
    int version = 0;
    int result = opened == SQLITE_OK ? 0 : complain(database, "not opened");
    if (result == 0)
        result = find_version(database, &version);
    if (result == 0)
        result = set_up(database);
    if (result == 0)
        result = make_schema(database, version);
    umask(mask);
    if (result == 0)
        *out = database;
    else
        database_close(database);
    return result;
}

void database_close(struct database *database)
{
    if (database == NULL)
        return;
    for (size_t i = 0; i < database->kept_count; i++)
        sqlite3_finalize(database->kept[i].statement);
    sqlite3_close(database->connection);
    pthread_mutex_destroy(&database->lock);
    free(database);
}

/* Prepared once; found again by the address of its text. */
static sqlite3_stmt *prepare(struct database *database, const char *sql)
{
    for (size_t i = 0; i < database->kept_count; i++)
        if (database->kept[i].sql == sql)
            return database->kept[i].statement;
    sqlite3_stmt *statement = NULL;
    if (database->kept_count == STATEMENTS_MAX ||
        sqlite3_prepare_v2(database->connection, sql, -1, &statement, NULL) != SQLITE_OK) {
        complain(database, sql);
        return NULL;
    }
    database->kept[database->kept_count++] = (struct kept){sql, statement};
    return statement;
}

static void bind(sqlite3_stmt *statement, const struct database_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const int at = (int)i + 1;
        const struct database_value *value = &values[i];
        if (value->kind == DATABASE_NUMBER)
            sqlite3_bind_int64(statement, at, value->number);
        else if (value->kind == DATABASE_TEXT)
            sqlite3_bind_text(statement, at, value->text, -1, SQLITE_STATIC);
        else if (value->bytes.data == NULL)
            sqlite3_bind_null(statement, at);
        else
            sqlite3_bind_blob64(statement, at, value->bytes.data, value->bytes.len, SQLITE_STATIC);
    }
}

static int run(struct database *database, const char *sql, const struct database_value *values,
               size_t count, database_visitor *visit, void *context)
{
    /* After an error that has undone the transaction nothing of it may stand by itself. */
    if (database->depth > 0 && sqlite3_get_autocommit(database->connection) != 0)
        return complain(database, "the transaction is at its end");
    sqlite3_stmt *statement = prepare(database, sql);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    bind(statement, values, count);
    int rows = 0, step;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        if (visit != NULL)
            visit(context, statement);
        rows++;
    }
    if (step != SQLITE_DONE)
        rows = complain(database, sql);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return rows;
}

int database_query(struct database *database, const char *sql, const struct database_value *values,
                   size_t count, database_visitor *visit, void *context)
{
    pthread_mutex_lock(&database->lock);
    const int rows = run(database, sql, values, count, visit, context);
    pthread_mutex_unlock(&database->lock);
    return rows;
}

int database_change(struct database *database, const char *sql, const struct database_value *values,
                    size_t count)
{
    pthread_mutex_lock(&database->lock);
    int result = run(database, sql, values, count, NULL, NULL);
    if (result >= 0)
        result = sqlite3_changes(database->connection);
    pthread_mutex_unlock(&database->lock);
    return result;
}

/* An error that has undone the outer transaction ends the inner ones as well. */
int database_begin(struct database *database)
{
    pthread_mutex_lock(&database->lock);
    const int result = database->depth == 0 ? run(database, "BEGIN IMMEDIATE", NULL, 0, NULL, NULL)
                                            : run(database, "SAVEPOINT inner", NULL, 0, NULL, NULL);
    if (result == 0)
        database->depth++;
    else
        pthread_mutex_unlock(&database->lock);
    return result;
}

static int end_outer(struct database *database, int result)
{
    if (result == 0)
        result = run(database, "COMMIT", NULL, 0, NULL, NULL);
    if (result != 0 && sqlite3_get_autocommit(database->connection) == 0)
        (void)run_plain(database, "ROLLBACK");
    return result;
}

static int end_inner(struct database *database, int result)
{
    if (result != 0 && sqlite3_get_autocommit(database->connection) == 0 &&
        run(database, "ROLLBACK TO inner", NULL, 0, NULL, NULL) != 0)
        (void)run_plain(database, "ROLLBACK"); /* rather nothing than half of it */
    if (sqlite3_get_autocommit(database->connection) != 0)
        return result != 0 ? result : complain(database, "the transaction is at its end");
    const int released = run(database, "RELEASE inner", NULL, 0, NULL, NULL);
    return result != 0 ? result : released;
}

int database_end(struct database *database, int result)
{
    database->depth--;
    result = database->depth == 0 ? end_outer(database, result) : end_inner(database, result);
    pthread_mutex_unlock(&database->lock);
    return result;
}

int64_t database_last_id(struct database *database)
{
    return sqlite3_last_insert_rowid(database->connection);
}

void database_text(sqlite3_stmt *row, int column, char *out, size_t size)
{
    const unsigned char *text = sqlite3_column_text(row, column);
    snprintf(out, size, "%s", text != NULL ? (const char *)text : "");
}

struct bytes database_bytes(sqlite3_stmt *row, int column)
{
    const void *data = sqlite3_column_blob(row, column);
    return bytes_of(data, (size_t)sqlite3_column_bytes(row, column));
}
