/* store_database: what the store's sources share: the open database, its kept statements, the
 * transaction that a change begins, and the one place where SQLite's errors are named. Private to
 * the store. */
#ifndef EMUICC_FS_STORE_STORE_DATABASE_H
#define EMUICC_FS_STORE_STORE_DATABASE_H

#include <sqlite3.h>
#include <sys/stat.h>

#include "fs/profile/blob.h"
#include "fs/store/store_column.h"
#include "fs/store/store_statement_table.h"

/* SQLite's, with the statements that were prepared in it. */
struct store_connection {
    struct store_connection *next; /* of those that a group has spare */
    sqlite3 *database;
    sqlite3_stmt *statements[STORE_STATEMENT_COUNT]; /* NULL until first used */
    sqlite3_stmt *reads_schema;
    struct blob schema; /* of a group's, which serves one chip after the other: what is right for */
};

/* A profile that was let go (store_rest.h). */
struct store_rest {
    struct blob runs; /* empty: none */
    size_t size;      /* of what they stand for */
    bool based;       /* its files are what differs from the group's base */
    uint32_t profile;
    struct store_rest *next, **link; /* of those that are; and what leads here */
};

struct store {
    struct store_connection *connection; /* NULL: closed */
    sqlite3 *database;                   /* its */
    char *path;                          /* of the database file */
    const char *vfs;                     /* through which it is opened; borrowed */
    struct store_group *group;           /* NULL: it is by itself */
    struct stat as_left;                 /* the file when it was last closed */
    struct store_rest rest;
    char *notices;  /* lines for after the commit; heap or NULL */
    bool changed;   /* a transaction is open */
    bool broken;    /* a change in this transaction failed: it can only be rolled back */
    bool spoilt;    /* SQLite has failed since it was opened: nobody else gets the connection */
    bool fresh;     /* nothing has ever been committed */
    bool unsettled; /* closed after a failure; the file must be asked what it holds */
    bool unknown;   /* so is whether the last commit is in it */
    bool owed;      /* what was committed awaits its flush */
    bool lost;      /* some of that is gone */
    bool ahead;     /* what was loaded before may have changes in it that were rolled back */
    bool purge;     /* secrets were deleted: the log holds them until it is cut */
    int version;    /* of the schema, as the file had it when it was opened */
    int log_pages;  /* in the log, as far as they are not in the file yet */
};

#define STORE_LOG_PAGES_DUE 256  /* a checkpoint is due */
#define STORE_LOG_PAGES_MAX 4096 /* it is made by the commit itself */

/* Opens the file, for this process alone. Failures are traced, and nothing is open then. The only
 * place that opens a database. */
int store_database_open(struct store *store);
void store_database_close(struct store *store); /* harmless when it is closed */
/* The same for one that is as it was committed, whose connection may serve another chip. */
void store_database_release(struct store *store);
/* How every database is used, before its file is read; and what of that the file decides. A
 * connection that moves between files holds none of them for itself: its group does. 0 or a
 * failure. */
#define STORE_DATABASE_FLAGS (SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE)
void store_database_configure(sqlite3 *database);
extern const char store_database_group_settings[];

/* Whether the file of a store that is closed is as it was when that was closed. */
bool store_database_is_as_left(const struct store *store);

/* The profile at rest is wiped, before anything changes in the file; harmless if there is none. */
void store_rest_forget(struct store *store);
/* The same, and nothing that was in the store's file stays in what others rest on. */
void store_rest_purge(struct store *store);

/* What became of a commit that failed. */
enum store_outcome { STORE_OUTCOME_UNDONE, STORE_OUTCOME_DONE, STORE_OUTCOME_UNKNOWN };
enum store_outcome store_recover_outcome(struct store *store);
/* Closes the database until it is next used, when store_recover() finds out what the file holds. */
void store_recover_later(struct store *store);
/* Opens the file again and makes durable what it holds. After a failure it is closed and can be
 * asked again. */
int store_recover(struct store *store);

/* A commit that changes nothing: what was written before is durable after it, and so is the front
 * of a log that begins anew. 0 or a failure. */
int store_commit_nothing(struct store *store);

/* Whether the file is a store that this release reads, or empty: 0, or a failure after a trace
 * line. Nothing is written to it. */
int store_schema_check(struct store *store);
/* Whether these first STORE_SCHEMA_HEADER_SIZE bytes of a file say that it is a store of just this
 * release's version, in one piece: with no log in SQLite's form. Sets store->version then. */
#define STORE_SCHEMA_HEADER_SIZE 100
bool store_schema_is_current(struct store *store, const uint8_t *header);
/* The version of the schema in the file. */
int store_schema_version(struct store *store, int *version);
/* Makes the schema, or brings an older one up to date; a newer one is refused. */
int store_schema_prepare(struct store *store);

/* Traces what SQLite says about the last call and returns the failure it means. */
int store_database_failure(struct store *store, const char *doing);
/* For rows whose values cannot be: traces and returns a failure. */
int store_database_damaged(struct store *store, const char *table);

/* A statement ready for its parameters; NULL, traced, when it cannot be prepared or is being
 * stepped through further up in the stack. */
sqlite3_stmt *store_statement(struct store *store, enum store_statement which);
/* As store_statement(), within a transaction, which it begins if none is open. */
sqlite3_stmt *store_statement_for_change(struct store *store, enum store_statement which);

/* Next row: 0 with *row saying whether there is one. */
int store_statement_step(struct store *store, sqlite3_stmt *statement, bool *row);
/* Ends the use of a statement: it lets go of what was bound. */
void store_statement_done(sqlite3_stmt *statement);
/* Calls visit for each row, then ends the statement's use. What visit returns other than 0 ends it
 * early and is returned. */
typedef int store_row_visitor(struct store *store, sqlite3_stmt *row, void *context);
int store_statement_each(struct store *store, sqlite3_stmt *statement, store_row_visitor *visit,
                         void *context);
/* Runs a change to its end and ends its use. */
int store_statement_run(struct store *store, sqlite3_stmt *statement);
/* As store_statement_run(); SW_REFERENCE_NOT_FOUND if no row was changed. */
int store_statement_run_on_one(struct store *store, sqlite3_stmt *statement);

#endif
