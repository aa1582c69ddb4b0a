/* database: a SQLite file that threads share: one connection, one lock. Every function returns a
 * failure (< 0, traced) when SQLite fails. */
#ifndef EMUICC_TOOLS_LIB_COMMON_DATABASE_H
#define EMUICC_TOOLS_LIB_COMMON_DATABASE_H

#include <sqlite3.h>

#include "apdu/bytes.h"

/* What a kind of file holds. */
struct database_schema {
    const char *name;            /* what people call the file: "orders" */
    const char *table;           /* one that each version has: a file without it is another's */
    const char *sql;             /* makes the tables of version 1 */
    const char *const *upgrades; /* each to the next version, from 1 on; NULL if version is 1 */
    int version;                 /* of the tables; a newer file is refused */
    const char *journal; /* of SQLite: "WAL" keeps two files beside this one while it is open */
};

struct database;

/* path: made if absent, mode 0600, which a trace line says; NULL: in memory, gone at the end. Path
 * and schema are borrowed. A SQLite file of another kind is refused and not touched. A failure has
 * traced one line that says what is wrong with the file. */
int database_open(const char *path, const struct database_schema *schema, struct database **out);
void database_close(struct database *database);

struct database_value {
    enum { DATABASE_NUMBER, DATABASE_TEXT, DATABASE_BYTES } kind;
    int64_t number;
    const char *text;
    struct bytes bytes;
};
#define DATABASE_N(value) ((struct database_value){.kind = DATABASE_NUMBER, .number = (value)})
#define DATABASE_T(value) ((struct database_value){.kind = DATABASE_TEXT, .text = (value)})
#define DATABASE_B(value) ((struct database_value){.kind = DATABASE_BYTES, .bytes = (value)})
/* An argument list for the two functions below. */
#define DATABASE_VALUES(...)                                                                       \
    (const struct database_value[]){__VA_ARGS__},                                                  \
        sizeof((const struct database_value[]){__VA_ARGS__}) / sizeof(struct database_value)

/* sql: a literal (statements are kept by its address). Number of rows changed. */
int database_change(struct database *database, const char *sql, const struct database_value *values,
                    size_t count);
/* Hands every row to visit. Number of rows. */
typedef void database_visitor(void *context, sqlite3_stmt *row);
int database_query(struct database *database, const char *sql, const struct database_value *values,
                   size_t count, database_visitor *visit, void *context);

/* Several statements as one: nobody else comes between, and they stay or go together. Inside
 * another begin … end of the same thread it may fail alone, and stays with the outer one. */
int database_begin(struct database *database);
/* Commits if the result is 0, takes back otherwise. Returns the result, or a failure. */
int database_end(struct database *database, int result);

int64_t database_last_id(struct database *database);

/* Columns of a row, cut to the room there is; text ends with 0, a missing blob is empty. */
void database_text(sqlite3_stmt *row, int column, char *out, size_t size);
struct bytes database_bytes(sqlite3_stmt *row, int column);

#endif
