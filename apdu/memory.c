#include "apdu/memory.h"

#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define PAGE_MORE 65536 /* more than a page of any machine */

/* Within a limit each allocation beyond it would fail later, so more than the limit is tried. A
 * capability that lifts it need not be one here: in a user namespace it is not. */
static bool may_lock_all(void)
{
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    (void)setrlimit(RLIMIT_MEMLOCK, &limit); /* a superuser may */
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
        return false;
    if (limit.rlim_cur == RLIM_INFINITY)
        return true;
    const size_t more = (size_t)limit.rlim_cur + PAGE_MORE;
    void *probe = mmap(NULL, more, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (probe == MAP_FAILED)
        return false;
    const bool may = mlock2(probe, more, MLOCK_ONFAULT) == 0;
    munmap(probe, more);
    return may;
}

#define LOCK_ALL (MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) /* pages in use alone */

void memory_keep_private(void)
{
    const struct rlimit none = {0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0); /* a core that is piped to a program knows no limit */
    if (may_lock_all())
        (void)mlockall(LOCK_ALL);
}

static bool is_private(void)
{
    return prctl(PR_GET_DUMPABLE) == 0;
}

#define STACK_IN_USE 8192 /* below this function's frame: what it calls, and a red zone */
#define STACK_DEEPEST (1 << 18)

/* What calls that have returned used of this thread's stack, and what they left there. */
static void give_back_stack(void)
{
    pthread_attr_t attributes;
    void *stack;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return;
    if (pthread_attr_getstack(&attributes, &stack, &size) == 0) {
        const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), lowest = (uintptr_t)stack;
        const uintptr_t end = ((uintptr_t)__builtin_frame_address(0) - STACK_IN_USE) & ~(page - 1);
        const size_t room = end > lowest ? end - lowest : 0;
        const size_t len = room < STACK_DEEPEST ? room : STACK_DEEPEST;
        (void)madvise((void *)(end - len), len, MADV_DONTNEED); /* where it has been grown to */
    }
    pthread_attr_destroy(&attributes);
}

/* A sanitizer has a heap of its own, and the C library's is not even set up there: two threads that
 * trim it at once do that twice. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_OWN_HEAP true
#elif defined(__has_feature)
#define HAS_OWN_HEAP (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define HAS_OWN_HEAP false
#endif

void memory_give_back(void)
{
    const bool locked = is_private() && may_lock_all();
    if (locked)
        (void)munlockall();
    give_back_stack();
    if (!HAS_OWN_HEAP)
        malloc_trim(0);
    if (locked)
        (void)mlockall(LOCK_ALL);
}
