#include "tools/eim/downloads.h"

#include "apdu/der.h"
#include "apdu/tlv.h"
#include "crypto/pki/certificate.h"
#include "crypto/pki/pki_eid.h"
#include "tools/eim/orders.h"

#define AUTHENTICATE_SERVER 0xBF38
#define AUTHENTICATE_OK 0xA0
#define SIGNATURE 0x5F37
#define COLUMNS "transaction_id, eid, order_id, address, oid, iccid"

int downloads_keep(struct database *database, const struct download *download, int64_t now)
{
    const struct bytes iccid = bytes_of(download->iccid, sizeof(download->iccid));
    const int rows = database_change(
        database,
        "INSERT OR REPLACE INTO downloads (transaction_id, eid, order_id, time, address, oid, "
        "iccid)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        DATABASE_VALUES(DATABASE_B(bytes_of(download->transaction_id, download->transaction_len)),
                        DATABASE_T(download->eid), DATABASE_N(download->order), DATABASE_N(now),
                        DATABASE_T(download->address),
                        DATABASE_B(bytes_of(download->oid, download->oid_len)),
                        DATABASE_B(download->has_iccid ? iccid : (struct bytes){0})));
    return rows < 0 ? rows : 0;
}

static size_t take(struct bytes from, uint8_t *out, size_t size)
{
    if (from.len > size)
        return 0;
    if (from.len > 0)
        memcpy(out, from.data, from.len);
    return from.len;
}

static void take_download(void *context, sqlite3_stmt *row)
{
    struct download *download = context;
    download->transaction_len =
        take(database_bytes(row, 0), download->transaction_id, sizeof(download->transaction_id));
    database_text(row, 1, download->eid, sizeof(download->eid));
    download->order = sqlite3_column_int64(row, 2);
    database_text(row, 3, download->address, sizeof(download->address));
    download->oid_len = take(database_bytes(row, 4), download->oid, sizeof(download->oid));
    download->has_iccid =
        bytes_copy_exact(database_bytes(row, 5), download->iccid, sizeof(download->iccid));
}

static int find(struct database *database, const char *query, struct bytes key,
                struct download *out)
{
    *out = (struct download){0};
    const int rows =
        database_query(database, query, DATABASE_VALUES(DATABASE_B(key)), take_download, out);
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

int downloads_find(struct database *database, struct bytes transaction_id, struct download *out)
{
    return find(database, "SELECT " COLUMNS " FROM downloads WHERE transaction_id = ?",
                transaction_id, out);
}

int downloads_find_profile(struct database *database, struct bytes iccid, struct download *out)
{
    return find(database,
                "SELECT " COLUMNS " FROM downloads WHERE iccid = ? ORDER BY time DESC LIMIT 1",
                iccid, out);
}

static bool eid_of_answer(struct bytes answer, char eid[CHIPS_EID_SIZE])
{
    struct tlv outer, good, signed1, signature, der;
    struct certificate certificate;
    uint8_t number[PKI_EID_SIZE];
    if (!tlv_whole(answer, AUTHENTICATE_SERVER, &outer) ||
        !tlv_take_tag(&outer.value, AUTHENTICATE_OK, &good) ||
        !tlv_take_tag(&good.value, DER_SEQUENCE, &signed1) ||
        !tlv_take_tag(&good.value, SIGNATURE, &signature) ||
        !tlv_take_tag(&good.value, DER_SEQUENCE, &der) ||
        certificate_parse(der.whole, &certificate) != CERTIFICATE_OK ||
        !certificate_eid(&certificate, number))
        return false;
    pki_eid_to_text(number, eid);
    return true;
}

int downloads_find_order(struct database *database, struct bytes answer, int64_t now,
                         struct download *download)
{
    struct order order;
    if (download->order != 0 || !eid_of_answer(answer, download->eid))
        return 0;
    const int result = orders_next(database, download->eid, now, &order);
    if (result == 0 && order.facility == ORDER_DOWNLOAD && order.state == ORDER_WORK)
        download->order = order.id;
    orders_finish(&order);
    return result < 0 ? result : 0;
}
