#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "apdu/memory.h"

/* A number of /proc/self/status. */
static long status_of(const char *name)
{
    char line[256];
    long value = -1;
    FILE *file = fopen("/proc/self/status", "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name), NULL, 10);
    fclose(file);
    return value;
}

Test(memory, no_core_dump)
{
    struct rlimit limit;
    memory_keep_private();
    cr_assert_eq(getrlimit(RLIMIT_CORE, &limit), 0);
    cr_expect(limit.rlim_cur == 0 && limit.rlim_max == 0);
    cr_expect_eq(prctl(PR_GET_DUMPABLE), 0);
}

/* Whether the system lets this process lock more than its limit says. */
static bool is_without_limit(void)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
    if (limit.rlim_cur == RLIM_INFINITY)
        return true;
    const size_t size = (size_t)limit.rlim_cur + (1 << 20);
    void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const bool locked = room != MAP_FAILED && mlock(room, size) == 0;
    if (room != MAP_FAILED)
        munmap(room, size);
    return locked;
}

Test(memory, no_page_in_swap_space_where_the_system_allows_it)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    cr_skip_test("a sanitizer locks nothing");
#endif
    const bool allowed = is_without_limit();
    memory_keep_private();
    char *page = malloc(1 << 20);
    cr_assert_not_null(page);
    memset(page, 1, 1 << 20);
    if (allowed)
        cr_expect_gt(status_of("VmLck:"), 1 << 10, "in kilobytes");
    else
        cr_expect_eq(status_of("VmLck:"), 0);
    free(page);
}

/* Blocks that lie between others are freed: the pages between go back, whether locked or not. */
Test(memory, freed_memory_goes_back_to_the_system)
{
    enum { BLOCKS = 4096, SIZE = 8192 };
    static char *blocks[BLOCKS];
    memory_keep_private();
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(SIZE);
        cr_assert_not_null(blocks[i]);
        memset(blocks[i], 1, SIZE);
    }
    const long full = status_of("RssAnon:"), locked = status_of("VmLck:");
    for (size_t i = 0; i + 1 < BLOCKS; i++)
        free(blocks[i]);
    memory_give_back();
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    cr_expect_lt(status_of("RssAnon:"), full - BLOCKS * SIZE / 1024 / 2);
#endif
    cr_expect_eq(status_of("VmLck:") > 0, locked > 0);
    free(blocks[BLOCKS - 1]);
    (void)full;
}

#define DEEP (96 << 10)

/* The lowest byte of what it has written in the stack. */
static void __attribute__((noinline)) go_deep(uintptr_t *lowest)
{
    volatile uint8_t room[DEEP];
    for (size_t i = 0; i < sizeof(room); i++)
        room[i] = 0x5A;
    *lowest = (uintptr_t)room;
}

/* Pages of the stack that lie between two addresses and are in memory. */
static size_t pages_in_memory(uintptr_t begin, uintptr_t end)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    unsigned char there[DEEP >> 12];
    const size_t count = (end - begin) / page;
    size_t found = 0;
    cr_assert_leq(count, sizeof(there));
    cr_assert_eq(mincore((void *)((begin + page - 1) & ~(page - 1)), count * page, there), 0);
    for (size_t i = 0; i < count; i++)
        found += there[i] & 1;
    return found;
}

/* And what its callers have there is as it was. */
Test(memory, unused_stack_goes_back_to_the_system)
{
    uint8_t own[3 * 4096];
    memory_keep_private();
    memset(own, 0xA5, sizeof(own));
    uintptr_t deepest;
    go_deep(&deepest);
    const uintptr_t half = deepest + DEEP / 2;
    cr_expect_gt(pages_in_memory(deepest, half), 8);
    memory_give_back();
    cr_expect_eq(pages_in_memory(deepest, half), 0);
    for (size_t i = 0; i < sizeof(own); i++)
        cr_assert_eq(own[i], 0xA5);
}

/* More than the limit of a user who may lock little. */
Test(memory, a_limit_is_no_error)
{
    const struct rlimit little = {.rlim_cur = 1 << 16, .rlim_max = 1 << 16};
    cr_assert_eq(setrlimit(RLIMIT_MEMLOCK, &little), 0);
    cr_assert(getuid() != 0 || setresuid(65534, 65534, 65534) == 0);
    memory_keep_private();
    char *more = malloc(1 << 24);
    cr_assert_not_null(more);
    memset(more, 1, 1 << 24);
    cr_expect_eq(more[1 << 20], 1);
    free(more);
}
