/* flushes: how often this process has waited for the disk. SQLite calls fsync() and fdatasync() of
 * here instead of the system's. */
#ifndef EMUICC_TESTS_SUPPORT_FLUSHES_H
#define EMUICC_TESTS_SUPPORT_FLUSHES_H

/* Since the last call, or the process's begin, in all threads. */
unsigned flushes_take(void);

#endif
