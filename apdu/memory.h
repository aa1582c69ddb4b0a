/* memory: what keeps keys and PINs that a program has in its memory from lying about elsewhere: in
 * core dumps, in swap space. */
#ifndef EMUICC_APDU_MEMORY_H
#define EMUICC_APDU_MEMORY_H

/* For a whole program, at its start; options_parse() does it for each. No core dump from then on,
 * and no look into the process by others of the same user; no page in swap space where the system
 * allows that without a limit (RLIMIT_MEMLOCK). What the system does not allow is no error. */
void memory_keep_private(void);

/* Returns to the system, which keeps pages that it was told to keep out of swap space, what is not
 * in use: freed memory, and what is below the caller's part of its thread's stack. */
void memory_give_back(void);

#endif
