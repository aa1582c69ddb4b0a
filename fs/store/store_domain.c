/* What GlobalPlatform's registry holds, and the elements of packages that it is made from. */
#include "fs/store/store.h"
#include "fs/store/store_image.h"

#include "apdu/status.h"

static sqlite3_stmt *bound(sqlite3_stmt *statement, uint32_t profile, enum store_domain_kind kind)
{
    if (statement == NULL)
        return NULL;
    sqlite3_bind_int64(statement, 1, profile);
    sqlite3_bind_int(statement, 2, (int)kind);
    return statement;
}

int store_domain_put(struct store *store, uint32_t profile, const struct store_domain *record)
{
    sqlite3_stmt *statement =
        bound(store_statement_for_change(store, STORE_DOMAIN_PUT), profile, record->kind);
    if (statement == NULL)
        return FAILURE_MEMORY;
    store_column_bind_bytes(statement, 3, record->name);
    store_column_bind_bytes(statement, 4, record->value);
    store->purge |= record->kind == STORE_DOMAIN_KEY;
    return store_statement_run(store, statement);
}

int store_domain_forget(struct store *store, uint32_t profile, enum store_domain_kind kind,
                        struct bytes name)
{
    sqlite3_stmt *statement =
        bound(store_statement_for_change(store, STORE_DOMAIN_FORGET), profile, kind);
    if (statement == NULL)
        return FAILURE_MEMORY;
    store_column_bind_bytes(statement, 3, name);
    store->purge |= kind == STORE_DOMAIN_KEY;
    return store_statement_run(store, statement);
}

struct each_domain {
    store_domain_visitor *visit;
    void *context;
};

static int visit_domain(struct store *store, sqlite3_stmt *row, void *context)
{
    const struct each_domain *each = context;
    (void)store;
    return each->visit(each->context, store_column_bytes(row, 0), store_column_bytes(row, 1));
}

int store_each_domain(struct store *store, uint32_t profile, enum store_domain_kind kind,
                      store_domain_visitor *visit, void *context)
{
    sqlite3_stmt *statement = bound(store_statement(store, STORE_DOMAIN_LIST), profile, kind);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    return store_statement_each(store, statement, visit_domain,
                                &(struct each_domain){visit, context});
}

int store_domain_is_there(struct store *store, uint32_t profile, bool *out)
{
    sqlite3_stmt *statement = store_statement(store, STORE_DOMAIN_ANYTHING);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    sqlite3_bind_int64(statement, 1, profile);
    const int result = store_statement_step(store, statement, out);
    store_statement_done(statement);
    return result;
}

struct each_element {
    store_element_visitor *visit;
    void *context;
};

static int visit_element(struct store *store, sqlite3_stmt *row, void *context)
{
    const struct each_element *each = context;
    struct element element = {0};
    if (!store_column_read(row, &store_element_columns, &element, NULL))
        return store_database_damaged(store, "element");
    return each->visit(each->context, &element);
}

int store_each_element(struct store *store, uint32_t profile, store_element_visitor *visit,
                       void *context)
{
    const int result = store_image_visit_elements(store, profile, visit, context);
    if (result != 0)
        return result;
    sqlite3_stmt *statement = store_statement(store, STORE_ELEMENT_LIST);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    sqlite3_bind_int64(statement, 1, profile);
    return store_statement_each(store, statement, visit_element,
                                &(struct each_element){visit, context});
}
