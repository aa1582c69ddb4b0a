/* The part of the store that adds, rewrites and deletes single files. */
#include "apdu/status.h"
#include "fs/store/store.h"
#include "fs/store/store_profile.h"

/* Parameters behind those of the file, in the order of the statements; NULL when there is none. */
enum {
    MORE_PARENT,
    MORE_TARGET,
    MORE_CONTENT,
};

static void bind_id(sqlite3_stmt *statement, int parameter, uint32_t id)
{
    if (id != 0)
        sqlite3_bind_int64(statement, parameter, id);
}

int store_file_write(struct store *store, enum store_statement which, uint32_t profile,
                     const struct file *file)
{
    struct store_file_row row;
    sqlite3_stmt *statement = store_statement_for_change(store, which);
    if (statement == NULL)
        return FAILURE_MEMORY;
    store_file_describe(file, &row);
    sqlite3_bind_int64(statement, 1, profile);
    store_column_bind(statement, 2, &store_file_columns, &row.file);
    const int more = 2 + store_file_columns.count;
    bind_id(statement, more + MORE_PARENT, row.parent);
    bind_id(statement, more + MORE_TARGET, row.target);
    if (row.has_content)
        store_column_bind_bytes(statement, more + MORE_CONTENT, row.content);
    return store_statement_run_on_one(store, statement);
}

/* The first change of a file that stands in the profile's image gives it a row. */
int store_file_update(struct store *store, uint32_t profile, const struct file *file)
{
    const int result = store_file_write(store, STORE_FILE_UPDATE, profile, file);
    return result == SW_REFERENCE_NOT_FOUND
               ? store_file_write(store, STORE_FILE_OVER_IMAGE, profile, file)
               : result;
}

int store_file_add(struct store *store, uint32_t profile, const struct file *file)
{
    const int result = store_file_write(store, STORE_FILE_ADD, profile, file);
    if (result != 0)
        return result;
    sqlite3_stmt *statement = store_statement_for_change(store, STORE_PROFILE_GROW);
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_int64(statement, 1, profile);
    sqlite3_bind_int64(statement, 2, file->id);
    return store_statement_run(store, statement);
}

int store_file_delete(struct store *store, uint32_t profile, uint32_t file)
{
    const int result = store_profile_unfold(store, profile);
    if (result != 0)
        return result;
    sqlite3_stmt *statement = store_statement_for_change(store, STORE_FILE_DELETE);
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_int64(statement, 1, profile);
    sqlite3_bind_int64(statement, 2, file);
    return store_statement_run_on_one(store, statement);
}
