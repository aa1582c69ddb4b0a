/* The part of the store that keeps single values by name. */
#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/store/store.h"
#include "fs/store/store_database.h"

static void bind_name(sqlite3_stmt *statement, const char *name)
{
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
}

int store_put(struct store *store, const char *name, struct bytes value)
{
    sqlite3_stmt *statement = store_statement_for_change(store, STORE_VALUE_PUT);
    if (statement == NULL)
        return FAILURE_MEMORY;
    bind_name(statement, name);
    store_column_bind_bytes(statement, 2, value);
    return store_statement_run(store, statement);
}

int store_put_value(void *store, const char *name, struct bytes value)
{
    return store_put(store, name, value);
}

int store_get(struct store *store, const char *name, struct writer *out)
{
    sqlite3_stmt *statement = store_statement(store, STORE_VALUE_GET);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    bind_name(statement, name);
    bool row = false;
    int result = store_statement_step(store, statement, &row);
    if (row)
        writer_put(out, store_column_bytes(statement, 0));
    else if (result == 0)
        result = SW_REFERENCE_NOT_FOUND;
    store_statement_done(statement);
    if (result == 0 && out->overflow) {
        trace_error("cannot read %s: value %s is too long", store->path, name);
        result = FAILURE_INTERNAL;
    }
    return result;
}

int store_forget(struct store *store, const char *name)
{
    sqlite3_stmt *statement = store_statement_for_change(store, STORE_VALUE_FORGET);
    if (statement == NULL)
        return FAILURE_MEMORY;
    bind_name(statement, name);
    store->purge = true;
    return store_statement_run(store, statement);
}

struct each_value {
    store_value_visitor *visit;
    void *context;
};

static int visit_value(struct store *store, sqlite3_stmt *row, void *context)
{
    const struct each_value *each = context;
    (void)store;
    return each->visit(each->context, (const char *)sqlite3_column_text(row, 0),
                       store_column_bytes(row, 1));
}

int store_each_value(struct store *store, const char *prefix, store_value_visitor *visit,
                     void *context)
{
    sqlite3_stmt *statement = store_statement(store, STORE_VALUE_LIST);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    bind_name(statement, prefix);
    return store_statement_each(store, statement, visit_value,
                                &(struct each_value){visit, context});
}
