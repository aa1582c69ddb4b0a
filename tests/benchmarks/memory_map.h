/* memory_map: where a process's own memory (RssAnon) is. */
#ifndef EMUICC_TESTS_BENCHMARKS_MEMORY_MAP_H
#define EMUICC_TESTS_BENCHMARKS_MEMORY_MAP_H

#include <sys/types.h>

/* A table of measure.h: KiB by what is mapped there, and the share of the whole. */
void memory_map_print(pid_t process, const char *title);

#endif
