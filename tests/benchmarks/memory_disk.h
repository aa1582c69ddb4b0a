/* memory_disk: an SQLite VFS whose files are memory of this process, made the one that the store
 * opens its files through. What the kernel does for a disk is not the card's CPU; and what the
 * store asks of a disk can be counted. Files stay until the program ends, so that a store can be
 * closed and opened again. */
#ifndef EMUICC_TESTS_BENCHMARKS_MEMORY_DISK_H
#define EMUICC_TESTS_BENCHMARKS_MEMORY_DISK_H

#include <stddef.h>

/* Before the first store is opened. */
void memory_disk_start(void);

struct memory_disk_use {
    size_t reads, writes, syncs; /* calls */
    size_t written;              /* bytes */
};
/* Since the last call. */
struct memory_disk_use memory_disk_use(void);

#endif
