/* store_group_inside: what the sources of a group share. Private to the store. */
#ifndef EMUICC_FS_STORE_STORE_GROUP_INSIDE_H
#define EMUICC_FS_STORE_STORE_GROUP_INSIDE_H

#include <stdbool.h>

#include "fs/profile/blob.h"
#include "fs/store/store_group_file.h"

#define STORE_GROUP_BUCKETS 1024

struct store;
struct store_connection;

struct store_group {
    sqlite3_vfs vfs;      /* through which its stores are opened */
    char name[48];        /* of that */
    sqlite3_vfs *inner;   /* through which the files are */
    const char *folder;   /* of the chips' folders; borrowed */
    int folder_fd;        /* open from the start, so that no failure to write goes unseen */
    const char *log_path; /* NULL: no log; sqlite3_create_filename() */
    sqlite3_file *log;
    uint64_t log_len; /* as far as it is sound */
    uint64_t salt, number;
    bool torn;  /* there is something behind that which nobody may find */
    bool read;  /* all that was found in it is in the files' blocks: it may be cut */
    bool purge; /* something was deleted that must leave the log */
    bool later; /* what is committed now is flushed with what follows */
    struct store_group_record pending; /* not in the log yet */
    struct store_group_file
        *schema; /* without a log: as a file is after its first commit, or NULL */
    struct store_connection *spares; /* that no store uses */
    size_t spare_count;
    size_t rest_len;       /* bytes of all profiles at rest, and of: */
    struct blob rest_base; /* the files of one, from which others' differ in little; or empty */
    char *rest_path;       /* of the store that has that one; heap */
    size_t rest_based;     /* how many profiles at rest say what differs from it, and they: */
    struct store_rest *rests;
    struct store_group_file *buckets[STORE_GROUP_BUCKETS];
};

/* A line that says what was not done with the log, and errno's text: FAILURE_MEMORY. */
int store_group_fail(const struct store_group *group, const char *doing);
/* An empty log, with a salt that no record has yet. */
void store_group_begin_anew(struct store_group *group);

/* Fills in the VFS and registers it. 0 or a failure. */
int store_group_vfs_start(struct store_group *group);
void store_group_vfs_end(struct store_group *group);

/* SQLite's connections of a group move from one chip's file to the next with their statements and
 * their schema, which are dear to make. One is opened by this name, with no file. */
#define STORE_GROUP_MOVABLE "movable"
/* Gives it this file, the first `len` bytes of which are read to *header; and takes it away, when
 * all that was written to it is committed. SQLite's codes. */
int store_group_attach(sqlite3 *database, const char *path, uint8_t *header, int len);
void store_group_detach(sqlite3 *database);
/* Opens the store by a connection that moves, if its file is one that any of them can serve as it
 * is: this release's, whole, with SQLite's tables where that connection has them. False: it is to
 * be opened by itself, and whatever is wrong shows there. */
bool store_group_spare_take(struct store *store);
/* The store's connection is for others now; false if it cannot be. */
bool store_group_spare_give(struct store *store);
void store_group_spare_destroy(struct store_connection *connection);
void store_group_spare_close(struct store_group *group); /* all of them */

/* The file of this path, which the group knows from now on; NULL: no memory. */
struct store_group_file *store_group_find_or_add(struct store_group *group, const char *path);
/* Forgets it, unless it is still needed. */
void store_group_let_go(struct store_group *group, struct store_group_file *file);
/* Opens the file itself into its room, which is of inner->szOsFile bytes; and closes it. SQLite's
 * codes. */
int store_group_open_disk(struct store_group *group, struct store_group_file *file,
                          sqlite3_file *room);
void store_group_close_disk(struct store_group_file *file);
/* One that is empty begins with the schema, if there is no log. */
void store_group_begin_file(struct store_group *group, struct store_group_file *file);
/* What was written to it since the last time is durable when this succeeds. SQLITE_IOERR_WRITE: it
 * certainly is not. */
int store_group_commit(struct store_group *group, struct store_group_file *file);
/* The same for the file of this path, what was committed later being in it. */
int store_group_settle(struct store_group *group, const char *path);
/* What a failure left behind the log's end is removed. */
int store_group_mend(struct store_group *group);
/* What stands in the log goes into the files, and it is cut. 0, or a failure after a trace line. */
int store_group_read_log(struct store_group *group);
/* Whether the directory is that of a chip in a farm's folder where a log is left. */
bool store_group_left_behind(const char *directory);
/* What errno says of a path is that nothing is there. */
bool store_group_is_gone(void);
/* Whether the file is behind a log. */
bool store_group_is_marked(const char *path);

/* A store that is closed: its file's marks are kept up to date at *as_left until NULL takes its
 * place. */
void store_group_note(struct store_group *group, const char *path, struct stat *as_left);

#endif
