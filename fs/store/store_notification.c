/* The part of the store that keeps notifications. */
#include "apdu/status.h"
#include "fs/store/store.h"
#include "fs/store/store_database.h"

static const struct store_column rows[] = {
    STORE_COLUMN(STORE_U32, store_notification, sequence),
    STORE_COLUMN(STORE_U8, store_notification, operation),
    STORE_COLUMN(STORE_SLICE, store_notification, address),
    STORE_COLUMN(STORE_SLICE, store_notification, iccid),
    STORE_COLUMN(STORE_SLICE, store_notification, pending),
};
static const struct store_columns columns = {rows, sizeof(rows) / sizeof(rows[0])};

int store_notification_add(struct store *store, const struct store_notification *row)
{
    sqlite3_stmt *statement = store_statement_for_change(store, STORE_NOTIFICATION_ADD);
    if (statement == NULL)
        return FAILURE_MEMORY;
    store_column_bind(statement, 1, &columns, row);
    return store_statement_run(store, statement);
}

int store_notification_remove(struct store *store, uint32_t sequence)
{
    sqlite3_stmt *statement = store_statement_for_change(store, STORE_NOTIFICATION_REMOVE);
    if (statement == NULL)
        return FAILURE_MEMORY;
    sqlite3_bind_int64(statement, 1, sequence);
    return store_statement_run_on_one(store, statement);
}

struct each_notification {
    store_notification_visitor *visit;
    void *context;
};

static int visit_notification(struct store *store, sqlite3_stmt *row, void *context)
{
    const struct each_notification *each = context;
    struct store_notification notification;
    if (!store_column_read(row, &columns, &notification, NULL) ||
        notification.operation > STORE_OPERATION_MAX)
        return store_database_damaged(store, "notification");
    return each->visit(each->context, &notification);
}

int store_each_notification(struct store *store, store_notification_visitor *visit, void *context)
{
    sqlite3_stmt *statement = store_statement(store, STORE_NOTIFICATION_LIST);
    if (statement == NULL)
        return FAILURE_INTERNAL;
    return store_statement_each(store, statement, visit_notification,
                                &(struct each_notification){visit, context});
}
