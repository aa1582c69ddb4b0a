/* memory_disk: an SQLite VFS whose files are memory of this process, made the one that the store
 * opens its files through. What the kernel does for a disk is not the card's CPU; what the store
 * asks of a disk can be counted; and somebody may watch it. Files stay until the program ends, so
 * that a store can be closed and opened again. */
#ifndef EMUICC_TESTS_SUPPORT_MEMORY_DISK_H
#define EMUICC_TESTS_SUPPORT_MEMORY_DISK_H

#include "apdu/bytes.h"

#define MEMORY_DISK_FILES_MAX 16

/* Before the first store is opened. */
void memory_disk_start(void);

struct memory_disk_use {
    size_t reads, writes, syncs; /* calls */
    size_t written;              /* bytes */
};
/* Since the last call. */
struct memory_disk_use memory_disk_use(void);

enum memory_disk_change {
    MEMORY_DISK_WRITE,
    MEMORY_DISK_TRUNCATE,
    MEMORY_DISK_SYNC,
    MEMORY_DISK_DELETE,
};

/* What is about to happen to a file. */
struct memory_disk_event {
    enum memory_disk_change change;
    size_t file;        /* its place on the disk, below MEMORY_DISK_FILES_MAX */
    size_t offset;      /* of a write; a truncated file's new length */
    struct bytes bytes; /* of a write */
    bool fails;         /* the disk will refuse it */
};
typedef void memory_disk_watcher(void *context, const struct memory_disk_event *event);
/* Is told of every change before it is made. NULL: nobody is. */
void memory_disk_watch(memory_disk_watcher *watcher, void *context);

/* The change after so many that are made fails, once, as a disk does that has no room or is broken;
 * SIZE_MAX: none. */
void memory_disk_fail_after(size_t changes);
/* The same, and every change after it, until this is called again. */
void memory_disk_break_after(size_t changes);
/* Whether one has failed, since it was asked for. */
bool memory_disk_has_failed(void);

/* The place of the file with this path, which there may be none of yet; MEMORY_DISK_FILES_MAX: the
 * disk is full. */
size_t memory_disk_place(const char *path);
/* A file by its place: data is NULL while there is none. */
struct bytes memory_disk_content(size_t file);
/* Puts this there instead, or takes the file away when data is NULL. False if memory is short. */
bool memory_disk_replace(size_t file, struct bytes content);

#endif
