#include "tools/eim/chips.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "tools/lib/iot/eim_configuration.h"

#define COLUMNS "eid, counter, token, length(euicc_certificate) > 0, asks"

static int one(int rows)
{
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

int chips_add(struct database *database, const char *eid)
{
    const int rows =
        database_change(database,
                        "INSERT OR IGNORE INTO chips (eid, counter, token)"
                        " VALUES (?, 0, ?)",
                        DATABASE_VALUES(DATABASE_T(eid), DATABASE_N(CHIPS_FIRST_TOKEN)));
    return rows < 0 ? rows : 0;
}

static void take_chip(void *context, sqlite3_stmt *row)
{
    struct chip *chip = context;
    database_text(row, 0, chip->eid, sizeof(chip->eid));
    chip->counter = (uint32_t)sqlite3_column_int64(row, 1);
    chip->token = sqlite3_column_int64(row, 2);
    chip->certified = sqlite3_column_int(row, 3) != 0;
    chip->asked = sqlite3_column_int(row, 4) >= CHIPS_ASKS_MAX;
}

int chips_find(struct database *database, const char *eid, struct chip *out)
{
    struct chip found = {0};
    const int rows = database_query(database, "SELECT " COLUMNS " FROM chips WHERE eid = ?",
                                    DATABASE_VALUES(DATABASE_T(eid)), take_chip, &found);
    *out = found;
    return one(rows);
}

struct finding {
    struct chips_key *key;
    bool found;
};

/* The certificate was verified before it was kept. */
static void take_key(void *context, sqlite3_stmt *row)
{
    struct finding *finding = context;
    struct tlv certificate;
    struct bytes point;
    finding->found =
        tlv_whole(database_bytes(row, 0), DER_SEQUENCE, &certificate) &&
        certificate_find_key(certificate.value, &finding->key->curve, &point) == CERTIFICATE_OK &&
        bytes_copy_exact(point, finding->key->point, sizeof(finding->key->point));
}

int chips_get_key(struct database *database, const char *eid, struct chips_key *out)
{
    struct finding finding = {.key = out};
    const int rows = database_query(database, "SELECT euicc_certificate FROM chips WHERE eid = ?",
                                    DATABASE_VALUES(DATABASE_T(eid)), take_key, &finding);
    return rows < 0 ? rows : !finding.found;
}

struct visit {
    chips_visitor *visit;
    void *context;
};

static void visit_chip(void *context, sqlite3_stmt *row)
{
    const struct visit *visit = context;
    struct chip chip = {0};
    take_chip(&chip, row);
    visit->visit(visit->context, &chip);
}

int chips_each(struct database *database, chips_visitor *visit, void *context)
{
    struct visit each = {visit, context};
    return database_query(database, "SELECT " COLUMNS " FROM chips ORDER BY eid", NULL, 0,
                          visit_chip, &each);
}

int chips_draw_counter(struct database *database, const struct chip *chip, uint32_t *counter)
{
    if (chip->counter >= EIM_CONFIGURATION_COUNTER_MAX)
        return 1;
    *counter = chip->counter + 1;
    return chips_set_counter(database, chip->eid, *counter);
}

int chips_set_counter(struct database *database, const char *eid, uint32_t counter)
{
    return one(database_change(database, "UPDATE chips SET counter = ? WHERE eid = ?",
                               DATABASE_VALUES(DATABASE_N(counter), DATABASE_T(eid))));
}

int chips_set_token(struct database *database, const char *eid, int64_t token)
{
    return one(database_change(database, "UPDATE chips SET token = ? WHERE eid = ?",
                               DATABASE_VALUES(DATABASE_N(token), DATABASE_T(eid))));
}

int chips_set_asked(struct database *database, const char *eid, struct bytes transaction_id)
{
    return one(database_change(database,
                               "UPDATE chips SET asked = ?, asks = asks + 1 WHERE eid = ?",
                               DATABASE_VALUES(DATABASE_B(transaction_id), DATABASE_T(eid))));
}

int chips_set_answered(struct database *database, const char *eid, struct bytes transaction_id)
{
    return one(database_change(
        database,
        "UPDATE chips SET asks = ?1 WHERE eid = ?2 AND (length(coalesce(?3, '')) = 0 OR asked = "
        "?3)",
        DATABASE_VALUES(DATABASE_N(CHIPS_ASKS_MAX), DATABASE_T(eid), DATABASE_B(transaction_id))));
}

static void take_eid(void *context, sqlite3_stmt *row)
{
    database_text(row, 0, context, CHIPS_EID_SIZE);
}

int chips_find_asked(struct database *database, struct bytes transaction_id,
                     char eid[CHIPS_EID_SIZE])
{
    if (transaction_id.len == 0)
        return 1;
    return one(database_query(database, "SELECT eid FROM chips WHERE asked = ? LIMIT 1",
                              DATABASE_VALUES(DATABASE_B(transaction_id)), take_eid, eid));
}

int chips_set_data(struct database *database, const char *eid, const struct chip_data *data)
{
    return one(database_change(
        database,
        "UPDATE chips SET eum_certificate = iif(length(?1) > 0, ?1, eum_certificate),"
        " euicc_certificate = iif(length(?2) > 0, ?2, euicc_certificate),"
        " info2 = iif(length(?3) > 0, ?3, info2),"
        " capabilities = iif(length(?4) > 0, ?4, capabilities) WHERE eid = ?5",
        DATABASE_VALUES(DATABASE_B(data->eum_certificate), DATABASE_B(data->euicc_certificate),
                        DATABASE_B(data->info2), DATABASE_B(data->capabilities), DATABASE_T(eid))));
}

static void take_blobs(void *context, sqlite3_stmt *row)
{
    struct chip_blobs *blobs = context;
    struct blob *const all[] = {&blobs->eum_certificate, &blobs->euicc_certificate, &blobs->info2,
                                &blobs->capabilities};
    for (int i = 0; i < (int)(sizeof(all) / sizeof(all[0])); i++)
        (void)blob_copy(database_bytes(row, i), all[i]);
}

int chips_get_data(struct database *database, const char *eid, struct chip_blobs *out)
{
    *out = (struct chip_blobs){0};
    return one(database_query(database,
                              "SELECT eum_certificate, euicc_certificate, info2, capabilities"
                              " FROM chips WHERE eid = ?",
                              DATABASE_VALUES(DATABASE_T(eid)), take_blobs, out));
}

void chips_finish_data(struct chip_blobs *blobs)
{
    blob_finish(&blobs->eum_certificate);
    blob_finish(&blobs->euicc_certificate);
    blob_finish(&blobs->info2);
    blob_finish(&blobs->capabilities);
}

int chips_add_state_change(struct database *database, const char *eid, int cause)
{
    return one(database_change(
        database,
        "UPDATE chips SET state_changes = json_insert(state_changes, '$[#]', ?) WHERE eid = ?",
        DATABASE_VALUES(DATABASE_N(cause), DATABASE_T(eid))));
}

static void take_blob(void *context, sqlite3_stmt *row)
{
    (void)blob_copy(database_bytes(row, 0), context);
}

int chips_get_state_changes(struct database *database, const char *eid, struct blob *out)
{
    *out = (struct blob){0};
    return one(database_query(database,
                              "SELECT CAST(state_changes AS BLOB) FROM chips WHERE eid = ?",
                              DATABASE_VALUES(DATABASE_T(eid)), take_blob, out));
}

int chips_set_state_changes(struct database *database, const char *eid, const char *json)
{
    return one(database_change(database, "UPDATE chips SET state_changes = ? WHERE eid = ?",
                               DATABASE_VALUES(DATABASE_T(json), DATABASE_T(eid))));
}
