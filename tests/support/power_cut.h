/* power_cut: what a memory_disk holds after the power, or only the process, has gone at any moment.
 * A file is what was last synced, and what has been asked of it since: writes, lengths, its
 * deletion, any of which may have reached the disk, in whole sectors or in parts of one. A sync
 * that fails has synced nothing; another change that fails has not been asked of the file. */
#ifndef EMUICC_TESTS_SUPPORT_POWER_CUT_H
#define EMUICC_TESTS_SUPPORT_POWER_CUT_H

#include "tests/support/memory_disk.h"

enum power_cut {
    POWER_CUT_KILLED, /* the process alone ends: the system still writes everything */
    POWER_CUT_CLEAN,  /* nothing that was not synced has reached the disk */
    POWER_CUT_TORN,   /* some of it has, by chance */
};

/* From here on, with memory_disk_start() before: calls `moment` before each change that the disk is
 * asked for. NULL: nobody is called. */
typedef void power_cut_moment(void *context);
void power_cut_start(power_cut_moment *moment, void *context);

/* Changes that are not synced at this moment, and how often the disk has been synced so far. */
size_t power_cut_unsynced(void);
size_t power_cut_syncs(void);

/* The disk is what such a cut leaves of it, and is watched no more. For a process that was forked
 * for that. The seed decides what chance does. */
void power_cut_settle(enum power_cut kind, uint64_t seed);

#endif
