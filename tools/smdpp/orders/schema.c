#include "tools/smdpp/orders/schema.h"

#include <stddef.h>

/* Times are seconds since 1970; states those of enum order_state. */
static const char tables[] =
    "CREATE TABLE orders ("
    "  id INTEGER PRIMARY KEY, open INTEGER NOT NULL, state INTEGER NOT NULL,"
    "  iccid TEXT NOT NULL, package TEXT NOT NULL, type TEXT NOT NULL,"
    "  matching_id TEXT NOT NULL DEFAULT '', eid TEXT NOT NULL DEFAULT '',"
    "  code BLOB, code_failures INTEGER NOT NULL DEFAULT 0,"
    "  attempts INTEGER NOT NULL DEFAULT 0, expires INTEGER NOT NULL DEFAULT 0,"
    "  requester TEXT NOT NULL DEFAULT '', smds TEXT NOT NULL DEFAULT '');"
    "CREATE UNIQUE INDEX orders_open ON orders (package, eid) WHERE open;"
    "CREATE UNIQUE INDEX orders_iccid ON orders (iccid) WHERE NOT open;"
    "CREATE UNIQUE INDEX orders_matching_id ON orders (matching_id)"
    "  WHERE NOT open AND matching_id <> '';"
    "CREATE TABLE bindings ("
    "  order_id INTEGER PRIMARY KEY REFERENCES orders ON DELETE CASCADE,"
    "  curve INTEGER NOT NULL, euicc_otpk BLOB NOT NULL, smdp_otpk BLOB NOT NULL,"
    "  content BLOB NOT NULL, body BLOB NOT NULL);"
    "CREATE TABLE downloads ("
    "  transaction_id BLOB PRIMARY KEY, order_id INTEGER NOT NULL"
    "  REFERENCES orders ON DELETE CASCADE,"
    "  time INTEGER NOT NULL, eid BLOB NOT NULL, curve INTEGER NOT NULL, point BLOB NOT NULL);"
    "CREATE TABLE notifications ("
    "  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, eid TEXT NOT NULL, iccid TEXT NOT NULL,"
    "  sequence INTEGER NOT NULL, operation TEXT NOT NULL, result TEXT NOT NULL,"
    "  pending BLOB NOT NULL, UNIQUE (eid, sequence, pending));";

/* Remote profile management; states are those of enum rpm_order_state. */
static const char rpm_tables[] =
    "CREATE TABLE rpm_orders ("
    "  id INTEGER PRIMARY KEY, state INTEGER NOT NULL, eid TEXT NOT NULL,"
    "  matching_id TEXT NOT NULL, requester TEXT NOT NULL, package BLOB NOT NULL);"
    "CREATE UNIQUE INDEX rpm_orders_matching_id ON rpm_orders (matching_id)"
    "  WHERE matching_id <> '';"
    "CREATE INDEX rpm_orders_eid ON rpm_orders (eid);"
    "CREATE TABLE rpm_loads ("
    "  transaction_id BLOB PRIMARY KEY, order_id INTEGER NOT NULL"
    "  REFERENCES rpm_orders ON DELETE CASCADE,"
    "  time INTEGER NOT NULL, eid BLOB NOT NULL, curve INTEGER NOT NULL, point BLOB NOT NULL);";

/* What waits for a chip, or was sent to it, is looked for in every session. */
static const char eid_index[] = "CREATE INDEX orders_eid ON orders (eid);";

/* When a code was tried; notifications without an index that holds each of them once more. */
static const char bounds[] =
    "ALTER TABLE orders ADD COLUMN code_time INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE kept_notifications ("
    "  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, eid TEXT NOT NULL, iccid TEXT NOT NULL,"
    "  sequence INTEGER NOT NULL, operation TEXT NOT NULL, result TEXT NOT NULL,"
    "  pending BLOB NOT NULL);"
    "INSERT INTO kept_notifications SELECT id, time, eid, iccid, sequence, operation, result,"
    "  pending FROM notifications;"
    "DROP TABLE notifications;"
    "ALTER TABLE kept_notifications RENAME TO notifications;"
    "CREATE INDEX notifications_eid ON notifications (eid, sequence);"
    "CREATE INDEX downloads_order ON downloads (order_id);";

/* Under what an SM-DS knows an order. */
static const char event_ids[] = "ALTER TABLE orders ADD COLUMN event_id TEXT NOT NULL DEFAULT '';";

/* Profiles that leave for another device; states are those of enum change_state. An order that was
 * made for one of them stands beside an operator's for the same profile. */
static const char changes[] =
    "ALTER TABLE orders ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;"
    "DROP INDEX orders_iccid;"
    "CREATE UNIQUE INDEX orders_iccid ON orders (iccid) WHERE NOT open AND NOT moved;"
    "CREATE TABLE changes ("
    "  id INTEGER PRIMARY KEY, state INTEGER NOT NULL, eid TEXT NOT NULL, iccid TEXT NOT NULL,"
    "  curve INTEGER NOT NULL, point BLOB NOT NULL, time INTEGER NOT NULL,"
    "  source_id INTEGER NOT NULL, order_id INTEGER NOT NULL, other_id INTEGER NOT NULL,"
    "  target_eid TEXT NOT NULL, code BLOB, code_failures INTEGER NOT NULL DEFAULT 0,"
    "  deletes INTEGER NOT NULL, recoverable INTEGER NOT NULL, UNIQUE (eid, iccid));"
    "CREATE INDEX changes_iccid ON changes (iccid);";

/* How often an order may be tried; 0: as the server says. */
static const char limits[] = "ALTER TABLE orders ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;";

static const char *const upgrades[] = {rpm_tables, eid_index, bounds, event_ids, changes, limits};

const struct database_schema smdpp_schema = {.name = "orders",
                                             .table = "bindings",
                                             .sql = tables,
                                             .upgrades = upgrades,
                                             .version = 7,
                                             .journal = "WAL"};
