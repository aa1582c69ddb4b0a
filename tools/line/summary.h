/* summary: one line for each chip, for people or for programs. */
#ifndef EMUICC_TOOLS_LINE_SUMMARY_H
#define EMUICC_TOOLS_LINE_SUMMARY_H

#include <pthread.h>

#include "tools/line/write.h"

struct summary {
    bool json;
    pthread_mutex_t lock;
    unsigned counts[WRITE_OUTCOMES];
};

void summary_start(struct summary *summary, bool json);
/* On standard output, whole lines also where threads print at once. */
void summary_print(struct summary *summary, const struct write_report *report);
/* How many chips came to which end. */
void summary_finish(struct summary *summary);

#endif
