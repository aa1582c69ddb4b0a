#include "tools/smds/schema.h"

#include <stddef.h>

/* Times are seconds since 1970. */
static const char tables[] =
    "CREATE TABLE events ("
    "  id INTEGER PRIMARY KEY, eid TEXT NOT NULL, event_id TEXT NOT NULL,"
    "  address TEXT NOT NULL, owner TEXT NOT NULL, root_id TEXT NOT NULL DEFAULT '',"
    "  time INTEGER NOT NULL, UNIQUE (eid, event_id));";

const struct database_schema smds_schema = {
    .name = "events", .sql = tables, .version = 1, .journal = "WAL"};
