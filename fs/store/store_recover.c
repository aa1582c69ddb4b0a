/* After most failures of a COMMIT only the file knows whether the change is in it: SQLite has taken
 * it back in memory, while the log may hold it whole, and the next start would read it from there.
 * So the database is closed, opened again and believed. */
#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/hash.h"
#include "fs/store/store.h"
#include "fs/store/store_database.h"

/* Adds a column to a digest: its type, its length and its bytes; numbers as text. */
static int digest_column(sqlite3_stmt *row, int column, uint8_t digest[SHA256_SIZE])
{
    const void *data = sqlite3_column_blob(row, column);
    const int len = sqlite3_column_bytes(row, column);
    uint8_t front[5];
    struct writer out = writer_on(front, sizeof(front));
    writer_put_u8(&out, (uint8_t)sqlite3_column_type(row, column));
    writer_put_u16(&out, (uint16_t)(len >> 16));
    writer_put_u16(&out, (uint16_t)len);
    const struct bytes parts[] = {bytes_of(digest, SHA256_SIZE), writer_bytes(&out),
                                  bytes_of(data, (size_t)len)};
    return sha256(parts, sizeof(parts) / sizeof(parts[0]), digest);
}

static int digest_row(struct store *store, sqlite3_stmt *row, void *context)
{
    int result = 0;
    (void)store;
    for (int i = 0; i < sqlite3_column_count(row) && result == 0; i++)
        result = digest_column(row, i, context);
    return result;
}

static int each_row(struct store *store, const char *query, store_row_visitor *visit, void *context)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(store->database, query, -1, &statement, NULL) != SQLITE_OK)
        return store_database_failure(store, "read");
    const int result = store_statement_each(store, statement, visit, context);
    sqlite3_finalize(statement);
    return result;
}

static int digest_table(struct store *store, sqlite3_stmt *row, void *context)
{
    char query[128];
    sqlite3_snprintf(sizeof(query), query, "SELECT * FROM \"%w\"", sqlite3_column_text(row, 0));
    return each_row(store, query, digest_row, context);
}

/* Every row of every table. */
static int digest_all(struct store *store, uint8_t digest[SHA256_SIZE])
{
    memset(digest, 0, SHA256_SIZE);
    return each_row(store, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
                    digest_table, digest);
}

/* What is read now may not be synced yet: a commit that changes nothing makes it durable. */
int store_commit_nothing(struct store *store)
{
    char script[96];
    int version;
    int result = store_schema_version(store, &version);
    if (result != 0)
        return result;
    sqlite3_snprintf(sizeof(script), script, "BEGIN IMMEDIATE; PRAGMA user_version = %d; COMMIT",
                     version);
    if (sqlite3_exec(store->database, script, NULL, NULL, NULL) != SQLITE_OK)
        return store_database_failure(store, "write");
    return 0;
}

void store_recover_later(struct store *store)
{
    store_database_close(store);
    store_rest_forget(store);
    store->changed = store->broken = false;
    store->unsettled = store->ahead = true;
    store->lost |= store->owed;
}

int store_recover(struct store *store)
{
    int result = store_database_open(store);
    if (result == 0)
        result = store_commit_nothing(store);
    if (result != 0)
        store_database_close(store);
    store->unsettled = result != 0;
    return result;
}

/* The frame that makes a commit is the last to be written: one that could not be written, on a disk
 * that is full, say, has left none. */
static bool is_certainly_undone(struct store *store)
{
    const int code = sqlite3_extended_errcode(store->database);
    return (code & 0xFF) == SQLITE_FULL || code == SQLITE_IOERR_WRITE;
}

enum store_outcome store_recover_outcome(struct store *store)
{
    if (is_certainly_undone(store))
        return STORE_OUTCOME_UNDONE;
    uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
    store_rollback(store);
    const bool known = !store->owed && store->database != NULL && digest_all(store, before) == 0;
    store_recover_later(store);
    if (store_recover(store) != 0 || !known || digest_all(store, after) != 0)
        return STORE_OUTCOME_UNKNOWN;
    if (memcmp(before, after, sizeof(before)) == 0)
        return STORE_OUTCOME_UNDONE;
    trace_notice("%s: what could not be written is on the disk after all", store->path);
    return STORE_OUTCOME_DONE;
}
