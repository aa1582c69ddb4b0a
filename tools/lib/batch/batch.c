#include "tools/lib/batch/batch.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/common/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define COLUMNS                                                                                    \
    "id, eid, iccid, name, state, seal, transaction_id, owner, reason, reader, time, milliseconds"

/* Times are seconds since 1970. `mark` tells which root the packages were protected with, a row's
 * `seal` that it is as it was made; neither opens anything. */
static const char tables[] =
    "CREATE TABLE batch (address TEXT NOT NULL, mark BLOB NOT NULL, made INTEGER NOT NULL);"
    "CREATE TABLE rows ("
    "  id INTEGER PRIMARY KEY, eid TEXT NOT NULL UNIQUE, iccid TEXT NOT NULL UNIQUE,"
    "  name TEXT NOT NULL, metadata BLOB NOT NULL, package BLOB NOT NULL, seal BLOB NOT NULL,"
    "  state TEXT NOT NULL DEFAULT 'waiting'"
    "  CHECK (state IN ('waiting', 'claimed', 'written', 'failed')),"
    "  transaction_id BLOB, owner TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',"
    "  result BLOB, reader TEXT NOT NULL DEFAULT '', time INTEGER NOT NULL DEFAULT 0,"
    "  milliseconds INTEGER NOT NULL DEFAULT 0,"
    "  CHECK (state <> 'written' OR result IS NOT NULL));";

/* What a seal is over; the first of these left out name and address. */
enum { SEALS_OF_CONTENT = 1, SEALS_OF_ALL };
static const char seals[] = "ALTER TABLE batch ADD COLUMN seals INTEGER NOT NULL DEFAULT 1;";
static const char *const upgrades[] = {seals};

/* A batch travels: when it is closed, it is one file. */
static const struct database_schema schema = {.name = "batch",
                                              .table = "batch",
                                              .sql = tables,
                                              .upgrades = upgrades,
                                              .version = 2,
                                              .journal = "DELETE"};

struct batch {
    const char *path; /* the caller's */
    struct database *database;
    int seals;
    char address[METADATA_TEXT_ADDRESS_SIZE];
    uint8_t mark[AES_BLOCK];
    bool known; /* the two above were found in the file */
};

static const char *const state_texts[BATCH_STATES] = {"waiting", "claimed", "written", "failed"};

const char *batch_state_text(enum batch_state state)
{
    return state_texts[state];
}

/* 0 for one row changed, 1 for none. */
static int one(int rows)
{
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

static int make(const char *path, struct batch **out)
{
    struct batch *batch = calloc(1, sizeof(*batch));
    if (batch == NULL) {
        trace_error("batch: out of memory");
        return FAILURE_INTERNAL;
    }
    batch->path = path;
    const int result = database_open(path, &schema, &batch->database);
    if (result == 0)
        *out = batch;
    else
        free(batch);
    return result;
}

void batch_close(struct batch *batch)
{
    if (batch == NULL)
        return;
    database_close(batch->database);
    free(batch);
}

const char *batch_address(const struct batch *batch)
{
    return batch->address;
}

static int describe(struct batch *batch, const char *address, const struct diversify *root)
{
    snprintf(batch->address, sizeof(batch->address), "%s", address);
    if (diversify_mark(root, batch->mark) != 0)
        return FAILURE_INTERNAL;
    const int rows = database_change(
        batch->database, "INSERT INTO batch (address, mark, made, seals) VALUES (?, ?, ?, ?)",
        DATABASE_VALUES(DATABASE_T(batch->address),
                        DATABASE_B(bytes_of(batch->mark, sizeof(batch->mark))),
                        DATABASE_N(time(NULL)), DATABASE_N(SEALS_OF_ALL)));
    return rows < 0 ? rows : 0;
}

int batch_create(const char *path, const char *address, const struct diversify *root,
                 struct batch **out)
{
    struct batch *batch;
    if (access(path, F_OK) == 0) {
        trace_error("batch %s: there is such a file already, which stays; another name is needed",
                    path);
        return FAILURE_INTERNAL;
    }
    int result = make(path, &batch);
    if (result != 0)
        return result;
    result = describe(batch, address, root);
    if (result == 0)
        *out = batch;
    else
        batch_close(batch);
    return result;
}

static void take_description(void *context, sqlite3_stmt *row)
{
    struct batch *batch = context;
    database_text(row, 0, batch->address, sizeof(batch->address));
    batch->seals = sqlite3_column_int(row, 2);
    batch->known = bytes_copy_exact(database_bytes(row, 1), batch->mark, sizeof(batch->mark));
}

static int check(struct batch *batch, const struct diversify *root)
{
    uint8_t mark[AES_BLOCK];
    if (database_query(batch->database, "SELECT address, mark, seals FROM batch", NULL, 0,
                       take_description, batch) < 0)
        return FAILURE_INTERNAL;
    if (!batch->known) {
        trace_error("batch %s: it does not say what it was made with", batch->path);
        return FAILURE_INTERNAL;
    }
    if (root == NULL)
        return 0;
    if (batch->seals != SEALS_OF_ALL) {
        trace_error("batch %s: an earlier release has made it, whose seals leave the server's "
                    "address out: prepare it anew",
                    batch->path);
        return FAILURE_INTERNAL;
    }
    if (diversify_mark(root, mark) != 0)
        return FAILURE_INTERNAL;
    if (memcmp(mark, batch->mark, sizeof(mark)) == 0)
        return 0;
    trace_error("batch %s: it was made with another token, or another key of it", batch->path);
    return FAILURE_INTERNAL;
}

int batch_open(const char *path, const struct diversify *root, struct batch **out)
{
    struct batch *batch;
    if (access(path, F_OK) != 0) {
        trace_error("batch %s: there is no such file; 'emuicc-line prepare' makes one", path);
        return FAILURE_INTERNAL;
    }
    int result = make(path, &batch);
    if (result != 0)
        return result;
    result = check(batch, root);
    if (result == 0)
        *out = batch;
    else
        batch_close(batch);
    return result;
}

int batch_begin(struct batch *batch)
{
    return database_begin(batch->database);
}

int batch_end(struct batch *batch, int result)
{
    return database_end(batch->database, result);
}

/* What COLUMNS names. */
static void take_row(struct batch_row *row, sqlite3_stmt *from)
{
    char state[16];
    row->id = sqlite3_column_int64(from, 0);
    database_text(from, 1, row->eid, sizeof(row->eid));
    database_text(from, 2, row->iccid, sizeof(row->iccid));
    database_text(from, 3, row->name, sizeof(row->name));
    database_text(from, 4, state, sizeof(state));
    for (int i = 0; i < BATCH_STATES; i++)
        if (strcmp(state, state_texts[i]) == 0)
            row->state = (enum batch_state)i;
    (void)bytes_copy_exact(database_bytes(from, 5), row->seal, sizeof(row->seal));
    row->started =
        bytes_copy_exact(database_bytes(from, 6), row->transaction_id, sizeof(row->transaction_id));
    database_text(from, 7, row->owner, sizeof(row->owner));
    database_text(from, 8, row->reason, sizeof(row->reason));
    database_text(from, 9, row->reader, sizeof(row->reader));
    row->time = sqlite3_column_int64(from, 10);
    row->milliseconds = sqlite3_column_int64(from, 11);
}

void batch_finish_row(struct batch_row *row)
{
    blob_finish(&row->metadata);
    blob_finish(&row->package);
    *row = (struct batch_row){0};
}

struct search {
    struct batch_row *row;
    int result; /* of copying */
};

static void take_whole_row(void *context, sqlite3_stmt *from)
{
    struct search *search = context;
    take_row(search->row, from);
    search->result = blob_copy(database_bytes(from, 12), &search->row->metadata);
    if (search->result == 0)
        search->result = blob_copy(database_bytes(from, 13), &search->row->package);
}

/* 0, 1 if there is none, or a failure. */
static int find(struct batch *batch, const char *eid, struct batch_row *out)
{
    struct search search = {.row = out};
    *out = (struct batch_row){0};
    const int rows = database_query(batch->database,
                                    "SELECT " COLUMNS ", metadata, package FROM rows"
                                    " WHERE eid = ?",
                                    DATABASE_VALUES(DATABASE_T(eid)), take_whole_row, &search);
    if (rows > 0 && search.result == 0)
        return 0;
    batch_finish_row(out);
    return rows < 0 ? rows : search.result < 0 ? search.result : 1;
}

static int judge(const struct batch_row *row, int64_t now)
{
    if (row->state == BATCH_WRITTEN)
        return BATCH_IS_DONE;
    if (row->state == BATCH_CLAIMED && owner_lives(row->owner, row->time, now))
        return BATCH_BUSY;
    return BATCH_YOURS;
}

static int claim(struct batch *batch, const char *eid, const char *owner, struct batch_row *out)
{
    const int64_t now = time(NULL);
    const int found = find(batch, eid, out);
    if (found != 0)
        return found < 0 ? found : BATCH_NO_ROW;
    const int result = judge(out, now);
    if (result != BATCH_YOURS)
        return result;
    /* Whoever died over it has left nothing but what the chip may hold. */
    if (out->state == BATCH_CLAIMED)
        out->state = BATCH_WAITING;
    snprintf(out->owner, sizeof(out->owner), "%s", owner);
    const int rows = database_change(
        batch->database, "UPDATE rows SET state = 'claimed', owner = ?, time = ? WHERE id = ?",
        DATABASE_VALUES(DATABASE_T(owner), DATABASE_N(now), DATABASE_N(out->id)));
    return rows < 0 ? rows : BATCH_YOURS;
}

int batch_claim(struct batch *batch, const char *eid, const char *owner, struct batch_row *out)
{
    int result = database_begin(batch->database);
    if (result != 0)
        return result;
    const int claimed = claim(batch, eid, owner, out);
    result = database_end(batch->database, claimed < 0 ? claimed : 0);
    if (result != 0)
        batch_finish_row(out);
    return result != 0 ? result : claimed;
}

int batch_start(struct batch *batch, struct batch_row *row,
                const uint8_t transaction_id[BATCH_TRANSACTION_SIZE])
{
    const int result = one(database_change(
        batch->database,
        "UPDATE rows SET transaction_id = ? WHERE id = ? AND state = 'claimed' AND owner = ?",
        DATABASE_VALUES(DATABASE_B(bytes_of(transaction_id, BATCH_TRANSACTION_SIZE)),
                        DATABASE_N(row->id), DATABASE_T(row->owner))));
    if (result == 0) {
        row->started = true;
        memcpy(row->transaction_id, transaction_id, sizeof(row->transaction_id));
    }
    return result;
}

int batch_finish(struct batch *batch, const struct batch_row *row, const struct batch_end *end)
{
    return one(database_change(
        batch->database,
        "UPDATE rows SET state = ?, reason = ?, result = ?, reader = ?, time = ?,"
        " milliseconds = ?, owner = '' WHERE id = ? AND state = 'claimed' AND owner = ?",
        DATABASE_VALUES(DATABASE_T(state_texts[end->state]), DATABASE_T(end->reason),
                        DATABASE_B(end->result), DATABASE_T(end->reader), DATABASE_N(time(NULL)),
                        DATABASE_N(end->milliseconds), DATABASE_N(row->id),
                        DATABASE_T(row->owner))));
}

int batch_release(struct batch *batch, const struct batch_row *row, const char *reason)
{
    return one(database_change(
        batch->database,
        "UPDATE rows SET state = ?, reason = ?, owner = '' WHERE id = ? AND state = 'claimed'"
        " AND owner = ?",
        DATABASE_VALUES(DATABASE_T(state_texts[row->state]), DATABASE_T(reason),
                        DATABASE_N(row->id), DATABASE_T(row->owner))));
}

struct visit {
    batch_visitor *visit;
    void *context;
};

static void visit_row(void *context, sqlite3_stmt *from)
{
    const struct visit *visit = context;
    struct batch_row row = {0};
    take_row(&row, from);
    visit->visit(visit->context, &row, database_bytes(from, 12));
}

int batch_each(struct batch *batch, batch_visitor *visit, void *context)
{
    struct visit all = {visit, context};
    return database_query(batch->database, "SELECT " COLUMNS ", result FROM rows ORDER BY id", NULL,
                          0, visit_row, &all);
}

static void take_count(void *context, sqlite3_stmt *row)
{
    *(int *)context = sqlite3_column_int(row, 0);
}

int batch_open_count(struct batch *batch)
{
    int count = 0;
    const int rows = database_query(batch->database,
                                    "SELECT count(*) FROM rows WHERE state IN ('waiting',"
                                    " 'claimed')",
                                    NULL, 0, take_count, &count);
    return rows < 0 ? rows : count;
}

/* Which of the two unique columns stands in the way. */
static int conflict(struct batch *batch, const char *eid, const char *iccid)
{
    struct batch_row row;
    const int found = find(batch, eid, &row);
    if (found < 0)
        return found;
    if (found == 1)
        return BATCH_ICCID_TAKEN;
    const bool same = strcmp(row.iccid, iccid) == 0;
    batch_finish_row(&row);
    return same ? BATCH_THERE : BATCH_EID_TAKEN;
}

int batch_insert(struct batch *batch, const struct batch_row *row)
{
    const int rows = database_change(
        batch->database,
        "INSERT OR IGNORE INTO rows (eid, iccid, name, metadata, package, seal)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        DATABASE_VALUES(DATABASE_T(row->eid), DATABASE_T(row->iccid), DATABASE_T(row->name),
                        DATABASE_B(blob_bytes(&row->metadata)),
                        DATABASE_B(blob_bytes(&row->package)),
                        DATABASE_B(bytes_of(row->seal, sizeof(row->seal)))));
    if (rows != 0)
        return rows < 0 ? rows : BATCH_ADDED;
    return conflict(batch, row->eid, row->iccid);
}

int batch_remove(struct batch *batch, const char *eid)
{
    return one(database_change(batch->database,
                               "DELETE FROM rows WHERE eid = ? AND state = 'waiting'"
                               " AND transaction_id IS NULL",
                               DATABASE_VALUES(DATABASE_T(eid))));
}
