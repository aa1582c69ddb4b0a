/* output_file: a file that is written while the card runs: a trace, a capture, a transcript. It is
 * readable by its owner alone, as there may be PINs in it. When it cannot be written, that is said
 * once and the card goes on without it. */
#ifndef EMUICC_CARD_TRACE_OUTPUT_FILE_H
#define EMUICC_CARD_TRACE_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct output_file {
    FILE *stream;              /* NULL: not open */
    const char *option, *path; /* borrowed */
    bool failed;
};

/* Makes the file, or empties it; a file that exists gets mode 0600 as well. 0, or a failure after a
 * trace line. */
int output_file_open(struct output_file *file, const char *option, const char *path);
/* After a record: it is out of this process. */
void output_file_flush(struct output_file *file);
/* 0, or a failure if something was not written, which a trace line has said. Harmless when it is
 * not open. */
int output_file_close(struct output_file *file);

#endif
