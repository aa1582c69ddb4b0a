#include "card/trace/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/status.h"
#include "apdu/trace.h"

#define FILE_MODE 0600

/* Only a file of this user's own can be made private: a pipe or a terminal stays as it is. */
static bool prepare(int descriptor)
{
    struct stat about;
    if (fstat(descriptor, &about) != 0)
        return false;
    if (!S_ISREG(about.st_mode))
        return true;
    return (about.st_mode & 0777) == FILE_MODE || fchmod(descriptor, FILE_MODE) == 0
               ? ftruncate(descriptor, 0) == 0
               : false;
}

int output_file_open(struct output_file *file, const char *option, const char *path)
{
    const int descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, FILE_MODE);
    *file = (struct output_file){.option = option, .path = path};
    if (descriptor >= 0 && prepare(descriptor))
        file->stream = fdopen(descriptor, "w");
    if (file->stream != NULL)
        return 0;
    trace_error("%s %s: %s", option, path, strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    return FAILURE_INTERNAL;
}

static void fail(struct output_file *file)
{
    const int why = errno;
    if (file->failed)
        return;
    file->failed = true; /* first: the trace may be this file */
    trace_error("%s %s: %s; it is not complete from here on", file->option, file->path,
                strerror(why));
}

void output_file_flush(struct output_file *file)
{
    if (fflush(file->stream) != 0 || ferror(file->stream))
        fail(file);
}

int output_file_close(struct output_file *file)
{
    if (file->stream == NULL)
        return 0;
    output_file_flush(file);
    if (fclose(file->stream) != 0)
        fail(file);
    file->stream = NULL;
    return file->failed ? FAILURE_INTERNAL : 0;
}
