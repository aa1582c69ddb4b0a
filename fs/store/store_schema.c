/* The store's schema, and the steps that bring an older one up to date. */
#include <stdio.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/store/store.h"
#include "fs/store/store_database.h"

/* "emui": tells a store from any other SQLite database. */
#define APPLICATION_ID 0x656D7569

/* The step at index n leads from version n to version n + 1. A released step is never changed: a
 * new release appends one. Tables whose rows belong to a profile are kept in its order (WITHOUT
 * ROWID), so that a profile is read and deleted in one stretch. */
/* clang-format off */
static const char *const steps[] = {
    "CREATE TABLE value (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE profile (id INTEGER PRIMARY KEY, iccid BLOB NOT NULL, aid BLOB NOT NULL,"
    "  state INTEGER NOT NULL, size INTEGER NOT NULL, nickname BLOB NOT NULL,"
    "  header_iccid BLOB NOT NULL, major INTEGER NOT NULL, minor INTEGER NOT NULL,"
    "  type BLOB NOT NULL, file_count INTEGER NOT NULL,"
    "  configuration BLOB NOT NULL, metadata BLOB NOT NULL);"
    "CREATE TABLE file (profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,"
    "  id INTEGER NOT NULL, parent INTEGER, target INTEGER, fid INTEGER NOT NULL,"
    "  type INTEGER NOT NULL, shareable INTEGER NOT NULL, sfi INTEGER NOT NULL,"
    "  life_cycle INTEGER NOT NULL, special INTEGER NOT NULL, arr INTEGER NOT NULL,"
    "  arr_record INTEGER NOT NULL, record_len INTEGER NOT NULL, size INTEGER NOT NULL,"
    "  maximum INTEGER NOT NULL, content_len INTEGER NOT NULL, aid BLOB NOT NULL,"
    "  pins INTEGER NOT NULL, pin_status BLOB NOT NULL, proprietary BLOB NOT NULL,"
    "  content BLOB, PRIMARY KEY (profile, id)) WITHOUT ROWID;"
    "CREATE TABLE pin (profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,"
    "  position INTEGER NOT NULL, directory INTEGER NOT NULL, reference INTEGER NOT NULL,"
    "  value BLOB NOT NULL, max INTEGER NOT NULL, left INTEGER NOT NULL,"
    "  attributes INTEGER NOT NULL, puk INTEGER NOT NULL,"
    "  PRIMARY KEY (profile, position)) WITHOUT ROWID;"
    "CREATE TABLE puk (profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,"
    "  position INTEGER NOT NULL, reference INTEGER NOT NULL, value BLOB NOT NULL,"
    "  max INTEGER NOT NULL, left INTEGER NOT NULL,"
    "  PRIMARY KEY (profile, position)) WITHOUT ROWID;"
    "CREATE TABLE aka (profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,"
    "  position INTEGER NOT NULL, adf INTEGER NOT NULL, mapped INTEGER NOT NULL,"
    "  mapping_options INTEGER NOT NULL, algorithm INTEGER NOT NULL, options INTEGER NOT NULL,"
    "  key BLOB NOT NULL, opc BLOB NOT NULL, rotation BLOB NOT NULL, xoring BLOB NOT NULL,"
    "  keccak INTEGER NOT NULL, auth_counter_max BLOB NOT NULL,"
    "  has_auth_counter_max INTEGER NOT NULL, sqn_options INTEGER NOT NULL,"
    "  sqn_delta BLOB NOT NULL, sqn_age_limit BLOB NOT NULL, sqn BLOB NOT NULL,"
    "  PRIMARY KEY (profile, position)) WITHOUT ROWID;"
    "CREATE TABLE element (profile INTEGER NOT NULL REFERENCES profile ON DELETE CASCADE,"
    "  position INTEGER NOT NULL, tag INTEGER NOT NULL, directory INTEGER NOT NULL,"
    "  whole BLOB NOT NULL, PRIMARY KEY (profile, position)) WITHOUT ROWID;"
    "CREATE TABLE notification (sequence INTEGER PRIMARY KEY, operation INTEGER NOT NULL,"
    "  address BLOB NOT NULL, iccid BLOB NOT NULL, pending BLOB NOT NULL);",
    /* A trigger, as what is the chip's own belongs to no row of a profile. */
    "CREATE TABLE domain (profile INTEGER NOT NULL, kind INTEGER NOT NULL, name BLOB NOT NULL,"
    "  value BLOB NOT NULL, PRIMARY KEY (profile, kind, name)) WITHOUT ROWID;"
    "CREATE TRIGGER profile_domain AFTER DELETE ON profile BEGIN"
    "  DELETE FROM domain WHERE profile = old.id; END;",
    /* Beside `profile`, whose rows are rewritten whole when a state or a name changes. */
    ("CREATE TABLE image (profile INTEGER PRIMARY KEY REFERENCES profile ON DELETE CASCADE,"
     "  whole BLOB NOT NULL);"),
};
/* clang-format on */
#define VERSION ((int)(sizeof(steps) / sizeof(steps[0])))

static int read_number(struct store *store, const char *query, int *out)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(store->database, query, -1, &statement, NULL) != SQLITE_OK)
        return store_database_failure(store, "open");
    bool row = false;
    const int result = store_statement_step(store, statement, &row);
    if (row)
        *out = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return result;
}

static int refuse_others(struct store *store, int application, int version)
{
    int tables = 0;
    const int result = read_number(store, "SELECT count(*) FROM sqlite_master", &tables);
    if (result != 0 || (application == 0 && version == 0 && tables == 0))
        return result;
    trace_error("cannot open %s: not a store of emuicc", store->path);
    return FAILURE_INTERNAL;
}

static int refuse_newer(const struct store *store, int version)
{
    if (version <= VERSION)
        return 0;
    trace_error("cannot open %s: it was written by a newer release (store version %d, this "
                "release knows up to %d)",
                store->path, version, VERSION);
    return FAILURE_INTERNAL;
}

/* SQLite's file format: a field of the header. */
static uint32_t header_field(const uint8_t *header, size_t offset)
{
    return (uint32_t)header[offset] << 24 | (uint32_t)header[offset + 1] << 16 |
           (uint32_t)header[offset + 2] << 8 | header[offset + 3];
}

bool store_schema_is_current(struct store *store, const uint8_t *header)
{
    static const char magic[] = "SQLite format 3";
    static const uint8_t page_4096_no_log[] = {0x10, 0x00, 1, 1};
    if (memcmp(header, magic, sizeof(magic)) != 0 ||
        memcmp(header + 16, page_4096_no_log, sizeof(page_4096_no_log)) != 0 ||
        header_field(header, 60) != VERSION || header_field(header, 68) != APPLICATION_ID)
        return false;
    store->version = VERSION;
    return true;
}

int store_schema_version(struct store *store, int *version)
{
    return read_number(store, "PRAGMA user_version", version);
}

int store_schema_check(struct store *store)
{
    int application = 0;
    int result = read_number(store, "PRAGMA application_id", &application);
    if (result == 0)
        result = store_schema_version(store, &store->version);
    if (result == 0 && application != APPLICATION_ID)
        result = refuse_others(store, application, store->version);
    return result == 0 ? refuse_newer(store, store->version) : result;
}

static int run(struct store *store, const char *script)
{
    if (sqlite3_exec(store->database, script, NULL, NULL, NULL) != SQLITE_OK)
        return store_database_failure(store, "prepare");
    return 0;
}

static int migrate(struct store *store, int version)
{
    char stamp[128];
    snprintf(stamp, sizeof(stamp), "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
             APPLICATION_ID, VERSION);
    int result = run(store, "BEGIN IMMEDIATE");
    for (int i = version; i < VERSION && result == 0; i++)
        result = run(store, steps[i]);
    if (result == 0)
        result = run(store, stamp);
    return result;
}

int store_schema_prepare(struct store *store)
{
    return store->version < VERSION ? migrate(store, store->version) : 0;
}
