#include "tools/smds/events.h"

static void take_event(sqlite3_stmt *row, struct event *out)
{
    *out = (struct event){0};
    database_text(row, 0, out->eid, sizeof(out->eid));
    database_text(row, 1, out->id, sizeof(out->id));
    database_text(row, 2, out->address, sizeof(out->address));
}

static void take_record(void *context, sqlite3_stmt *row)
{
    struct events_record *record = context;
    take_event(row, &record->event);
    database_text(row, 3, record->owner, sizeof(record->owner));
    database_text(row, 4, record->root_id, sizeof(record->root_id));
}

static int insert(struct database *database, const struct events_record *record, int64_t now)
{
    const struct event *event = &record->event;
    const int count = database_query(database, "SELECT 1 FROM events WHERE eid = ?",
                                     DATABASE_VALUES(DATABASE_T(event->eid)), NULL, NULL);
    if (count < 0 || count >= EVENTS_A_CHIP)
        return count < 0 ? count : 2;
    const int rows = database_change(
        database,
        "INSERT OR IGNORE INTO events (eid, event_id, address, owner, root_id, time)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        DATABASE_VALUES(DATABASE_T(event->eid), DATABASE_T(event->id), DATABASE_T(event->address),
                        DATABASE_T(record->owner), DATABASE_T(record->root_id), DATABASE_N(now)));
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

int events_add(struct database *database, const struct events_record *record, int64_t now)
{
    const int result = database_begin(database);
    return result != 0 ? result : database_end(database, insert(database, record, now));
}

int events_remove(struct database *database, const struct event *event, const char *owner,
                  struct events_record *gone)
{
    *gone = (struct events_record){0};
    const int rows = database_query(
        database,
        "DELETE FROM events WHERE eid = ? AND event_id = ? AND owner = ?"
        " RETURNING eid, event_id, address, owner, root_id",
        DATABASE_VALUES(DATABASE_T(event->eid), DATABASE_T(event->id), DATABASE_T(owner)),
        take_record, gone);
    return rows < 0 ? rows : rows == 0 ? 1 : 0;
}

struct list {
    struct event *events;
    size_t count;
};

static void take_next(void *context, sqlite3_stmt *row)
{
    struct list *list = context;
    if (list->count < EVENTS_A_CHIP)
        take_event(row, &list->events[list->count++]);
}

int events_list(struct database *database, const char *eid, const char *id,
                struct event out[EVENTS_A_CHIP])
{
    struct list list = {out, 0};
    const int rows =
        database_query(database,
                       "SELECT eid, event_id, address FROM events WHERE eid = ?1"
                       " AND (?2 = '' OR event_id = ?2 OR root_id = ?2) ORDER BY id LIMIT ?3",
                       DATABASE_VALUES(DATABASE_T(eid), DATABASE_T(id), DATABASE_N(EVENTS_A_CHIP)),
                       take_next, &list);
    return rows < 0 ? rows : (int)list.count;
}
