#include "tools/eim/orders.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"

#define COLUMNS                                                                                    \
    "id, name, eid, facility, state, time, CAST(content AS BLOB), CAST(outcome AS BLOB),"          \
    " last_message, package, counter, transaction_id, sent, jumps, lost, CAST(refusal AS BLOB)"

static const char *const facilities[ORDER_FACILITIES] = {"download", "psmo", "eco", "edr", "euicc"};
_Static_assert(ORDER_WORK == 1, "the schema has it as a number");
static const char *const states[ORDER_STATES] = {"new", "work", "done"};

const char *orders_facility_name(enum order_facility facility)
{
    return facilities[facility];
}

enum order_facility orders_facility_of(const char *name)
{
    enum order_facility facility = 0;
    while (facility < ORDER_FACILITIES && strcmp(facilities[facility], name) != 0)
        facility++;
    return facility;
}

const char *orders_state_name(enum order_state state)
{
    return states[state];
}

void orders_finish(struct order *order)
{
    blob_finish(&order->content);
    blob_finish(&order->outcome);
    blob_finish(&order->last_message);
    blob_finish(&order->package);
    blob_finish(&order->refusal);
}

static int one(int rows)
{
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

static void take_blobs(struct order *order, sqlite3_stmt *row)
{
    struct blob *const blobs[] = {&order->content, &order->outcome, &order->last_message,
                                  &order->package};
    for (int i = 0; i < (int)(sizeof(blobs) / sizeof(blobs[0])); i++)
        (void)blob_copy(database_bytes(row, 6 + i), blobs[i]);
}

/* Numbers from outside the range of their enumerations come from no release of this program. */
static void take_order(void *context, sqlite3_stmt *row)
{
    struct order *order = context;
    *order = (struct order){.id = sqlite3_column_int64(row, 0)};
    database_text(row, 1, order->name, sizeof(order->name));
    database_text(row, 2, order->eid, sizeof(order->eid));
    const int facility = sqlite3_column_int(row, 3), state = sqlite3_column_int(row, 4);
    order->facility =
        facility >= 0 && facility < ORDER_FACILITIES ? (enum order_facility)facility : ORDER_EUICC;
    order->state = state >= 0 && state < ORDER_STATES ? (enum order_state)state : ORDER_DONE;
    order->time = sqlite3_column_int64(row, 5);
    take_blobs(order, row);
    order->counter = (uint32_t)sqlite3_column_int64(row, 10);
    order->has_transaction = bytes_copy_exact(database_bytes(row, 11), order->transaction_id,
                                              sizeof(order->transaction_id));
    order->sent = (unsigned)sqlite3_column_int(row, 12);
    order->jumps = (unsigned)sqlite3_column_int(row, 13);
    order->lost = sqlite3_column_int(row, 14) != 0;
    (void)blob_copy(database_bytes(row, 15), &order->refusal);
}

/* A random UUID (RFC 4122 §4.4). */
static int draw_name(struct random *random, char name[ORDERS_NAME_SIZE])
{
    uint8_t b[16];
    const int result = random_fill(random, b, sizeof(b));
    b[6] = (uint8_t)((b[6] & 0x0F) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3F) | 0x80);
    snprintf(name, ORDERS_NAME_SIZE,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
    return result;
}

int orders_add(struct database *database, struct random *random, const char *eid,
               enum order_facility facility, const char *content, int64_t now,
               char name[ORDERS_NAME_SIZE])
{
    const int result = draw_name(random, name);
    if (result != 0)
        return result;
    const int rows = database_change(
        database,
        "INSERT INTO orders (name, eid, facility, content, state, time) VALUES (?, ?, ?, ?, ?, ?)",
        DATABASE_VALUES(DATABASE_T(name), DATABASE_T(eid), DATABASE_N(facility),
                        DATABASE_T(content), DATABASE_N(ORDER_NEW), DATABASE_N(now)));
    return rows < 0 ? rows : 0;
}

int orders_find(struct database *database, const char *name, struct order *out)
{
    *out = (struct order){0};
    return one(database_query(database, "SELECT " COLUMNS " FROM orders WHERE name = ?",
                              DATABASE_VALUES(DATABASE_T(name)), take_order, out));
}

int orders_find_id(struct database *database, int64_t id, struct order *out)
{
    *out = (struct order){0};
    return one(database_query(database, "SELECT " COLUMNS " FROM orders WHERE id = ?",
                              DATABASE_VALUES(DATABASE_N(id)), take_order, out));
}

static int first_of(struct database *database, const char *eid, enum order_state state, int64_t now,
                    struct order *out)
{
    *out = (struct order){0};
    return one(database_query(database,
                              "SELECT " COLUMNS " FROM orders WHERE eid = ? AND state = ?"
                              " AND not_before <= ? ORDER BY id LIMIT 1",
                              DATABASE_VALUES(DATABASE_T(eid), DATABASE_N(state), DATABASE_N(now)),
                              take_order, out));
}

int orders_next(struct database *database, const char *eid, int64_t now, struct order *out)
{
    const int result = first_of(database, eid, ORDER_WORK, now, out);
    return result > 0 ? first_of(database, eid, ORDER_NEW, now, out) : result;
}

int orders_find_transaction(struct database *database, struct bytes transaction_id,
                            struct order *out)
{
    *out = (struct order){0};
    if (transaction_id.len == 0)
        return 1;
    /* The state as a number in the text, which is what its index is for. */
    return one(database_query(
        database, "SELECT " COLUMNS " FROM orders WHERE transaction_id = ? AND state = 1 LIMIT 1",
        DATABASE_VALUES(DATABASE_B(transaction_id)), take_order, out));
}

int orders_find_counter(struct database *database, const char *eid, uint32_t counter,
                        struct order *out)
{
    *out = (struct order){0};
    return one(database_query(
        database,
        "SELECT " COLUMNS " FROM orders WHERE eid = ? AND state = ? AND counter = ? LIMIT 1",
        DATABASE_VALUES(DATABASE_T(eid), DATABASE_N(ORDER_WORK), DATABASE_N(counter)), take_order,
        out));
}

int orders_find_open(struct database *database, const char *eid, enum order_facility facility,
                     const char *content)
{
    return one(database_query(database,
                              "SELECT id FROM orders WHERE eid = ? AND state IN (?, ?)"
                              " AND facility = ? AND content = ? LIMIT 1",
                              DATABASE_VALUES(DATABASE_T(eid), DATABASE_N(ORDER_NEW),
                                              DATABASE_N(ORDER_WORK), DATABASE_N(facility),
                                              DATABASE_T(content)),
                              NULL, NULL));
}

struct visit {
    orders_visitor *visit;
    void *context;
};

static void visit_order(void *context, sqlite3_stmt *row)
{
    const struct visit *visit = context;
    struct order order;
    take_order(&order, row);
    visit->visit(visit->context, &order);
    orders_finish(&order);
}

int orders_each(struct database *database, enum order_facility facility, const char *eid,
                orders_visitor *visit, void *context)
{
    struct visit each = {visit, context};
    return database_query(database,
                          "SELECT " COLUMNS " FROM orders WHERE (?1 = ?2 OR facility = ?1)"
                          " AND (?3 = '' OR eid = ?3) ORDER BY id",
                          DATABASE_VALUES(DATABASE_N(facility), DATABASE_N(ORDER_FACILITIES),
                                          DATABASE_T(eid != NULL ? eid : "")),
                          visit_order, &each);
}

int orders_begin(struct database *database, int64_t id, const struct order_package *package,
                 int64_t now)
{
    return one(database_change(
        database,
        "UPDATE orders SET state = ?, package = ?, counter = ?, transaction_id = ?, time = ?,"
        " sent = 1 WHERE id = ?",
        DATABASE_VALUES(DATABASE_N(ORDER_WORK), DATABASE_B(package->package),
                        DATABASE_N(package->counter), DATABASE_B(package->transaction_id),
                        DATABASE_N(now), DATABASE_N(id))));
}

int orders_count_sent(struct database *database, int64_t id)
{
    return one(database_change(database, "UPDATE orders SET sent = sent + 1 WHERE id = ?",
                               DATABASE_VALUES(DATABASE_N(id))));
}

int orders_set_lost(struct database *database, int64_t id, bool lost)
{
    return one(database_change(database, "UPDATE orders SET lost = ? WHERE id = ?",
                               DATABASE_VALUES(DATABASE_N(lost), DATABASE_N(id))));
}

int orders_again(struct database *database, int64_t id, int64_t now)
{
    return one(database_change(
        database,
        "UPDATE orders SET state = ?, package = NULL, counter = 0, lost = 0, jumps = jumps + 1,"
        " time = ? WHERE id = ?",
        DATABASE_VALUES(DATABASE_N(ORDER_NEW), DATABASE_N(now), DATABASE_N(id))));
}

int orders_rest(struct database *database, int64_t id, int64_t not_before)
{
    return one(database_change(database, "UPDATE orders SET not_before = ? WHERE id = ?",
                               DATABASE_VALUES(DATABASE_N(not_before), DATABASE_N(id))));
}

int orders_tell(struct database *database, int64_t id, const json_t *outcome, int64_t now)
{
    char *text = json_dumps(outcome, JSON_COMPACT);
    if (text == NULL)
        return FAILURE_INTERNAL;
    const int rows = database_change(
        database,
        "UPDATE orders SET outcome = json_insert(outcome, '$[#]', json(?)), time = ? WHERE id = ?",
        DATABASE_VALUES(DATABASE_T(text), DATABASE_N(now), DATABASE_N(id)));
    free(text);
    return one(rows);
}

int orders_end(struct database *database, int64_t id, const json_t *outcome, struct bytes message,
               int64_t now)
{
    char *text = json_dumps(outcome, JSON_COMPACT);
    if (text == NULL)
        return FAILURE_INTERNAL;
    const int rows = database_change(
        database,
        "UPDATE orders SET state = ?, outcome = ?, last_message = ?, package = NULL, lost = 0,"
        " time = ? WHERE id = ?",
        DATABASE_VALUES(DATABASE_N(ORDER_DONE), DATABASE_T(text), DATABASE_B(message),
                        DATABASE_N(now), DATABASE_N(id)));
    free(text);
    return one(rows);
}

int orders_set_refusal(struct database *database, int64_t id, const char *text)
{
    const int rows =
        database_change(database, "UPDATE orders SET refusal = ? WHERE id = ? AND refusal <> ?",
                        DATABASE_VALUES(DATABASE_T(text), DATABASE_N(id), DATABASE_T(text)));
    return rows < 0 ? rows : 0;
}

int orders_remove(struct database *database, enum order_facility facility, const char *name)
{
    return one(database_change(database, "DELETE FROM orders WHERE name = ? AND facility = ?",
                               DATABASE_VALUES(DATABASE_T(name), DATABASE_N(facility))));
}
