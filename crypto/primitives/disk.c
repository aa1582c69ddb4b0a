#include "crypto/primitives/disk.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 65536

static int failure(const char *what, const char *path)
{
    trace_error("cannot %s %s: %s", what, path, strerror(errno));
    return FAILURE_INTERNAL;
}

static bool read_all(int file, uint8_t *content, size_t *len)
{
    *len = 0;
    for (;;) {
        const ssize_t got = read(file, content + *len, FILE_MAX + 1 - *len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            return true;
        *len += (size_t)got;
        if (*len > FILE_MAX) {
            errno = EFBIG;
            return false;
        }
    }
}

int disk_read(const char *path, struct bytes *out)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT || errno == ENOTDIR ? 1 : failure("read", path);
    uint8_t *content = malloc(FILE_MAX + 1);
    size_t len = 0;
    const bool ok = content != NULL && read_all(file, content, &len);
    const int result = ok ? 0 : failure("read", path);
    close(file);
    if (ok)
        *out = bytes_of(content, len);
    else
        disk_release(bytes_of(content, len));
    return result;
}

void disk_release(struct bytes content)
{
    wipe((void *)content.data, content.len);
    free((void *)content.data);
}

static bool write_all(int file, struct bytes content)
{
    while (content.len > 0) {
        const ssize_t put = write(file, content.data, content.len);
        if (put < 0 && errno != EINTR)
            return false;
        struct bytes done;
        (void)bytes_take(&content, put < 0 ? 0 : (size_t)put, &done);
    }
    return true;
}

int disk_write(const char *path, mode_t mode, struct bytes content)
{
    char aside[PATH_MAX];
    if (snprintf(aside, sizeof(aside), "%s.new", path) >= (int)sizeof(aside)) {
        errno = ENAMETOOLONG;
        return failure("write", path);
    }
    const int file = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (file < 0)
        return failure("write", aside);
    bool ok = fchmod(file, mode) == 0 && write_all(file, content);
    ok = close(file) == 0 && ok;
    if (ok && rename(aside, path) == 0)
        return 0;
    const int result = failure("write", path);
    (void)unlink(aside);
    return result;
}

int disk_make_folder(const char *path, mode_t mode)
{
    if (mkdir(path, mode) == 0 || errno == EEXIST)
        return 0;
    return failure("make", path);
}

int disk_sync(const char *directory)
{
    const int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool ok = folder >= 0 && syncfs(folder) == 0;
    const int result = ok ? 0 : failure("save", directory);
    if (folder >= 0)
        close(folder);
    return result;
}
