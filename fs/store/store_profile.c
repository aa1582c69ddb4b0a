#include "fs/store/store.h"
#include "fs/store/store_image.h"
#include "fs/store/store_profile.h"

#include "apdu/status.h"

static const struct store_column own_rows[] = {
    STORE_COLUMN(STORE_ARRAY, store_profile, iccid),
    STORE_COLUMN_COUNTED(store_profile, aid, aid_len),
    STORE_COLUMN(STORE_U8, store_profile, state),
    STORE_COLUMN(STORE_U32, store_profile, size),
    STORE_COLUMN(STORE_SLICE, store_profile, nickname),
    STORE_COLUMN(STORE_SLICE, store_profile, metadata),
    STORE_COLUMN(STORE_SLICE, store_profile, configuration),
};
static const struct store_columns own = {own_rows, sizeof(own_rows) / sizeof(own_rows[0])};

static const struct store_column listed_rows[] = {
    STORE_COLUMN(STORE_U32, store_profile, id),
    STORE_COLUMN(STORE_ARRAY, store_profile, iccid),
    STORE_COLUMN_COUNTED(store_profile, aid, aid_len),
    STORE_COLUMN(STORE_U8, store_profile, state),
    STORE_COLUMN(STORE_U32, store_profile, size),
    STORE_COLUMN(STORE_SLICE, store_profile, nickname),
    STORE_COLUMN(STORE_SLICE, store_profile, metadata),
    STORE_COLUMN(STORE_SLICE, store_profile, configuration),
};
static const struct store_columns listed = {listed_rows,
                                            sizeof(listed_rows) / sizeof(listed_rows[0])};

static int add_row(struct store *store, struct store_profile *row, const struct profile *profile)
{
    sqlite3_stmt *statement = store_statement_for_change(store, STORE_PROFILE_ADD);
    if (statement == NULL)
        return FAILURE_MEMORY;
    store_column_bind(statement, 1, &own, row);
    store_column_bind(statement, 1 + own.count, &store_profile_header, profile);
    const int result = store_statement_run(store, statement);
    if (result == 0)
        row->id = (uint32_t)sqlite3_last_insert_rowid(store->database);
    return result;
}

static int add_node(struct store *store, uint32_t id, const struct store_list *list,
                    uint32_t position, const void *node)
{
    sqlite3_stmt *statement = store_statement_for_change(store, list->add);
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, position);
    store_column_bind(statement, 3, list->columns, node);
    return store_statement_run(store, statement);
}

static int add_list(struct store *store, uint32_t id, const struct store_list *list,
                    const struct profile *profile)
{
    uint32_t position = 0;
    int result = 0;
    const void *node = store_list_pointer((const uint8_t *)profile + list->head);
    for (; node != NULL && result == 0; node = store_list_pointer(node))
        result = add_node(store, id, list, position++, node);
    return result;
}

struct adding {
    struct store *store;
    uint32_t id;
};

static int add_file(void *context, struct file *file)
{
    const struct adding *adding = context;
    return store_file_write(adding->store, STORE_FILE_ADD, adding->id, file);
}

/* Codes and network keys change all the time and have rows from the start. */
int store_profile_add(struct store *store, struct store_profile *row, struct profile *profile)
{
    int result = add_row(store, row, profile);
    if (result == 0)
        result = store_image_add(store, row->id, profile);
    for (size_t i = 0; i < STORE_LIST_ELEMENTS && result == 0; i++)
        result = add_list(store, row->id, &store_profile_lists[i], profile);
    return result;
}

static int run_for(struct store *store, enum store_statement which, uint32_t id)
{
    sqlite3_stmt *statement = store_statement_for_change(store, which);
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_int64(statement, 1, id);
    return store_statement_run(store, statement);
}

static int replace_by_rows(struct store *store, uint32_t id, struct profile *profile)
{
    int result = run_for(store, STORE_IMAGE_DELETE, id);
    if (result == 0)
        result = run_for(store, STORE_FILE_CLEAR, id);
    if (result == 0)
        result = profile_each_file(profile, add_file, &(struct adding){store, id});
    if (result == 0)
        result = add_list(store, id, &store_profile_lists[STORE_LIST_ELEMENTS], profile);
    return result;
}

int store_profile_unfold(struct store *store, uint32_t id)
{
    bool there = false;
    struct profile *profile;
    int result = store_image_is_there(store, id, &there);
    if (result != 0 || !there)
        return result;
    result = store_profile_load(store, id, &profile);
    if (result != 0)
        return result;
    result = replace_by_rows(store, id, profile);
    profile_destroy(profile);
    return result;
}

int store_profile_set_state(struct store *store, uint32_t id, uint8_t state)
{
    sqlite3_stmt *statement = store_statement_for_change(store, STORE_PROFILE_STATE);
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int(statement, 2, state);
    return store_statement_run_on_one(store, statement);
}

static int set_bytes(struct store *store, enum store_statement which, uint32_t id,
                     struct bytes value)
{
    sqlite3_stmt *statement = store_statement_for_change(store, which);
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_int64(statement, 1, id);
    store_column_bind_bytes(statement, 2, value);
    return store_statement_run_on_one(store, statement);
}

int store_profile_set_nickname(struct store *store, uint32_t id, struct bytes nickname)
{
    return set_bytes(store, STORE_PROFILE_NICKNAME, id, nickname);
}

int store_profile_set_metadata(struct store *store, uint32_t id, struct bytes metadata)
{
    return set_bytes(store, STORE_PROFILE_METADATA, id, metadata);
}

int store_profile_delete(struct store *store, uint32_t id)
{
    sqlite3_stmt *statement = store_statement_for_change(store, STORE_PROFILE_DELETE);
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_int64(statement, 1, id);
    store->purge = true;
    return store_statement_run_on_one(store, statement);
}

struct each_profile {
    store_profile_visitor *visit;
    void *context;
};

static int visit_profile(struct store *store, sqlite3_stmt *row, void *context)
{
    const struct each_profile *each = context;
    struct store_profile profile;
    if (!store_column_read(row, &listed, &profile, NULL))
        return store_database_damaged(store, "profile");
    return each->visit(each->context, &profile);
}

int store_each_profile(struct store *store, store_profile_visitor *visit, void *context)
{
    sqlite3_stmt *statement = store_statement(store, STORE_PROFILE_LIST);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    return store_statement_each(store, statement, visit_profile,
                                &(struct each_profile){visit, context});
}

int store_used(struct store *store, uint64_t *bytes)
{
    sqlite3_stmt *statement = store_statement(store, STORE_USED);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    bool row = false;
    const int result = store_statement_step(store, statement, &row);
    if (row)
        *bytes = (uint64_t)sqlite3_column_int64(statement, 0);
    store_statement_done(statement);
    return result;
}
