/* store_group_file: a database of a group: what of it stands in the log and not in its file yet.
 * Private to the store. */
#ifndef EMUICC_FS_STORE_STORE_GROUP_FILE_H
#define EMUICC_FS_STORE_STORE_GROUP_FILE_H

#include <sqlite3.h>
#include <sys/stat.h>

#include "fs/store/store_group_log.h"

#define STORE_GROUP_BLOCK 4096
/* SQLite's header says by this byte who may read the file, and by the one before who may write it;
 * they are the same, but in a marked file: it is behind the log, and nobody may read it. */
#define STORE_GROUP_MARK_OFFSET 19
#define STORE_GROUP_MARK 3

/* STORE_GROUP_BLOCK bytes of the file. */
struct store_group_block {
    uint64_t place;
    uint8_t *kept;  /* as the log has it; NULL: as the file */
    uint8_t *fresh; /* as it was written since; NULL: not at all */
};

struct store_group_file {
    struct store_group_file *next;
    const char *path;                 /* sqlite3_create_filename() */
    struct store_group_block *blocks; /* in order */
    size_t count, capacity;
    uint64_t size, fresh_size; /* as the log has it; as it was written */
    uint64_t disk_size;        /* of the file itself */
    sqlite3_file *disk;        /* the file itself, while it is open; borrowed */
    struct stat *as_left;      /* of a store that is closed and wants to know its file again */
    bool dirty;                /* the log has changes of it */
    bool marked;               /* the file itself says so */
};

/* Reads, zeros behind the end. SQLite's codes; SQLITE_IOERR_SHORT_READ when some are. */
int store_group_file_read(struct store_group_file *file, void *out, size_t len, uint64_t offset);
/* What is written is seen by reads, and stays aside until it is accepted or dropped. */
int store_group_file_write(struct store_group_file *file, const void *data, size_t len,
                           uint64_t offset);
void store_group_file_truncate(struct store_group_file *file, uint64_t size);
/* The difference between what is kept and what was written, as a record's spans. *any: there is
 * one. */
int store_group_file_describe(struct store_group_file *file, struct store_group_record *record,
                              bool *any);
/* What was written is kept from now on; or is forgotten. */
void store_group_file_accept(struct store_group_file *file);
void store_group_file_drop(struct store_group_file *file);
/* What is kept of one, for another that is empty. False if memory is short: then it still is. */
bool store_group_file_copy(const struct store_group_file *from, struct store_group_file *to);
/* What is kept goes into the file, unflushed. */
int store_group_file_write_out(struct store_group_file *file);
/* Forgets what is kept: it is in the file. */
void store_group_file_forget(struct store_group_file *file);
void store_group_file_destroy(struct store_group_file *file);

#endif
