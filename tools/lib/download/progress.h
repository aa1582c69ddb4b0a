/* progress: what is going on, on standard error while it is a terminal. */
#ifndef EMUICC_TOOLS_LIB_DOWNLOAD_PROGRESS_H
#define EMUICC_TOOLS_LIB_DOWNLOAD_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    bool on;
    bool open; /* a line has been begun that the next one replaces */
    char step[64];
};

void progress_start(struct progress *progress);
/* A step begins: "installing". */
void progress_step(struct progress *progress, const char *step);
/* How far the step is. */
void progress_bytes(struct progress *progress, size_t done, size_t total);
/* Takes the line back: something is about to be printed, or all is done. */
void progress_end(struct progress *progress);

#endif
