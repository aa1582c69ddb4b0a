#include "tools/smds/schema.h"

#include <stddef.h>

/* Times are seconds since 1970. */
static const char tables[] =
    "CREATE TABLE events ("
    "  id INTEGER PRIMARY KEY, eid TEXT NOT NULL, event_id TEXT NOT NULL,"
    "  address TEXT NOT NULL, owner TEXT NOT NULL, root_id TEXT NOT NULL DEFAULT '',"
    "  time INTEGER NOT NULL, UNIQUE (eid, event_id));";

static const char *const upgrades[] = {
    "CREATE TABLE checks (eid TEXT PRIMARY KEY, ec_id BLOB NOT NULL UNIQUE, expires INTEGER NOT "
    "NULL);"
    "CREATE TABLE pushes (eid TEXT PRIMARY KEY, service TEXT NOT NULL, token BLOB NOT NULL,"
    "  expires INTEGER NOT NULL);",
};

const struct database_schema smds_schema = {.name = "events",
                                            .table = "events",
                                            .sql = tables,
                                            .upgrades = upgrades,
                                            .version = 2,
                                            .journal = "WAL"};
