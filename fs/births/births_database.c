#include "fs/births/births_database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/store/store_memory.h"

#define FILE_MODE 0600
#define BUSY_MS 5000
#define OPENINGS 16               /* of a file that others remove meanwhile */
#define APPLICATION_ID 0x656D7562 /* "emub" */
#define VERSION 1
/* For this process alone. A commit adds to SQLite's log; what was added is on the disk when the log
 * goes into the file, which is at the end of births, when it has grown, and at the end. */
#define SETTINGS                                                                                   \
    "PRAGMA locking_mode = EXCLUSIVE;"                                                             \
    "PRAGMA journal_mode = WAL;"                                                                   \
    "PRAGMA synchronous = NORMAL;"                                                                 \
    "PRAGMA wal_autocheckpoint = 8192;"                                                            \
    "PRAGMA secure_delete = ON;"                                                                   \
    "PRAGMA cell_size_check = ON;"                                                                 \
    "PRAGMA temp_store = MEMORY;"                                                                  \
    "PRAGMA cache_size = -512;"
#define SCHEMA                                                                                     \
    "BEGIN IMMEDIATE;"                                                                             \
    "CREATE TABLE pattern (id INTEGER PRIMARY KEY, store BLOB NOT NULL, seal BLOB NOT NULL);"      \
    "CREATE TABLE common (pattern INTEGER NOT NULL REFERENCES pattern, name BLOB NOT NULL,"        \
    "  value BLOB NOT NULL, PRIMARY KEY (pattern, name)) WITHOUT ROWID;"                           \
    "CREATE TABLE birth (eid BLOB PRIMARY KEY, pattern INTEGER NOT NULL REFERENCES pattern,"       \
    "  own BLOB NOT NULL, seal BLOB NOT NULL);"                                                    \
    "PRAGMA application_id = 1701672290;"                                                          \
    "PRAGMA user_version = 1;"                                                                     \
    "COMMIT;"
_Static_assert(APPLICATION_ID == 1701672290 && VERSION == 1, "as the schema says");

static const char *const sql[BIRTHS_STATEMENTS] = {
    [BIRTHS_PATTERN_ADD] = "INSERT INTO pattern (store, seal) VALUES (?1, ?2)",
    [BIRTHS_PATTERN_GET] = "SELECT store, seal FROM pattern WHERE id = ?1",
    [BIRTHS_COMMON_ADD] = "INSERT INTO common (pattern, name, value) VALUES (?1, ?2, ?3)",
    [BIRTHS_COMMON_GET] = "SELECT value FROM common WHERE pattern = ?1 AND name = ?2",
    [BIRTHS_ADD] = "INSERT INTO birth (eid, pattern, own, seal) VALUES (?1, ?2, ?3, ?4)"
                   " ON CONFLICT (eid) DO UPDATE SET pattern = excluded.pattern,"
                   " own = excluded.own, seal = excluded.seal",
    [BIRTHS_GET] = "SELECT pattern, own, seal FROM birth WHERE eid = ?1",
    [BIRTHS_REMOVE] = "DELETE FROM birth WHERE eid = ?1",
    [BIRTHS_LIST] = "SELECT eid FROM birth ORDER BY eid",
    [BIRTHS_FIRST] = "SELECT min(eid) FROM birth",
};

static bool path_of(const struct births *births, char path[PATH_MAX])
{
    return snprintf(path, PATH_MAX, "%s/" BIRTHS_FILE, births->farm) < PATH_MAX;
}

static const char *reason_of(sqlite3 *database)
{
    switch (sqlite3_errcode(database) & 0xFF) {
    case SQLITE_BUSY:
        return "in use by another process; a farm that runs has its chips alone";
    case SQLITE_FULL:
        return "no space left";
    case SQLITE_NOTADB:
        return "no records of a farm's chips";
    default:
        return sqlite3_errmsg(database);
    }
}

int births_database_fail(struct births *births, const char *doing)
{
    const int error = sqlite3_system_errno(births->database);
    const bool system = (sqlite3_errcode(births->database) & 0xFF) == SQLITE_IOERR && error != 0;
    trace_error("cannot %s %s/" BIRTHS_FILE ": %s%s%s", doing, births->farm,
                reason_of(births->database), system ? ": " : "", system ? strerror(error) : "");
    return FAILURE_MEMORY;
}

bool births_database_is_there(const struct births *births)
{
    char path[PATH_MAX];
    return path_of(births, path) && access(path, F_OK) == 0;
}

/* SQLite would make it readable by all. */
static int make_file(const char *path)
{
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (file >= 0) {
        close(file);
        return 0;
    }
    trace_error("cannot open %s: %s", path, strerror(errno));
    return FAILURE_MEMORY;
}

static bool read_number(sqlite3 *database, const char *query, int *out)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, query, -1, &statement, NULL) != SQLITE_OK)
        return false;
    const bool read = sqlite3_step(statement) == SQLITE_ROW;
    *out = read ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    return read;
}

/* A file of length zero is what a process leaves that ended before it made the schema. */
static int prepare_schema(struct births *births)
{
    int application, version, tables;
    if (!read_number(births->database, "PRAGMA application_id", &application) ||
        !read_number(births->database, "PRAGMA user_version", &version) ||
        !read_number(births->database, "SELECT count(*) FROM sqlite_schema", &tables))
        return births_database_fail(births, "read");
    if (application == APPLICATION_ID && version == VERSION)
        return 0;
    if (application == APPLICATION_ID || tables > 0) {
        trace_error("cannot read %s/" BIRTHS_FILE ": %s", births->farm,
                    application == APPLICATION_ID ? "a newer release of emuicc has written it"
                                                  : "no records of a farm's chips");
        return FAILURE_INTERNAL;
    }
    return sqlite3_exec(births->database, SCHEMA, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : births_database_fail(births, "write");
}

/* Whoever had it before has removed it: SQLite writes to no such file. */
static bool has_moved(const struct births *births)
{
    int moved = 0;
    (void)sqlite3_file_control(births->database, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved != 0;
}

static int open_at(struct births *births, const char *path)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(path, &births->database, flags, NULL) != SQLITE_OK)
        return births_database_fail(births, "open");
    sqlite3_busy_timeout(births->database, BUSY_MS);
    sqlite3_db_config(births->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(births->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    const int code = sqlite3_exec(births->database, SETTINGS, NULL, NULL, NULL);
    if (has_moved(births))
        return 0; /* to be opened anew */
    if (code != SQLITE_OK)
        return births_database_fail(births, "open");
    return prepare_schema(births);
}

/* While it is locked. Its log goes first, which has a name of its own. */
void births_database_remove(struct births *births)
{
    char path[PATH_MAX];
    if (path_of(births, path) && sqlite3_exec(births->database, "PRAGMA journal_mode = DELETE",
                                              NULL, NULL, NULL) == SQLITE_OK)
        (void)unlink(path);
}

static int open_once(struct births *births, const char *path)
{
    const int result = make_file(path);
    return result == 0 ? open_at(births, path) : result;
}

int births_database_open(struct births *births)
{
    char path[PATH_MAX];
    if (!path_of(births, path)) {
        trace_error("--state %s: the path is too long", births->farm);
        return FAILURE_INTERNAL;
    }
    store_memory_configure();
    int result = open_once(births, path);
    for (int i = 1; i < OPENINGS && result == 0 && has_moved(births); i++) {
        births_database_close(births);
        result = open_once(births, path);
    }
    if (result == 0 && has_moved(births))
        result = births_database_fail(births, "open");
    if (result != 0)
        births_database_close(births);
    return result;
}

/* The last one who closes takes the log into the file. */
void births_database_close(struct births *births)
{
    for (int i = 0; i < BIRTHS_STATEMENTS; i++) {
        sqlite3_finalize(births->statements[i]);
        births->statements[i] = NULL;
    }
    sqlite3_close(births->database);
    births->database = NULL;
}

sqlite3_stmt *births_database_statement(struct births *births, enum births_statement which)
{
    sqlite3_stmt **statement = &births->statements[which];
    if (*statement == NULL && sqlite3_prepare_v3(births->database, sql[which], -1,
                                                 SQLITE_PREPARE_PERSISTENT, statement, NULL) != 0)
        births_database_fail(births, "read");
    return *statement;
}

void births_database_done(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

int births_database_run(struct births *births, sqlite3_stmt *statement)
{
    const int result =
        sqlite3_step(statement) == SQLITE_DONE ? 0 : births_database_fail(births, "write");
    births_database_done(statement);
    return result;
}

int births_database_row(struct births *births, sqlite3_stmt *statement)
{
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return 0;
    const int result =
        code == SQLITE_DONE ? SW_REFERENCE_NOT_FOUND : births_database_fail(births, "read");
    births_database_done(statement);
    return result;
}

struct bytes births_database_bytes(sqlite3_stmt *statement, int column)
{
    const void *data = sqlite3_column_blob(statement, column);
    return bytes_of(data, (size_t)sqlite3_column_bytes(statement, column));
}

static int execute(struct births *births, const char *text)
{
    return sqlite3_exec(births->database, text, NULL, NULL, NULL) == SQLITE_OK
               ? 0
               : births_database_fail(births, "write");
}

int births_database_begin(struct births *births)
{
    if (births->changing)
        return 0;
    const int result = execute(births, "BEGIN IMMEDIATE");
    births->changing = result == 0;
    return result;
}

void births_database_undo(struct births *births)
{
    if (births->changing)
        (void)sqlite3_exec(births->database, "ROLLBACK", NULL, NULL, NULL);
    births->changing = false;
    births->pending = 0;
}

int births_database_commit(struct births *births)
{
    if (!births->changing)
        return 0;
    const int result = execute(births, "COMMIT");
    if (result != 0) {
        births_database_undo(births);
        births->broken = true;
    }
    births->changing = false;
    births->pending = 0;
    return result;
}
