#include "tools/smdpp/orders/rpm_orders.h"

#include "apdu/status.h"

#define COLUMNS "id, state, eid, matching_id, requester, package"
#define WAITING "state <= 1" /* RPM_ORDER_WAITS, RPM_ORDER_SENT */
#define OF_REQUESTER "(?2 = '' OR requester = ?2)"

void rpm_orders_finish(struct rpm_order *order)
{
    blob_finish(&order->package);
    *order = (struct rpm_order){0};
}

static void take_row(void *context, sqlite3_stmt *row)
{
    struct rpm_order *order = context;
    order->id = sqlite3_column_int64(row, 0);
    order->state = (enum rpm_order_state)sqlite3_column_int(row, 1);
    database_text(row, 2, order->eid, sizeof(order->eid));
    database_text(row, 3, order->matching_id, sizeof(order->matching_id));
    database_text(row, 4, order->requester, sizeof(order->requester));
    (void)blob_copy(database_bytes(row, 5), &order->package);
}

static int find_one(struct database *database, const char *sql, const struct database_value *values,
                    size_t count, struct rpm_order *out)
{
    *out = (struct rpm_order){0};
    const int rows = database_query(database, sql, values, count, take_row, out);
    if (rows < 0)
        return rows;
    if (rows == 0)
        return 1;
    return out->package.data != NULL ? 0 : FAILURE_INTERNAL;
}

int rpm_orders_add(struct database *database, struct rpm_order *order)
{
    int result = database_begin(database);
    if (result != 0)
        return result;
    const int rows = database_change(
        database,
        "INSERT OR IGNORE INTO rpm_orders (state, eid, matching_id, requester, package)"
        " SELECT 0, ?1, ?2, ?3, ?4 WHERE ?2 = ''"
        " OR NOT EXISTS (SELECT 1 FROM orders WHERE NOT open AND matching_id = ?2)",
        DATABASE_VALUES(DATABASE_T(order->eid), DATABASE_T(order->matching_id),
                        DATABASE_T(order->requester), DATABASE_B(blob_bytes(&order->package))));
    order->id = database_last_id(database);
    result = rows < 0 ? rows : rows == 0 ? 1 : 0;
    return database_end(database, result);
}

int rpm_orders_find(struct database *database, const char *eid, const char *requester,
                    const char *matching_id, struct rpm_order *out)
{
    return find_one(
        database,
        "SELECT " COLUMNS " FROM rpm_orders WHERE " WAITING
        " AND eid = ?1 AND CASE WHEN ?3 = '' THEN " OF_REQUESTER
        " ELSE matching_id = ?3 END ORDER BY id LIMIT 1",
        DATABASE_VALUES(DATABASE_T(eid), DATABASE_T(requester), DATABASE_T(matching_id)), out);
}

int rpm_orders_find_by_id(struct database *database, int64_t id, struct rpm_order *out)
{
    return find_one(database, "SELECT " COLUMNS " FROM rpm_orders WHERE id = ?",
                    DATABASE_VALUES(DATABASE_N(id)), out);
}

int rpm_orders_wait(struct database *database, const char *eid, const char *requester, int64_t but,
                    bool *out)
{
    const int rows = database_query(
        database,
        "SELECT id FROM rpm_orders WHERE " WAITING " AND eid = ?1 AND " OF_REQUESTER
        " AND id <> ?3 LIMIT 1",
        DATABASE_VALUES(DATABASE_T(eid), DATABASE_T(requester), DATABASE_N(but)), NULL, NULL);
    *out = rows > 0;
    return rows < 0 ? rows : 0;
}

static int move(struct database *database, int64_t id, enum rpm_order_state state)
{
    const int rows =
        database_change(database, "UPDATE rpm_orders SET state = ? WHERE id = ? AND " WAITING,
                        DATABASE_VALUES(DATABASE_N(state), DATABASE_N(id)));
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

int rpm_orders_send(struct database *database, const struct download *load)
{
    int result = database_begin(database);
    if (result != 0)
        return result;
    result = move(database, load->order, RPM_ORDER_SENT);
    if (result == 0)
        result = downloads_keep(
            database,
            "INSERT INTO rpm_loads (transaction_id, order_id, time, eid, curve, point)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            load);
    return database_end(database, result);
}

int rpm_orders_find_load(struct database *database, struct bytes transaction_id,
                         struct download *out)
{
    return downloads_take(
        database,
        "SELECT order_id, time, eid, curve, point FROM rpm_loads WHERE transaction_id = ?",
        transaction_id, out);
}

int rpm_orders_conclude(struct database *database, int64_t id, enum rpm_order_state state,
                        const struct download_notification *notification)
{
    int result = database_begin(database);
    if (result != 0)
        return result;
    if (notification != NULL)
        result = downloads_note(database, notification);
    if (result == 0)
        result = move(database, id, state);
    /* One that does not wait any more has heard it before. */
    return database_end(database, result > 0 ? 0 : result);
}
