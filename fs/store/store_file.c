/* The part of the store that adds, rewrites and deletes single files. */
#include <stdlib.h>

#include "apdu/status.h"
#include "fs/store/store.h"
#include "fs/store/store_profile.h"

/* Columns behind those of the struct, in the order of the statements. */
enum {
    EXTRA_PARENT,
    EXTRA_TARGET,
    EXTRA_CONTENT,
};

/* What of the content is worth keeping: of a BER-TLV file the objects, not what is reserved. */
static uint32_t kept_len(const struct file *file)
{
    return file->type == FILE_BER_TLV ? file->content_len : file->size;
}

static void bind_reference(sqlite3_stmt *statement, int parameter, const struct file *to)
{
    if (to != NULL)
        sqlite3_bind_int64(statement, parameter, to->id);
}

int store_file_write(struct store *store, enum store_statement which, uint32_t profile,
                     const struct file *file)
{
    sqlite3_stmt *statement = store_statement_for_change(store, which);
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_int64(statement, 1, profile);
    store_column_bind(statement, 2, &store_file_columns, file);
    const int extra = 2 + store_file_columns.count;
    bind_reference(statement, extra + EXTRA_PARENT, file->parent);
    bind_reference(statement, extra + EXTRA_TARGET, file->target);
    if (file->content != NULL)
        store_column_bind_bytes(statement, extra + EXTRA_CONTENT,
                                bytes_of(file->content, kept_len(file)));
    return store_statement_run_on_one(store, statement);
}

int store_file_update(struct store *store, uint32_t profile, const struct file *file)
{
    return store_file_write(store, STORE_FILE_UPDATE, profile, file);
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
    sqlite3_stmt *statement = store_statement_for_change(store, STORE_FILE_DELETE);
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_int64(statement, 1, profile);
    sqlite3_bind_int64(statement, 2, file);
    return store_statement_run_on_one(store, statement);
}

/* What loading knows of a file before all files are there. */
struct loaded {
    struct file *file;
    uint32_t target;
};

struct load {
    struct profile *profile;
    struct loaded *files; /* by id, 0 unused */
    uint32_t count;       /* of ids, as the profile's row has it */
};

static struct file *loaded_file(const struct load *load, int64_t id)
{
    return id > 0 && id <= load->count ? load->files[id].file : NULL;
}

/* Under the parent that the row names, with its own id: deleted files leave gaps. */
static struct file *add(struct load *load, const struct file *row, sqlite3_stmt *statement)
{
    const int parent_column = store_file_columns.count + EXTRA_PARENT;
    struct file *parent = loaded_file(load, sqlite3_column_int64(statement, parent_column));
    const bool root = row->type == FILE_MF || row->type == FILE_ADF;
    if (row->id == 0 || row->id > load->count || row->type > FILE_BER_TLV ||
        root != (parent == NULL) || (parent != NULL && !file_is_directory(parent)))
        return NULL;
    load->profile->file_count = row->id - 1;
    return profile_add_file(load->profile, parent, row->type, row->fid);
}

static bool load_content(struct load *load, struct file *file, sqlite3_stmt *statement)
{
    const int column = store_file_columns.count + EXTRA_CONTENT;
    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return true;
    const struct bytes kept = store_column_bytes(statement, column);
    if (kept.len != kept_len(file) || kept.len > file->size)
        return false;
    file->content = arena_alloc(&load->profile->arena, file->size);
    if (file->content == NULL)
        return false;
    if (kept.len > 0)
        memcpy(file->content, kept.data, kept.len);
    return true;
}

/* The fields of the row in the file that was added for it; its place in the tree stays. */
static void take_fields(struct file *file, const struct file *row)
{
    const struct file place = *file;
    *file = *row;
    file->parent = place.parent;
    file->children = place.children;
    file->next = place.next;
}

static int load_file(struct store *store, sqlite3_stmt *statement, void *context)
{
    struct load *load = context;
    struct file row = {0};
    if (!store_column_read(statement, &store_file_columns, &row, &load->profile->arena))
        return store_database_damaged(store, "file");
    struct file *file = add(load, &row, statement);
    if (file == NULL)
        return store_database_damaged(store, "file");
    take_fields(file, &row);
    if (!load_content(load, file, statement))
        return store_database_damaged(store, "file");
    const int target_column = store_file_columns.count + EXTRA_TARGET;
    load->files[row.id].file = file;
    load->files[row.id].target = (uint32_t)sqlite3_column_int64(statement, target_column);
    return 0;
}

static int follow_links(struct store *store, struct load *load)
{
    for (uint32_t id = 1; id <= load->count; id++) {
        const struct loaded *loaded = &load->files[id];
        if (loaded->target == 0)
            continue;
        loaded->file->target = loaded_file(load, loaded->target);
        if (loaded->file->target == NULL)
            return store_database_damaged(store, "file");
    }
    return 0;
}

int store_file_load_all(struct store *store, uint32_t id, struct profile *profile)
{
    struct load load = {.profile = profile, .count = profile->file_count};
    load.files = calloc((size_t)load.count + 1, sizeof(*load.files));
    sqlite3_stmt *statement = store_statement(store, STORE_FILE_LIST);
    if (load.files == NULL || statement == NULL) {
        free(load.files);
        return FAILURE_INTERNAL;
    }
    sqlite3_bind_int64(statement, 1, id);
    int result = store_statement_each(store, statement, load_file, &load);
    if (result == 0)
        result = follow_links(store, &load);
    free(load.files);
    profile->file_count = load.count;
    return result;
}
