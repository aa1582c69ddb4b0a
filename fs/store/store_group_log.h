/* store_group_log: the records of a group's log. Private to the store.
 *
 * A record is: "EGL1"; its length (4 bytes, big endian as all of them); the salt (8), the same in
 * all records since the log was cut; its number since then (8); the size of the database after it
 * (8); the length (2) and the characters of the database's path below the chips' folder; spans,
 * each its place in the database (8), its length (4) and its bytes; a check sum (8). */
#ifndef EMUICC_FS_STORE_STORE_GROUP_LOG_H
#define EMUICC_FS_STORE_STORE_GROUP_LOG_H

#include "apdu/bytes.h"

/* Records on their way to the log. Zero at first. */
struct store_group_record {
    uint8_t *data;
    size_t len, capacity;
    size_t start; /* of the one that is being made */
    bool failed;  /* memory was short: it cannot be ended */
};

void store_group_record_begin(struct store_group_record *record, uint64_t salt, uint64_t number,
                              uint64_t size, const char *name);
void store_group_record_span(struct store_group_record *record, uint64_t offset,
                             struct bytes bytes);
/* False if memory was short; then it is as before the record began. */
bool store_group_record_end(struct store_group_record *record);
/* Takes back the one that is being made. */
void store_group_record_cancel(struct store_group_record *record);
/* Wipes and forgets all of them; a large room is given back. */
void store_group_record_clear(struct store_group_record *record);
void store_group_record_finish(struct store_group_record *record);

/* A record that was read. The slices borrow. */
struct store_group_entry {
    uint64_t salt, number, size;
    struct bytes name, spans;
};
/* Takes the next whole and sound record off the front; false if there is none. */
bool store_group_entry_take(struct bytes *log, struct store_group_entry *entry);
bool store_group_span_take(struct bytes *spans, uint64_t *offset, struct bytes *bytes);

#endif
