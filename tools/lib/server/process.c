#include "tools/lib/server/process.h"

#include "apdu/trace.h"

#include <stdint.h>
#include <sys/resource.h>

void process_start(sigset_t *ends)
{
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(ends);
    sigaddset(ends, SIGINT);
    sigaddset(ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, ends, NULL);
}

void process_wait(const sigset_t *ends)
{
    int taken;
    sigwait(ends, &taken);
}

unsigned process_allow(const struct process_connections *plan)
{
    const rlim_t reserved = plan->reserved;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return plan->most;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= plan->most + reserved)
        return plan->most;
    const rlim_t left =
        limit.rlim_cur > reserved + plan->least ? limit.rlim_cur - reserved : plan->least;
    trace_notice("%u %s at once, not %u: only %ju files may be open; raise ulimit -Hn for more",
                 (unsigned)left, plan->whom, plan->most, (uintmax_t)limit.rlim_cur);
    return (unsigned)left;
}
