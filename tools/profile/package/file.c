#include "tools/profile/package/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/common/package.h"

#define TEXT_MAX (32u << 20) /* a package's text is about nine times as long as the package */
#define PATH_SIZE 4096

static int read_existing(const char *path, size_t max, struct blob *out)
{
    const int result = blob_read_file(path, max, out);
    if (result > 0)
        trace_error("%s: there is no such file", path);
    return result == 0 ? 0 : FAILURE_INTERNAL;
}

static int read_judged(const char *path, bool (*judge)(struct bytes), struct blob *out)
{
    if (read_existing(path, PACKAGE_MAX, out) != 0)
        return FAILURE_INTERNAL;
    if (judge(blob_bytes(out)))
        return 0;
    trace_error("%s %s", path, package_problem(blob_bytes(out)));
    blob_finish(out);
    return FAILURE_INTERNAL;
}

static bool is_no_text(struct bytes file)
{
    return !package_is_text(file);
}

int file_read_package(const char *path, struct blob *out)
{
    return read_judged(path, is_no_text, out);
}

int file_read_real_package(const char *path, struct blob *out)
{
    return read_judged(path, package_begins, out);
}

int file_read_text(const char *path, struct blob *out)
{
    return read_existing(path, TEXT_MAX, out);
}

static bool write_to(FILE *file, struct bytes content)
{
    const bool written = fwrite(content.data, 1, content.len, file) == content.len;
    return fclose(file) == 0 && written;
}

int file_write(const char *path, struct bytes content)
{
    char draft[PATH_SIZE];
    if (snprintf(draft, sizeof(draft), "%s.part", path) >= (int)sizeof(draft)) {
        trace_error("%s: the name is too long", path);
        return FAILURE_INTERNAL;
    }
    FILE *file = fopen(draft, "w");
    if (file != NULL && write_to(file, content) && rename(draft, path) == 0)
        return 0;
    trace_error("cannot write %s: %s", path, strerror(errno));
    if (file != NULL)
        unlink(draft);
    return FAILURE_INTERNAL;
}
