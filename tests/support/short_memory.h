/* short_memory: memory that is short, once, at the allocation after so many. The project's own, and
 * OpenSSL's and SQLite's, which it takes for them. For programs that are linked with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup. */
#ifndef EMUICC_TESTS_SUPPORT_SHORT_MEMORY_H
#define EMUICC_TESTS_SUPPORT_SHORT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

void short_memory_after(size_t allocations); /* SIZE_MAX: not at all */
/* Whether it was, since it was asked for. */
bool short_memory_was_short(void);

#endif
