/* The connections of a group that move from one chip's file to the next: to open one costs SQLite
 * as much as a profile costs the card. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fs/store/store_database.h"
#include "fs/store/store_group_inside.h"

#define SPARES_MAX 32    /* they take some memory each */
#define SCHEMA_MAX 12288 /* of this release's */
#define SCHEMA_COLUMNS 3

static bool path_beside(const struct store *store, const char *ending, char path[PATH_MAX])
{
    return snprintf(path, PATH_MAX, "%s%s", store->path, ending) < PATH_MAX;
}

/* SQLite leaves a journal that has served its purpose with zeros in front, or removes it. */
static bool is_to_be_played(const char *journal)
{
    uint8_t front = 0;
    const int file = open(journal, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno != ENOENT;
    const ssize_t len = read(file, &front, sizeof(front));
    close(file);
    return len < 0 || front != 0;
}

/* What SQLite or another process has left beside the file has to be brought into it. */
static bool is_alone(const struct store *store)
{
    char path[PATH_MAX];
    return path_beside(store, "-wal", path) && access(path, F_OK) != 0 &&
           path_beside(store, "-journal", path) && !is_to_be_played(path);
}

static void put_row(sqlite3_stmt *row, struct writer *writer)
{
    for (int i = 0; i < SCHEMA_COLUMNS; i++) {
        const struct bytes text = store_column_bytes(row, i);
        writer_put_u16(writer, (uint16_t)text.len);
        writer_put(writer, text);
    }
}

/* What fails shows again, and is told, when the store is opened by itself. */
static bool put_schema(struct store_connection *connection, struct writer *writer)
{
    static const char query[] = "SELECT name, rootpage, sql FROM sqlite_master";
    sqlite3_stmt **statement = &connection->reads_schema;
    if (*statement == NULL &&
        sqlite3_prepare_v3(connection->database, query, -1, SQLITE_PREPARE_PERSISTENT, statement,
                           NULL) != SQLITE_OK)
        return false;
    while (sqlite3_step(*statement) == SQLITE_ROW)
        put_row(*statement, writer);
    return sqlite3_reset(*statement) == SQLITE_OK && !writer->overflow;
}

/* SQLite's tables, and where in the file they are: a statement holds for no others. A new
 * connection notes them. */
static bool fits(struct store_connection *connection)
{
    uint8_t room[SCHEMA_MAX];
    struct writer writer = writer_on(room, sizeof(room));
    struct blob *schema = &connection->schema;
    if (!put_schema(connection, &writer))
        return false;
    const struct bytes found = writer_bytes(&writer);
    return schema->len > 0 ? bytes_equal(found, blob_bytes(schema)) : blob_copy(found, schema) == 0;
}

/* For any file. */
static struct store_connection *make(const struct store_group *group)
{
    struct store_connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL)
        return NULL;
    if (sqlite3_open_v2(STORE_GROUP_MOVABLE, &connection->database, STORE_DATABASE_FLAGS,
                        group->name) == SQLITE_OK) {
        store_database_configure(connection->database);
        return connection;
    }
    store_group_spare_destroy(connection);
    return NULL;
}

static struct store_connection *take_or_make(struct store_group *group)
{
    struct store_connection *connection = group->spares;
    if (connection == NULL)
        return make(group);
    group->spares = connection->next;
    group->spare_count--;
    return connection;
}

static void keep(struct store_group *group, struct store_connection *connection)
{
    connection->next = group->spares;
    group->spares = connection;
    group->spare_count++;
}

static bool set_up(struct store_connection *connection)
{
    return connection->schema.len > 0 ||
           sqlite3_exec(connection->database, store_database_group_settings, NULL, NULL, NULL) ==
               SQLITE_OK;
}

/* A file of this release, in one piece; nothing was asked of SQLite yet. */
static bool attach(struct store *store, struct store_connection *connection)
{
    uint8_t header[STORE_SCHEMA_HEADER_SIZE];
    if (store_group_attach(connection->database, store->path, header, sizeof(header)) != SQLITE_OK)
        return false;
    if (store_schema_is_current(store, header))
        return true;
    store_group_detach(connection->database);
    return false;
}

bool store_group_spare_take(struct store *store)
{
    struct store_group *group = store->group;
    if (group == NULL || group->log == NULL || store->unsettled || !is_alone(store))
        return false;
    struct store_connection *connection = take_or_make(group);
    if (connection == NULL)
        return false;
    if (!attach(store, connection)) {
        keep(group, connection);
        return false;
    }
    if (!set_up(connection) || !fits(connection)) {
        store_group_spare_destroy(connection);
        return false;
    }
    store->connection = connection;
    store->database = connection->database;
    return true;
}

/* No statement stands on a row, no transaction is open. */
static bool is_at_rest(const struct store_connection *connection)
{
    return sqlite3_get_autocommit(connection->database) != 0 &&
           sqlite3_txn_state(connection->database, NULL) == SQLITE_TXN_NONE;
}

bool store_group_spare_give(struct store *store)
{
    struct store_connection *connection = store->connection;
    if (connection->schema.len == 0 || store->spoilt || !is_at_rest(connection) ||
        store->group->spare_count >= SPARES_MAX)
        return false;
    store_group_detach(connection->database);
    keep(store->group, connection);
    return true;
}

void store_group_spare_destroy(struct store_connection *connection)
{
    for (int i = 0; i < STORE_STATEMENT_COUNT; i++)
        sqlite3_finalize(connection->statements[i]);
    sqlite3_finalize(connection->reads_schema);
    sqlite3_close(connection->database);
    blob_finish(&connection->schema);
    free(connection);
}

void store_group_spare_close(struct store_group *group)
{
    for (struct store_connection *next, *each = group->spares; each != NULL; each = next) {
        next = each->next;
        store_group_spare_destroy(each);
    }
    group->spares = NULL;
}
