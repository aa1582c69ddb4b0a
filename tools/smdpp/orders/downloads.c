#include "tools/smdpp/orders/downloads.h"

#include "apdu/status.h"
#include "tools/smdpp/orders/changes.h"

#define CURVE_OF(number) ((number) == EC_BRAINPOOL_P256R1 ? EC_BRAINPOOL_P256R1 : EC_P256)

void downloads_finish_binding(struct download_binding *binding)
{
    blob_finish(&binding->body);
    *binding = (struct download_binding){0};
}

struct found_binding {
    struct download_binding *binding;
    bool ok;
};

static void take_binding(void *context, sqlite3_stmt *row)
{
    struct found_binding *found = context;
    struct download_binding *binding = found->binding;
    binding->curve = CURVE_OF(sqlite3_column_int(row, 0));
    found->ok = bytes_copy_exact(database_bytes(row, 1), binding->euicc_otpk, EC_POINT_SIZE) &&
                bytes_copy_exact(database_bytes(row, 2), binding->smdp_otpk, EC_POINT_SIZE) &&
                bytes_copy_exact(database_bytes(row, 3), binding->content, SHA256_SIZE) &&
                blob_copy(database_bytes(row, 4), &binding->body) == 0;
}

int downloads_find_binding(struct database *database, int64_t order, struct download_binding *out)
{
    *out = (struct download_binding){0};
    struct found_binding found = {out, false};
    const int rows = database_query(
        database,
        "SELECT curve, euicc_otpk, smdp_otpk, content, body FROM bindings WHERE order_id = ?",
        DATABASE_VALUES(DATABASE_N(order)), take_binding, &found);
    if (rows < 0)
        return rows;
    return found.ok ? 0 : 1;
}

static int keep_binding(struct database *database, int64_t order,
                        const struct download_binding *binding)
{
    const int rows = database_change(
        database,
        "INSERT OR REPLACE INTO bindings (order_id, curve, euicc_otpk, smdp_otpk, content, body)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        DATABASE_VALUES(DATABASE_N(order), DATABASE_N(binding->curve),
                        DATABASE_B(bytes_of(binding->euicc_otpk, EC_POINT_SIZE)),
                        DATABASE_B(bytes_of(binding->smdp_otpk, EC_POINT_SIZE)),
                        DATABASE_B(bytes_of(binding->content, SHA256_SIZE)),
                        DATABASE_B(blob_bytes(&binding->body))));
    return rows < 0 ? rows : 0;
}

int downloads_keep(struct database *database, const char *sql, const struct download *download)
{
    const int rows = database_change(
        database, sql,
        DATABASE_VALUES(DATABASE_B(download->transaction_id), DATABASE_N(download->order),
                        DATABASE_N(download->time),
                        DATABASE_B(bytes_of(download->euicc.eid, PKI_EID_SIZE)),
                        DATABASE_N(download->euicc.curve),
                        DATABASE_B(bytes_of(download->euicc.point, EC_POINT_SIZE))));
    return rows < 0 ? rows : 0;
}

/* An open order may be downloaded again whatever became of it. */
static int claim(struct database *database, const struct download *download)
{
    char eid[PKI_EID_DIGITS + 1];
    struct order order;
    const int result = orders_find(database, download->order, &order);
    if (result != 0)
        return result;
    pki_eid_to_text(download->euicc.eid, eid);
    const unsigned from = ORDER_IN(ORDER_RELEASED) | ORDER_IN(ORDER_DOWNLOADED) |
                          (order.open ? ORDER_IN(ORDER_INSTALLED) | ORDER_IN(ORDER_ERROR) : 0);
    return orders_move(database, download->order, from, ORDER_DOWNLOADED, eid);
}

static int forget_downloads(struct database *database, int64_t order)
{
    const int rows = database_change(
        database,
        "DELETE FROM downloads WHERE rowid IN (SELECT rowid FROM downloads WHERE order_id = ?"
        " ORDER BY rowid DESC LIMIT -1 OFFSET ?)",
        DATABASE_VALUES(DATABASE_N(order), DATABASE_N(DOWNLOADS_AN_ORDER)));
    return rows < 0 ? rows : 0;
}

int downloads_start(struct database *database, const struct download *download,
                    const struct download_binding *binding)
{
    int result = database_begin(database);
    if (result != 0)
        return result;
    result = claim(database, download);
    if (result == 0)
        result = keep_binding(database, download->order, binding);
    if (result == 0)
        result = downloads_keep(
            database,
            "INSERT OR REPLACE INTO downloads (transaction_id, order_id, time, eid, curve, point)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            download);
    if (result == 0)
        result = forget_downloads(database, download->order);
    return database_end(database, result);
}

static void take_download(void *context, sqlite3_stmt *row)
{
    struct download *download = context;
    download->order = sqlite3_column_int64(row, 0);
    download->time = sqlite3_column_int64(row, 1);
    (void)bytes_copy_exact(database_bytes(row, 2), download->euicc.eid, PKI_EID_SIZE);
    download->euicc.curve = CURVE_OF(sqlite3_column_int(row, 3));
    (void)bytes_copy_exact(database_bytes(row, 4), download->euicc.point, EC_POINT_SIZE);
}

int downloads_take(struct database *database, const char *sql, struct bytes transaction_id,
                   struct download *out)
{
    *out = (struct download){.transaction_id = transaction_id};
    const int rows = database_query(database, sql, DATABASE_VALUES(DATABASE_B(transaction_id)),
                                    take_download, out);
    if (rows < 0)
        return rows;
    return rows == 0 ? 1 : 0;
}

int downloads_find(struct database *database, struct bytes transaction_id, struct download *out)
{
    return downloads_take(
        database,
        "SELECT order_id, time, eid, curve, point FROM downloads WHERE transaction_id = ?",
        transaction_id, out);
}

static int forget_notes(struct database *database)
{
    const int rows = database_change(database,
                                     "DELETE FROM notifications WHERE id <="
                                     " (SELECT max(id) FROM notifications) - ?",
                                     DATABASE_VALUES(DATABASE_N(DOWNLOADS_NOTES_MAX)));
    return rows < 0 ? rows : 0;
}

int downloads_note(struct database *database, const struct download_notification *notification)
{
    const int rows = database_change(
        database,
        "INSERT INTO notifications (time, eid, iccid, sequence, operation, result, pending)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS"
        " (SELECT 1 FROM notifications WHERE eid = ?2 AND sequence = ?4 AND pending = ?7)",
        DATABASE_VALUES(DATABASE_N(notification->time), DATABASE_T(notification->eid),
                        DATABASE_T(notification->iccid), DATABASE_N(notification->sequence),
                        DATABASE_T(notification->operation), DATABASE_T(notification->result),
                        DATABASE_B(notification->pending)));
    return rows < 0 ? rows : rows == 0 ? 0 : forget_notes(database);
}

int downloads_forget_binding(struct database *database, int64_t order)
{
    const int rows = database_change(database, "DELETE FROM bindings WHERE order_id = ?",
                                     DATABASE_VALUES(DATABASE_N(order)));
    return rows < 0 ? rows : 0;
}

int downloads_conclude(struct database *database, int64_t order, enum order_state state,
                       const struct download_notification *notification)
{
    int result = database_begin(database);
    if (result != 0)
        return result;
    result = downloads_note(database, notification);
    if (result == 0)
        result = downloads_forget_binding(database, order);
    if (result == 0)
        result = orders_move(database, order, ORDER_IN(ORDER_DOWNLOADED), state, NULL);
    if (result == 0 && state == ORDER_INSTALLED)
        result = changes_note_installed(database, order);
    /* An order that is no longer waiting for this has heard it before. */
    return database_end(database, result > 0 ? 0 : result);
}
