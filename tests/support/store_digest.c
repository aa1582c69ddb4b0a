#include "tests/support/store_digest.h"

#include <sqlite3.h>
#include <stdio.h>

#include "fs/store/store.h"

#define CONTENT_MAX (4u << 20)

static uint8_t room[CONTENT_MAX];

static void put_column(sqlite3_stmt *row, int column, struct writer *out)
{
    const void *data = sqlite3_column_blob(row, column); /* numbers as text */
    const int len = sqlite3_column_bytes(row, column);
    writer_put_u8(out, (uint8_t)sqlite3_column_type(row, column));
    writer_put_u16(out, (uint16_t)(len >> 16));
    writer_put_u16(out, (uint16_t)len);
    writer_put(out, bytes_of(data, (size_t)len));
}

static void put_row(sqlite3_stmt *row, const char *table, struct writer *out)
{
    writer_put(out, bytes_of_text(table));
    for (int i = 0; i < sqlite3_column_count(row); i++)
        put_column(row, i, out);
}

static bool put_table(sqlite3 *database, const char *table, struct writer *out)
{
    char query[128];
    sqlite3_stmt *rows;
    int code;
    snprintf(query, sizeof(query), "SELECT * FROM \"%s\"", table);
    if (sqlite3_prepare_v2(database, query, -1, &rows, NULL) != SQLITE_OK)
        return false;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW)
        put_row(rows, table, out);
    sqlite3_finalize(rows);
    return code == SQLITE_DONE;
}

static bool put_tables(sqlite3 *database, struct writer *out)
{
    sqlite3_stmt *tables;
    bool read = true;
    if (sqlite3_prepare_v2(database,
                           "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", -1,
                           &tables, NULL) != SQLITE_OK)
        return false;
    while (read && sqlite3_step(tables) == SQLITE_ROW)
        read = put_table(database, (const char *)sqlite3_column_text(tables, 0), out);
    sqlite3_finalize(tables);
    return read && !out->overflow;
}

/* Does this check of SQLite's own answer with one row, "ok", or with none? */
static bool holds(sqlite3 *database, const char *check)
{
    sqlite3_stmt *answer;
    if (sqlite3_prepare_v2(database, check, -1, &answer, NULL) != SQLITE_OK)
        return false;
    const int code = sqlite3_step(answer);
    const bool good =
        code == SQLITE_DONE ||
        (code == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(answer, 0), "ok") == 0);
    sqlite3_finalize(answer);
    return good;
}

static const char *read_database(sqlite3 *database, uint8_t digest[SHA256_SIZE])
{
    struct writer out = writer_on(room, sizeof(room));
    /* A disk of the tests has no memory that processes share. */
    if (sqlite3_exec(database, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK ||
        !holds(database, "PRAGMA integrity_check"))
        return "the database is damaged";
    if (!holds(database, "PRAGMA foreign_key_check"))
        return "rows belong to a profile that is gone";
    if (!put_tables(database, &out))
        return "the database cannot be read";
    const struct bytes content = writer_bytes(&out);
    return sha256(&content, 1, digest) == 0 ? NULL : "no digest";
}

const char *store_digest(const char *directory, uint8_t digest[SHA256_SIZE])
{
    struct store *store;
    sqlite3 *database;
    char path[512];
    if (store_open(directory, &store) != 0)
        return "the store cannot be opened";
    store_close(store);
    snprintf(path, sizeof(path), "%s/" STORE_FILE, directory);
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        return "the database cannot be opened";
    const char *wrong = read_database(database, digest);
    sqlite3_close(database);
    return wrong;
}
