#include "fs/profile/blob.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int reserve(size_t len, struct blob *out)
{
    *out = (struct blob){malloc(len > 0 ? len : 1), len};
    if (out->data != NULL)
        return 0;
    *out = (struct blob){0};
    trace_error("out of memory");
    return FAILURE_INTERNAL;
}

int blob_copy(struct bytes from, struct blob *out)
{
    const int result = reserve(from.len, out);
    if (result == 0 && from.len > 0)
        memcpy(out->data, from.data, from.len);
    return result;
}

/* Reads until the room is full or the file ends; false with errno set if reading fails. */
static bool read_all(int file, uint8_t *data, size_t room, size_t *len)
{
    *len = 0;
    while (*len < room) {
        const ssize_t count = read(file, data + *len, room - *len);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        if (count == 0)
            break;
        *len += (size_t)count;
    }
    return true;
}

static int read_open_file(const char *path, int file, size_t max, struct blob *out)
{
    struct stat about;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
        trace_error("%s: not a regular file", path);
        return FAILURE_INTERNAL;
    }
    if ((size_t)about.st_size > max) {
        trace_error("%s: has %lld bytes, at most %zu are allowed", path, (long long)about.st_size,
                    max);
        return FAILURE_INTERNAL;
    }
    if (reserve((size_t)about.st_size, out) != 0)
        return FAILURE_INTERNAL;
    if (read_all(file, out->data, out->len, &out->len))
        return 0;
    trace_error("%s: %s", path, strerror(errno));
    blob_finish(out);
    return FAILURE_INTERNAL;
}

int blob_read_file(const char *path, size_t max, struct blob *out)
{
    *out = (struct blob){0};
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG))
        return 1;
    if (file < 0) {
        trace_error("%s: %s", path, strerror(errno));
        return FAILURE_INTERNAL;
    }
    const int result = read_open_file(path, file, max, out);
    close(file);
    return result;
}

void blob_finish(struct blob *blob)
{
    if (blob->data != NULL)
        wipe(blob->data, blob->len);
    free(blob->data);
    *blob = (struct blob){0};
}
