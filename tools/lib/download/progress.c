#include "tools/lib/download/progress.h"

#include <stdio.h>
#include <unistd.h>

#define CLEAR_LINE "\r\033[K"
#define PERCENT 100

void progress_start(struct progress *progress)
{
    *progress = (struct progress){.on = isatty(STDERR_FILENO) == 1};
}

void progress_step(struct progress *progress, const char *step)
{
    snprintf(progress->step, sizeof(progress->step), "%s", step);
    if (!progress->on)
        return;
    fprintf(stderr, CLEAR_LINE "%s ...", step);
    progress->open = true;
}

void progress_bytes(struct progress *progress, size_t done, size_t total)
{
    if (!progress->on || total == 0)
        return;
    fprintf(stderr, CLEAR_LINE "%s ... %zu of %zu bytes (%zu %%)", progress->step, done, total,
            done * PERCENT / total);
    progress->open = true;
}

void progress_end(struct progress *progress)
{
    if (progress->open)
        fputs(CLEAR_LINE, stderr);
    progress->open = false;
}
