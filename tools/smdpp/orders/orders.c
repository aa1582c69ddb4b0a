#include "tools/smdpp/orders/orders.h"

#include "apdu/status.h"

#include <stdio.h>

#define COLUMNS                                                                                    \
    "id, open, state, iccid, package, type, matching_id, eid, code, code_failures, attempts, "     \
    "expires, requester, smds, event_id, tries"

/* Those in which it can be downloaded, or will be. */
#define LIMITABLE                                                                                  \
    (ORDER_IN(ORDER_ALLOCATED) | ORDER_IN(ORDER_LINKED) | ORDER_IN(ORDER_CONFIRMED) |              \
     ORDER_IN(ORDER_RELEASED) | ORDER_IN(ORDER_DOWNLOADED))

static const char *const state_texts[ORDER_STATES] = {
    "allocated", "linked", "confirmed",   "released", "downloaded",
    "installed", "error",  "unavailable", "exported",
};

const char *orders_state_text(enum order_state state)
{
    return state_texts[state];
}

static void take_row(void *context, sqlite3_stmt *row)
{
    struct order *order = context;
    const int state = sqlite3_column_int(row, 2);
    order->id = sqlite3_column_int64(row, 0);
    order->open = sqlite3_column_int(row, 1) != 0;
    order->state = state >= 0 && state < ORDER_STATES ? (enum order_state)state : ORDER_ERROR;
    database_text(row, 3, order->iccid, sizeof(order->iccid));
    database_text(row, 4, order->package, sizeof(order->package));
    database_text(row, 5, order->type, sizeof(order->type));
    database_text(row, 6, order->matching_id, sizeof(order->matching_id));
    database_text(row, 7, order->eid, sizeof(order->eid));
    order->has_code = bytes_copy_exact(database_bytes(row, 8), order->code, sizeof(order->code));
    order->code_failures = (unsigned)sqlite3_column_int(row, 9);
    order->attempts = (unsigned)sqlite3_column_int(row, 10);
    order->expires = sqlite3_column_int64(row, 11);
    database_text(row, 12, order->requester, sizeof(order->requester));
    database_text(row, 13, order->smds, sizeof(order->smds));
    database_text(row, 14, order->event_id, sizeof(order->event_id));
    order->tries = (unsigned)sqlite3_column_int(row, 15);
}

static int find_one(struct database *database, const char *sql, const struct database_value *values,
                    size_t count, struct order *out)
{
    struct order found = {0}; /* the values may lie in *out */
    const int rows = database_query(database, sql, values, count, take_row, &found);
    *out = found;
    if (rows < 0)
        return rows;
    return rows == 0 ? 1 : 0;
}

int orders_find_by_matching_id(struct database *database, const char *matching_id,
                               struct order *out)
{
    return find_one(database,
                    "SELECT " COLUMNS " FROM orders WHERE NOT open AND ?1 <> ''"
                    " AND (matching_id = ?1 OR event_id = ?1) ORDER BY matching_id <> ?1 LIMIT 1",
                    DATABASE_VALUES(DATABASE_T(matching_id)), out);
}

int orders_find_by_iccid(struct database *database, const char *iccid, struct order *out)
{
    return find_one(database,
                    "SELECT " COLUMNS " FROM orders WHERE NOT open AND NOT moved AND iccid = ?",
                    DATABASE_VALUES(DATABASE_T(iccid)), out);
}

int orders_find_by_eid(struct database *database, const char *eid, const char *requester,
                       struct order *out)
{
    return find_one(
        database,
        "SELECT " COLUMNS " FROM orders WHERE NOT open AND matching_id = ''"
        " AND eid <> '' AND eid = ?1 AND (?2 = '' OR requester = ?2)"
        " AND state <= ?3 ORDER BY id LIMIT 1",
        DATABASE_VALUES(DATABASE_T(eid), DATABASE_T(requester), DATABASE_N(ORDER_DOWNLOADED)), out);
}

int orders_find_sent(struct database *database, const char *eid, const char *iccid,
                     struct order *out)
{
    return find_one(
        database,
        "SELECT " COLUMNS " FROM orders WHERE eid = ?1 AND (?2 = '' OR iccid = ?2)"
        " AND (?3 >> state) & 1 ORDER BY open, moved, id DESC LIMIT 1",
        DATABASE_VALUES(DATABASE_T(eid), DATABASE_T(iccid),
                        DATABASE_N(ORDER_IN(ORDER_DOWNLOADED) | ORDER_IN(ORDER_INSTALLED))),
        out);
}

int orders_find_for_chip(struct database *database, int64_t after, struct order *out)
{
    return find_one(database,
                    "SELECT " COLUMNS " FROM orders WHERE NOT open AND state = ? AND eid <> ''"
                    " AND id > ? AND id NOT IN (SELECT order_id FROM changes)"
                    " ORDER BY id LIMIT 1",
                    DATABASE_VALUES(DATABASE_N(ORDER_RELEASED), DATABASE_N(after)), out);
}

int orders_find(struct database *database, int64_t id, struct order *out)
{
    return find_one(database, "SELECT " COLUMNS " FROM orders WHERE id = ?",
                    DATABASE_VALUES(DATABASE_N(id)), out);
}

struct visit {
    orders_visitor *visit;
    void *context;
};

static void hand_over(void *context, sqlite3_stmt *row)
{
    const struct visit *visit = context;
    struct order order = {0};
    take_row(&order, row);
    visit->visit(visit->context, &order);
}

int orders_each(struct database *database, orders_visitor *visit, void *context)
{
    struct visit each = {visit, context};
    return database_query(database, "SELECT " COLUMNS " FROM orders WHERE NOT open ORDER BY id",
                          NULL, 0, hand_over, &each);
}

static struct bytes code_of(const struct order *order)
{
    return order->has_code ? bytes_of(order->code, sizeof(order->code)) : (struct bytes){0};
}

/* Number of rows made: none if a unique index forbids it. */
static int insert(struct database *database, const struct order *order)
{
    return database_change(
        database,
        "INSERT OR IGNORE INTO orders (open, state, iccid, package, type, matching_id, eid, code,"
        " expires, requester, smds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        DATABASE_VALUES(DATABASE_N(order->open), DATABASE_N(order->state), DATABASE_T(order->iccid),
                        DATABASE_T(order->package), DATABASE_T(order->type),
                        DATABASE_T(order->matching_id), DATABASE_T(order->eid),
                        DATABASE_B(code_of(order)), DATABASE_N(order->expires),
                        DATABASE_T(order->requester), DATABASE_T(order->smds)));
}

/* Of many chips that ask only the latest are remembered; first those go that have nothing on its
 * way. What belongs to an order goes with it. */
static int forget_open(struct database *database)
{
    const int rows =
        database_change(database,
                        "DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE open"
                        " ORDER BY state = ?1 DESC, id DESC LIMIT -1 OFFSET ?2)",
                        DATABASE_VALUES(DATABASE_N(ORDER_DOWNLOADED), DATABASE_N(ORDERS_OPEN_MAX)));
    return rows < 0 ? rows : 0;
}

int orders_take_open(struct database *database, struct order *order)
{
    struct order found = {0};
    order->open = true;
    order->state = ORDER_RELEASED;
    const int made = insert(database, order);
    if (made < 0 || (made > 0 && forget_open(database) != 0))
        return FAILURE_INTERNAL;
    const int rows = database_query(
        database, "SELECT " COLUMNS " FROM orders WHERE open AND package = ? AND eid = ?",
        DATABASE_VALUES(DATABASE_T(order->package), DATABASE_T(order->eid)), take_row, &found);
    if (rows != 1)
        return FAILURE_INTERNAL;
    found.has_code = order->has_code;
    memcpy(found.code, order->code, sizeof(found.code));
    memcpy(found.iccid, order->iccid, sizeof(found.iccid));
    memcpy(found.type, order->type, sizeof(found.type));
    *order = found;
    return 0;
}

int orders_add(struct database *database, struct order *order)
{
    int result = database_begin(database);
    if (result != 0)
        return result;
    const int rows = insert(database, order);
    order->id = database_last_id(database);
    result = rows < 0 ? rows : rows == 0 ? 1 : 0;
    return database_end(database, result);
}

int orders_update(struct database *database, const struct order *order, enum order_state from)
{
    const int rows =
        database_change(database,
                        "UPDATE OR IGNORE orders SET state = ?, matching_id = ?, eid = ?, code = ?,"
                        " expires = iif(expires = 0, ?, expires),"
                        " requester = ?, smds = ?, event_id = ? WHERE id = ? AND state = ?",
                        DATABASE_VALUES(DATABASE_N(order->state), DATABASE_T(order->matching_id),
                                        DATABASE_T(order->eid), DATABASE_B(code_of(order)),
                                        DATABASE_N(order->expires), DATABASE_T(order->requester),
                                        DATABASE_T(order->smds), DATABASE_T(order->event_id),
                                        DATABASE_N(order->id), DATABASE_N(from)));
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

int orders_remove(struct database *database, int64_t id, unsigned from)
{
    const int rows =
        database_change(database, "DELETE FROM orders WHERE id = ? AND (? >> state) & 1",
                        DATABASE_VALUES(DATABASE_N(id), DATABASE_N(from)));
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

int orders_move(struct database *database, int64_t id, unsigned from, enum order_state to,
                const char *eid)
{
    const int rows = database_change(
        database,
        "UPDATE orders SET state = ?1, eid = iif(?2 = '', eid, ?2)"
        " WHERE id = ?3 AND (?4 >> state) & 1 AND (eid = '' OR ?2 = '' OR eid = ?2)",
        DATABASE_VALUES(DATABASE_N(to), DATABASE_T(eid != NULL ? eid : ""), DATABASE_N(id),
                        DATABASE_N(from)));
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

int orders_limit(struct database *database, int64_t id, const struct order_limits *limits)
{
    const int rows = database_change(
        database,
        "UPDATE orders SET expires = iif(?1, ?2, expires), tries = iif(?3 = 0, tries, ?3)"
        " WHERE id = ?4 AND (?5 >> state) & 1",
        DATABASE_VALUES(DATABASE_N(limits->has_expires), DATABASE_N(limits->expires),
                        DATABASE_N(limits->tries), DATABASE_N(id), DATABASE_N(LIMITABLE)));
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

int orders_uncount_attempt(struct database *database, int64_t id)
{
    const int rows = database_change(
        database, "UPDATE orders SET attempts = attempts - 1 WHERE id = ? AND attempts > 0",
        DATABASE_VALUES(DATABASE_N(id)));
    return rows < 0 ? rows : 0;
}

int orders_count_attempt(struct database *database, int64_t id)
{
    const int rows =
        database_change(database, "UPDATE orders SET attempts = attempts + 1 WHERE id = ?",
                        DATABASE_VALUES(DATABASE_N(id)));
    return rows < 0 ? rows : 0;
}

static void take_number(void *context, sqlite3_stmt *row)
{
    *(unsigned *)context = (unsigned)sqlite3_column_int(row, 0);
}

int orders_take_code_try(struct database *database, int64_t id, int64_t now, unsigned *left)
{
    unsigned taken = 0;
    const int rows = database_query(
        database,
        "UPDATE orders SET code_failures = iif(open AND code_time < ?2, 1, code_failures + 1),"
        " code_time = ?3 WHERE id = ?1 AND (code_failures < ?4 OR (open AND code_time < ?2))"
        " RETURNING code_failures",
        DATABASE_VALUES(DATABASE_N(id), DATABASE_N(now - ORDERS_CODE_SECONDS), DATABASE_N(now),
                        DATABASE_N(ORDERS_CODES_MAX)),
        take_number, &taken);
    *left = rows > 0 ? ORDERS_CODES_MAX - taken : 0;
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

int orders_restore_code_tries(struct database *database, int64_t id)
{
    const int rows = database_change(database, "UPDATE orders SET code_failures = 0 WHERE id = ?",
                                     DATABASE_VALUES(DATABASE_N(id)));
    return rows < 0 ? rows : 0;
}
