/* births_database: the file with the records. Inside fs/births only. */
#ifndef EMUICC_FS_BIRTHS_BIRTHS_DATABASE_H
#define EMUICC_FS_BIRTHS_BIRTHS_DATABASE_H

#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>

#include "fs/births/births_file.h"
#include "fs/profile/blob.h"

enum births_statement {
    BIRTHS_PATTERN_ADD,
    BIRTHS_PATTERN_GET,
    BIRTHS_COMMON_ADD,
    BIRTHS_COMMON_GET,
    BIRTHS_ADD,
    BIRTHS_GET,
    BIRTHS_REMOVE,
    BIRTHS_LIST,
    BIRTHS_FIRST,
    BIRTHS_STATEMENTS
};

struct births {
    char farm[PATH_MAX];
    pthread_mutex_t lock;
    sqlite3 *database; /* NULL: there is no file */
    sqlite3_stmt *statements[BIRTHS_STATEMENTS];
    size_t pending;        /* records since the last commit */
    bool changing;         /* a transaction is open */
    bool broken;           /* one has failed: its pattern may be gone with it */
    sqlite3_int64 pattern; /* that records are added to; 0: it is not in the file yet */
    struct blob image;     /* its store */
    struct blob first;     /* the values of the chip that it was made of */
    struct blob common;    /* those of them that the others share */
};

/* Opens the file, or makes it. */
int births_database_open(struct births *births);
void births_database_close(struct births *births);
bool births_database_is_there(const struct births *births);
int births_database_fail(struct births *births, const char *doing);

/* Ready for its parameters; NULL after a trace line. */
sqlite3_stmt *births_database_statement(struct births *births, enum births_statement which);
/* Ends the use of a statement that changes something. 0 or a failure. */
int births_database_run(struct births *births, sqlite3_stmt *statement);
/* A row, or SW_REFERENCE_NOT_FOUND; births_database_done() is due after a row. */
int births_database_row(struct births *births, sqlite3_stmt *statement);
void births_database_done(sqlite3_stmt *statement);
struct bytes births_database_bytes(sqlite3_stmt *statement, int column);

/* A change begins a transaction. */
int births_database_begin(struct births *births);
int births_database_commit(struct births *births);
void births_database_undo(struct births *births);
/* No other process takes over a file that goes. */
void births_database_remove(struct births *births);

/* Of chips that have a store: their process ended, or the power went, before their records had
 * gone. A chip whose folder is taken out of the farm must not be made once more. */
void births_forget_made(struct births *births);

#endif
