#include "tests/support/flushes.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_uint flushes;

int fsync(int descriptor)
{
    atomic_fetch_add(&flushes, 1);
    return (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor)
{
    atomic_fetch_add(&flushes, 1);
    return (int)syscall(SYS_fdatasync, descriptor);
}

unsigned flushes_take(void)
{
    return atomic_exchange(&flushes, 0);
}
