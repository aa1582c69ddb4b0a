#include "apdu/memory.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* With a limit each allocation beyond it would fail. */
static bool may_lock_all(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0)
        return false;
    if (limit.rlim_cur == RLIM_INFINITY)
        return true;
    limit.rlim_cur = limit.rlim_max = RLIM_INFINITY; /* a superuser may */
    return setrlimit(RLIMIT_MEMLOCK, &limit) == 0;
}

void memory_keep_private(void)
{
    const struct rlimit none = {0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0); /* a core that is piped to a program knows no limit */
    if (may_lock_all())
        (void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT); /* pages in use alone */
}
