#include "tools/eim/schema.h"

#include <stddef.h>

/* Times are seconds since 1970, states those of enum order_state, facilities those of enum
 * order_facility. An order's package is what was signed for it, kept until its result is there: an
 * IPA that asks again gets the same bytes, so that no counter is signed twice. A download is one
 * that goes through this eIM, by the SM-DP+'s transaction id. */
static const char tables[] =
    "CREATE TABLE chips ("
    "  eid TEXT PRIMARY KEY, counter INTEGER NOT NULL, token INTEGER NOT NULL,"
    "  eum_certificate BLOB, euicc_certificate BLOB, info2 BLOB, capabilities BLOB,"
    "  state_changes TEXT NOT NULL DEFAULT '[]', asked BLOB);"
    "CREATE INDEX chips_asked ON chips (asked);"
    "CREATE TABLE orders ("
    "  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, eid TEXT NOT NULL REFERENCES chips,"
    "  facility INTEGER NOT NULL, content TEXT NOT NULL, state INTEGER NOT NULL,"
    "  time INTEGER NOT NULL, outcome TEXT NOT NULL DEFAULT '[]',"
    "  last_message BLOB, package BLOB, counter INTEGER NOT NULL DEFAULT 0,"
    "  transaction_id BLOB, sent INTEGER NOT NULL DEFAULT 0, jumps INTEGER NOT NULL DEFAULT 0,"
    "  lost INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX orders_eid ON orders (eid, state);"
    "CREATE INDEX orders_transaction ON orders (transaction_id);"
    "CREATE TABLE results ("
    "  eid TEXT NOT NULL REFERENCES chips, sequence INTEGER NOT NULL, time INTEGER NOT NULL,"
    "  result BLOB NOT NULL, PRIMARY KEY (eid, sequence, result)) WITHOUT ROWID;"
    "CREATE TABLE downloads ("
    "  transaction_id BLOB PRIMARY KEY, eid TEXT NOT NULL DEFAULT '', order_id INTEGER NOT NULL,"
    "  time INTEGER NOT NULL, address TEXT NOT NULL, oid BLOB, iccid BLOB);"
    "CREATE TABLE notifications ("
    "  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, address TEXT NOT NULL,"
    "  pending BLOB NOT NULL, tries INTEGER NOT NULL DEFAULT 0, UNIQUE (address, pending));";

/* How often a chip was asked for its certificates (chips.h). */
static const char asks[] = "ALTER TABLE chips ADD COLUMN asks INTEGER NOT NULL DEFAULT 0;";

/* Transactions of orders that are not at work are never looked for. */
static const char transactions[] =
    "DROP INDEX orders_transaction;"
    "CREATE INDEX orders_transaction ON orders (transaction_id) WHERE state = 1;";

/* What a server has said no with, in words. */
static const char refusals[] = "ALTER TABLE orders ADD COLUMN refusal TEXT NOT NULL DEFAULT '';";

static const char *const upgrades[] = {asks, transactions, refusals};

const struct database_schema eim_schema = {.name = "eIM's store",
                                           .table = "chips",
                                           .sql = tables,
                                           .upgrades = upgrades,
                                           .version = 4,
                                           .journal = "WAL"};
