#include "tools/smds/registrations.h"

#include "apdu/status.h"

struct check {
    uint8_t id[REGISTRATIONS_EC_ID_SIZE];
    int64_t expires;
    bool pending;
};

static void take_check(void *context, sqlite3_stmt *row)
{
    struct check *check = context;
    (void)bytes_copy_exact(database_bytes(row, 0), check->id, sizeof(check->id));
    check->expires = sqlite3_column_int64(row, 1);
    check->pending = sqlite3_column_int(row, 2) != 0;
}

static int keep_ec_id(struct smds *smds, const char *eid, int64_t now,
                      uint8_t out[REGISTRATIONS_EC_ID_SIZE])
{
    struct check check = {0};
    const int found =
        database_query(smds->database, "SELECT ec_id, expires, 0 FROM checks WHERE eid = ?",
                       DATABASE_VALUES(DATABASE_T(eid)), take_check, &check);
    if (found < 0)
        return found;
    if (found == 0 || check.expires < now)
        if (random_fill(&smds->random, check.id, sizeof(check.id)) != 0)
            return FAILURE_INTERNAL;
    memcpy(out, check.id, sizeof(check.id));
    const int changed = database_change(
        smds->database, "INSERT OR REPLACE INTO checks (eid, ec_id, expires) VALUES (?, ?, ?)",
        DATABASE_VALUES(DATABASE_T(eid), DATABASE_B(bytes_of(check.id, sizeof(check.id))),
                        DATABASE_N(now + REGISTRATIONS_SECONDS)));
    return changed < 0 ? changed : 0;
}

int registrations_ec_id(struct smds *smds, const char *eid, int64_t now,
                        uint8_t out[REGISTRATIONS_EC_ID_SIZE])
{
    const int result = database_begin(smds->database);
    return result != 0 ? result : database_end(smds->database, keep_ec_id(smds, eid, now, out));
}

int registrations_check(struct database *database, struct bytes ec_id, int64_t now, bool *pending)
{
    struct check check = {0};
    const int found = database_query(
        database,
        "SELECT ec_id, expires, EXISTS (SELECT 1 FROM events WHERE events.eid = checks.eid)"
        " FROM checks WHERE ec_id = ?",
        DATABASE_VALUES(DATABASE_B(ec_id)), take_check, &check);
    if (found <= 0)
        return found < 0 ? found : 1;
    *pending = check.pending;
    return check.expires < now ? 2 : 0;
}

int registrations_push(struct database *database, const char *eid, const char *service,
                       struct bytes token, int64_t now)
{
    const int changed = database_change(
        database,
        "INSERT OR REPLACE INTO pushes (eid, service, token, expires) VALUES (?, ?, ?, ?)",
        DATABASE_VALUES(DATABASE_T(eid), DATABASE_T(service), DATABASE_B(token),
                        DATABASE_N(now + REGISTRATIONS_SECONDS)));
    return changed < 0 ? changed : 0;
}

static void take_service(void *context, sqlite3_stmt *row)
{
    database_text(row, 0, context, REGISTRATIONS_SERVICE_SIZE);
}

int registrations_find_push(struct database *database, const char *eid, int64_t now,
                            char service[REGISTRATIONS_SERVICE_SIZE])
{
    const int found =
        database_query(database, "SELECT service FROM pushes WHERE eid = ? AND expires >= ?",
                       DATABASE_VALUES(DATABASE_T(eid), DATABASE_N(now)), take_service, service);
    return found < 0 ? found : found == 0 ? 1 : 0;
}
