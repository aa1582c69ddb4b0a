#include "fs/store/store_memory.h"

#include <malloc.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "crypto/primitives/secret.h"

#define ALIGNMENT 8 /* that SQLite relies on */

static void *take(int size)
{
    return malloc((size_t)size);
}

static void give_back(void *memory)
{
    wipe(memory, malloc_usable_size(memory));
    free(memory);
}

static int size_of(void *memory)
{
    return (int)malloc_usable_size(memory);
}

/* Not realloc(): it may leave the old bytes behind. */
static void *take_anew(void *memory, int size)
{
    void *larger = malloc((size_t)size);
    if (larger == NULL)
        return NULL;
    const int old_size = size_of(memory);
    memcpy(larger, memory, (size_t)(old_size < size ? old_size : size));
    give_back(memory);
    return larger;
}

static int round_up(int size)
{
    return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

static int start(void *context)
{
    (void)context;
    return SQLITE_OK;
}

static void stop(void *context)
{
    (void)context;
}

void store_memory_configure(void)
{
    static const sqlite3_mem_methods methods = {take,     give_back, take_anew, size_of,
                                                round_up, start,     stop,      NULL};
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
    /* No pages that a connection has for itself: they would keep what was in them. */
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}
