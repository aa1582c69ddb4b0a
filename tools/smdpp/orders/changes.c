#include "tools/smdpp/orders/changes.h"

#include "apdu/hex.h"
#include "crypto/pki/pki_eid.h"

#define COLUMNS                                                                                    \
    "id, state, eid, iccid, curve, point, time, source_id, order_id, other_id, target_eid, code, " \
    "deletes, recoverable"
#define IN(state) (1u << (state))

static const char *const state_texts[CHANGE_STATES] = {
    "requested", "confirmed", "released", "recovering", "done", "recovered", "cancelled",
};

const char *changes_state_text(enum change_state state)
{
    return state_texts[state];
}

/* Whose an order is after an event. */
enum holder { HOLDER_KEPT, HOLDER_OLD, HOLDER_TARGET };

/* What an event does to the order of the profile and to that of another one in its stead. */
struct effect {
    unsigned from; /* states in which the order may be; 0: nothing happens to it */
    enum order_state to;
    enum holder holder;
};

#define HELD (ORDER_IN(ORDER_DOWNLOADED) | ORDER_IN(ORDER_INSTALLED) | ORDER_IN(ORDER_CONFIRMED))
#define BACK                                                                                       \
    (ORDER_IN(ORDER_RELEASED) | ORDER_IN(ORDER_DOWNLOADED) | ORDER_IN(ORDER_ERROR) |               \
     ORDER_IN(ORDER_UNAVAILABLE))
#define WAITS (ORDER_IN(ORDER_CONFIRMED) | ORDER_IN(ORDER_RELEASED))

/* clang-format off */
static const struct row {
    unsigned from;
    enum change_state to;
    struct effect own;     /* on the profile's order, if it is the one that goes to the new device */
    struct effect staying; /* on the same, if another profile does */
    struct effect other;   /* on that one's */
} rows[CHANGE_EVENTS] = {
    [CHANGE_CONFIRM] =        {IN(CHANGE_REQUESTED), CHANGE_CONFIRMED,
        {HELD, ORDER_CONFIRMED, HOLDER_OLD}, {HELD, ORDER_CONFIRMED, HOLDER_OLD}, {WAITS, ORDER_CONFIRMED, HOLDER_TARGET}},
    [CHANGE_CONFIRM_KEEPER] = {IN(CHANGE_REQUESTED), CHANGE_RELEASED,
        {0}, {0}, {WAITS, ORDER_RELEASED, HOLDER_TARGET}},
    [CHANGE_DELETE] =         {IN(CHANGE_CONFIRMED), CHANGE_RELEASED,
        {WAITS, ORDER_RELEASED, HOLDER_TARGET}, {WAITS, ORDER_UNAVAILABLE, HOLDER_OLD}, {WAITS, ORDER_RELEASED, HOLDER_TARGET}},
    [CHANGE_RECOVER] =        {IN(CHANGE_RELEASED) | IN(CHANGE_RECOVERING), CHANGE_RECOVERING,
        {BACK, ORDER_RELEASED, HOLDER_OLD}, {BACK, ORDER_RELEASED, HOLDER_OLD}, {BACK | WAITS, ORDER_UNAVAILABLE, HOLDER_TARGET}},
    [CHANGE_CANCEL] =         {IN(CHANGE_REQUESTED) | IN(CHANGE_CONFIRMED), CHANGE_CANCELLED,
        {HELD, ORDER_INSTALLED, HOLDER_OLD}, {HELD, ORDER_INSTALLED, HOLDER_OLD}, {0}},
};
/* clang-format on */

static void take_row(void *context, sqlite3_stmt *row)
{
    struct change *change = context;
    const int state = sqlite3_column_int(row, 1);
    char eid[PKI_EID_DIGITS + 1];
    change->id = sqlite3_column_int64(row, 0);
    change->state = state >= 0 && state < CHANGE_STATES ? (enum change_state)state : CHANGE_DONE;
    database_text(row, 2, eid, sizeof(eid));
    struct writer digits = writer_on(change->old.eid, sizeof(change->old.eid));
    (void)hex_decode(eid, &digits);
    database_text(row, 3, change->iccid, sizeof(change->iccid));
    change->old.curve =
        sqlite3_column_int(row, 4) == EC_BRAINPOOL_P256R1 ? EC_BRAINPOOL_P256R1 : EC_P256;
    (void)bytes_copy_exact(database_bytes(row, 5), change->old.point, EC_POINT_SIZE);
    change->time = sqlite3_column_int64(row, 6);
    change->source = sqlite3_column_int64(row, 7);
    change->order = sqlite3_column_int64(row, 8);
    change->other = sqlite3_column_int64(row, 9);
    database_text(row, 10, change->target_eid, sizeof(change->target_eid));
    change->has_code = bytes_copy_exact(database_bytes(row, 11), change->code, SHA256_SIZE);
    change->deletes = sqlite3_column_int(row, 12) != 0;
    change->recoverable = sqlite3_column_int64(row, 13);
}

static int find_one(struct database *database, const char *sql, const struct database_value *values,
                    size_t count, struct change *out)
{
    struct change found = {0};
    const int rows_found = database_query(database, sql, values, count, take_row, &found);
    *out = found;
    if (rows_found < 0)
        return rows_found;
    return rows_found == 0 ? 1 : 0;
}

int changes_find(struct database *database, const char *eid, const char *iccid, struct change *out)
{
    return find_one(database, "SELECT " COLUMNS " FROM changes WHERE eid = ? AND iccid = ?",
                    DATABASE_VALUES(DATABASE_T(eid), DATABASE_T(iccid)), out);
}

int changes_find_confirmed(struct database *database, const char *iccid, struct change *out)
{
    return find_one(database,
                    "SELECT " COLUMNS " FROM changes WHERE iccid = ? AND state = ?"
                    " ORDER BY time DESC LIMIT 1",
                    DATABASE_VALUES(DATABASE_T(iccid), DATABASE_N(CHANGE_CONFIRMED)), out);
}

static void ignore_row(void *context, sqlite3_stmt *row)
{
    (void)context;
    (void)row;
}

int changes_check_deletion(struct database *database, const struct change *change,
                           uint32_t sequence)
{
    char eid[PKI_EID_DIGITS + 1];
    pki_eid_to_text(change->old.eid, eid);
    const int found = database_query(
        database,
        "SELECT 1 FROM notifications WHERE eid = ? AND sequence = ? AND iccid = ? AND time < ?"
        " AND operation IN ('delete', 'rpmDelete') LIMIT 1",
        DATABASE_VALUES(DATABASE_T(eid), DATABASE_N(sequence), DATABASE_T(change->iccid),
                        DATABASE_N(change->time)),
        ignore_row, NULL);
    return found;
}

/* The order under which the profile goes on. An open one stays what it is, and one beside it goes;
 * the one that was made at a request before is taken again. */
static int take_order(struct database *database, const struct change *before, struct change *change)
{
    struct order source;
    int result = orders_find(database, change->source, &source);
    if (result != 0)
        return result;
    if (!source.open) {
        change->order = source.id;
        return 0;
    }
    if (before->id != 0 && before->order != 0) {
        change->order = before->order;
        return 0;
    }
    const int made =
        database_change(database,
                        "INSERT INTO orders (open, moved, state, iccid, package, type, eid)"
                        " SELECT 0, 1, ?1, iccid, package, type, eid FROM orders WHERE id = ?2",
                        DATABASE_VALUES(DATABASE_N(ORDER_INSTALLED), DATABASE_N(change->source)));
    change->order = database_last_id(database);
    return made < 0 ? made : 0;
}

static struct bytes code_of(const struct change *change)
{
    return change->has_code ? bytes_of(change->code, sizeof(change->code)) : (struct bytes){0};
}

/* Tries at a code that is asked for again are not forgotten. */
static int write_request(struct database *database, struct change *change, const char *eid)
{
    const int rows_made = database_change(
        database,
        "INSERT INTO changes (state, eid, iccid, curve, point, time, source_id, order_id, other_id,"
        " target_eid, code, deletes, recoverable) VALUES"
        " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (eid, iccid)"
        " DO UPDATE SET state = ?1, curve = ?4, point = ?5, time = ?6, source_id = ?7,"
        " order_id = ?8, other_id = ?9, target_eid = ?10, deletes = ?12, recoverable = ?13,"
        " code_failures = iif(code IS ?11, code_failures, 0), code = ?11",
        DATABASE_VALUES(
            DATABASE_N(CHANGE_REQUESTED), DATABASE_T(eid), DATABASE_T(change->iccid),
            DATABASE_N(change->old.curve), DATABASE_B(bytes_of(change->old.point, EC_POINT_SIZE)),
            DATABASE_N(change->time), DATABASE_N(change->source), DATABASE_N(change->order),
            DATABASE_N(change->other), DATABASE_T(change->target_eid), DATABASE_B(code_of(change)),
            DATABASE_N(change->deletes), DATABASE_N(change->recoverable)));
    return rows_made < 0 ? rows_made : 0;
}

int changes_request(struct database *database, struct change *change)
{
    char eid[PKI_EID_DIGITS + 1];
    struct change before;
    pki_eid_to_text(change->old.eid, eid);
    int result = database_begin(database);
    if (result != 0)
        return result;
    result = changes_find(database, eid, change->iccid, &before);
    if (result == 0 && before.state == CHANGE_RELEASED && before.deletes)
        return database_end(database, 1);
    if (result >= 0)
        result = take_order(database, &before, change);
    if (result == 0)
        result = write_request(database, change, eid);
    if (result == 0)
        result = changes_find(database, eid, change->iccid, change);
    return database_end(database, result);
}

/* What was sent to whoever had it, so that nothing that is said of it later counts. */
static int forget_sent(struct database *database, int64_t order)
{
    int result = database_change(database, "DELETE FROM bindings WHERE order_id = ?",
                                 DATABASE_VALUES(DATABASE_N(order)));
    if (result >= 0)
        result = database_change(database, "DELETE FROM downloads WHERE order_id = ?",
                                 DATABASE_VALUES(DATABASE_N(order)));
    return result < 0 ? result : 0;
}

/* An order in the hands of a chip that has a package and has not said what became of it is that
 * chip's. With a new matching id the old confirmation code and event are done with: the user has
 * confirmed otherwise. */
static int move_order(struct database *database, const struct change *change, int64_t order,
                      const struct effect *effect, const char *matching_id)
{
    char old[PKI_EID_DIGITS + 1];
    pki_eid_to_text(change->old.eid, old);
    const char *eid = effect->holder == HOLDER_OLD ? old : change->target_eid;
    if (effect->from == 0)
        return 0;
    const int moved = database_change(
        database,
        "UPDATE orders SET state = ?1, eid = ?2, attempts = 0,"
        " matching_id = iif(?3 = '', matching_id, ?3), code = iif(?3 = '', code, NULL),"
        " expires = iif(?3 = '', expires, ?7), smds = iif(?3 = '', smds, ''),"
        " event_id = iif(?3 = '', event_id, '')"
        " WHERE id = ?4 AND (?5 >> state) & 1 AND (eid = ?6 OR NOT EXISTS"
        " (SELECT 1 FROM bindings WHERE order_id = ?4))",
        DATABASE_VALUES(DATABASE_N(effect->to), DATABASE_T(eid),
                        DATABASE_T(matching_id != NULL ? matching_id : ""), DATABASE_N(order),
                        DATABASE_N(effect->from), DATABASE_T(old), DATABASE_N(change->expires)));
    return moved < 0 ? moved : moved == 0 ? 1 : 0;
}

static int move_orders(struct database *database, const struct change *change,
                       const struct row *row, const char *matching_id)
{
    if (change->other == 0)
        return move_order(database, change, change->order, &row->own, matching_id);
    const int result = move_order(database, change, change->order, &row->staying, matching_id);
    return result != 0 ? result : move_order(database, change, change->other, &row->other, NULL);
}

/* An open order by which the old chip had the profile says so no longer. */
static int release_source(struct database *database, const struct change *change)
{
    const int moved =
        orders_move(database, change->source,
                    ORDER_IN(ORDER_DOWNLOADED) | ORDER_IN(ORDER_INSTALLED), ORDER_RELEASED, NULL);
    return moved < 0 ? moved : 0;
}

static int move_change(struct database *database, const struct change *change,
                       const struct row *row)
{
    const int moved = database_change(
        database, "UPDATE changes SET state = ? WHERE id = ? AND (? >> state) & 1",
        DATABASE_VALUES(DATABASE_N(row->to), DATABASE_N(change->id), DATABASE_N(row->from)));
    return moved < 0 ? moved : moved == 0 ? 1 : 0;
}

int changes_apply(struct database *database, struct change *change, enum change_event event,
                  const char *matching_id)
{
    const struct row *row = &rows[event];
    int result = database_begin(database);
    if (result != 0)
        return result;
    result = move_change(database, change, row);
    if (result == 0)
        result = move_orders(database, change, row, matching_id);
    if (result == 0 && (event == CHANGE_CONFIRM || event == CHANGE_RECOVER))
        result = forget_sent(database, change->order);
    if (result == 0 && event == CHANGE_DELETE && change->source != change->order)
        result = release_source(database, change);
    result = database_end(database, result);
    if (result == 0)
        change->state = row->to;
    return result;
}

static void take_number(void *context, sqlite3_stmt *row)
{
    *(unsigned *)context = (unsigned)sqlite3_column_int(row, 0);
}

int changes_take_code_try(struct database *database, const struct change *change, unsigned *left)
{
    unsigned taken = 0;
    const int found = database_query(
        database,
        "UPDATE changes SET code_failures = code_failures + 1 WHERE id = ? AND code_failures < ?"
        " RETURNING code_failures",
        DATABASE_VALUES(DATABASE_N(change->id), DATABASE_N(ORDERS_CODES_MAX)), take_number, &taken);
    *left = found > 0 ? ORDERS_CODES_MAX - taken : 0;
    return found < 0 ? found : found == 0 ? 1 : 0;
}

int changes_check_moving(struct database *database, int64_t order)
{
    const int found = database_query(database,
                                     "SELECT 1 FROM changes WHERE (order_id = ?1 OR other_id = ?1)"
                                     " AND state IN (?2, ?3)",
                                     DATABASE_VALUES(DATABASE_N(order), DATABASE_N(CHANGE_RELEASED),
                                                     DATABASE_N(CHANGE_RECOVERING)),
                                     ignore_row, NULL);
    return found < 0 ? found : found == 0 ? 1 : 0;
}

int changes_note_installed(struct database *database, int64_t order)
{
    const int moved =
        database_change(database,
                        "UPDATE changes SET state = iif(state = ?1, ?2, ?3)"
                        " WHERE (order_id = ?4 OR other_id = ?4) AND state IN (?1, ?5)",
                        DATABASE_VALUES(DATABASE_N(CHANGE_RELEASED), DATABASE_N(CHANGE_DONE),
                                        DATABASE_N(CHANGE_RECOVERED), DATABASE_N(order),
                                        DATABASE_N(CHANGE_RECOVERING)));
    return moved < 0 ? moved : 0;
}
