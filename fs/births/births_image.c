#include "fs/births/births_image.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/births/births_list.h"
#include "fs/store/store.h"
#include "fs/store/store_memory.h"

#define STORE_MAX (1 << 28)

static const char *const store_sql[] = {
#define STORE_STATEMENT_SQL(name, text) [name] = text,
    STORE_STATEMENT_TABLE(STORE_STATEMENT_SQL)
#undef STORE_STATEMENT_SQL
};

/* A store's file in memory, as SQLite has it. */
static sqlite3 *open_image(struct bytes image)
{
    sqlite3 *database = NULL;
    uint8_t *copy = sqlite3_malloc64(image.len);
    const unsigned flags = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE;
    if (copy == NULL || sqlite3_open_v2(":memory:", &database,
                                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != 0) {
        sqlite3_free(copy);
        sqlite3_close(database);
        return NULL;
    }
    memcpy(copy, image.data, image.len);
    if (sqlite3_deserialize(database, "main", copy, (sqlite3_int64)image.len,
                            (sqlite3_int64)image.len, flags) == SQLITE_OK &&
        sqlite3_exec(database, "PRAGMA secure_delete = ON; PRAGMA journal_mode = OFF; BEGIN", NULL,
                     NULL, NULL) == SQLITE_OK)
        return database;
    sqlite3_close(database);
    return NULL;
}

/* One statement of the store's for each value. */
static bool change_all(sqlite3 *database, enum store_statement which, struct bytes values)
{
    sqlite3_stmt *statement;
    bool fine = sqlite3_prepare_v2(database, store_sql[which], -1, &statement, NULL) == SQLITE_OK;
    for (struct births_value value; fine && births_list_take(&values, &value);) {
        sqlite3_bind_text(statement, 1, (const char *)value.name.data, (int)value.name.len,
                          SQLITE_STATIC);
        if (which == STORE_VALUE_PUT)
            sqlite3_bind_blob64(statement, 2, value.value.data, value.value.len, SQLITE_STATIC);
        fine = sqlite3_step(statement) == SQLITE_DONE && sqlite3_reset(statement) == SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return fine && values.len == 0;
}

uint8_t *births_image_change(struct bytes image, enum store_statement which, struct bytes values,
                             size_t *len)
{
    uint8_t *changed = NULL;
    sqlite3_int64 size = 0;
    sqlite3 *database = open_image(image);
    if (database != NULL && change_all(database, which, values) &&
        sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
        changed = sqlite3_serialize(database, "main", &size, 0);
    sqlite3_close(database);
    *len = (size_t)size;
    return changed;
}

int births_image_make(const char *chip, struct bytes values, struct blob *out)
{
    char path[PATH_MAX];
    struct blob file;
    size_t len;
    int result = FAILURE_INTERNAL;
    store_memory_configure();
    if (snprintf(path, sizeof(path), "%s/" STORE_FILE, chip) < PATH_MAX)
        result = blob_read_file(path, STORE_MAX, &file);
    if (result != 0)
        return FAILURE_INTERNAL;
    uint8_t *image = births_image_change(blob_bytes(&file), STORE_VALUE_FORGET, values, &len);
    blob_finish(&file);
    result = image != NULL ? blob_copy(bytes_of(image, len), out) : FAILURE_INTERNAL;
    sqlite3_free(image);
    if (result != 0)
        trace_error("cannot make chips like the one in %s", chip);
    return result;
}
