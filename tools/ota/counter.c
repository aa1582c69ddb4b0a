#include "tools/ota/counter.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WHERE "keys"
#define COUNTER_MAX UINT64_C(0xFFFFFFFFFF)
#define COUNTER_TEXT_MAX 32

/* The counter's file, open and locked to this process; -1 after a fault. */
static int open_counter(const char *path, struct fault *fault)
{
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || lockf(file, F_LOCK, 0) != 0) {
        fault_raise(fault, WHERE, "%s: %s", path, strerror(errno));
        if (file >= 0)
            close(file);
        return -1;
    }
    return file;
}

static bool read_counter(int file, uint64_t *counter)
{
    char text[COUNTER_TEXT_MAX + 1], *end;
    const ssize_t len = pread(file, text, COUNTER_TEXT_MAX, 0);
    *counter = 0;
    if (len <= 0)
        return len == 0;
    text[len] = '\0';
    errno = 0;
    *counter = strtoull(text, &end, 10);
    return errno == 0 && end != text && (*end == '\n' || *end == '\0') && *counter < COUNTER_MAX;
}

/* In place, in one write of the same or a greater length: a cut never leaves a smaller number. */
static bool write_counter(int file, uint64_t counter)
{
    char text[COUNTER_TEXT_MAX];
    const int len = snprintf(text, sizeof(text), "%" PRIu64 "\n", counter);
    return pwrite(file, text, (size_t)len, 0) == len && fsync(file) == 0;
}

bool counter_next(const char *keys, uint64_t *counter, struct fault *fault)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s.counter", keys) >= (int)sizeof(path))
        return fault_raise(fault, WHERE, "%s: the path is too long", keys);
    const int file = open_counter(path, fault);
    if (file < 0)
        return false;
    bool good = read_counter(file, counter);
    if (!good)
        fault_raise(fault, WHERE, "%s holds no counter: one number, less than %" PRIu64, path,
                    COUNTER_MAX);
    ++*counter;
    if (good && !write_counter(file, *counter))
        good = fault_raise(fault, WHERE, "%s: %s", path, strerror(errno));
    close(file);
    return good;
}
