/* group_log: the log of a loop's chips (fs/store/store_group.h), and when it is cut: when the loop
 * has had nothing to do for a moment, or when it is full. */
#ifndef EMUICC_CARD_FARM_GROUP_LOG_H
#define EMUICC_CARD_FARM_GROUP_LOG_H

#include <limits.h>

#include "card/farm/loop.h"
#include "fs/store/store_group.h"

struct group_log {
    struct loop_source source;
    struct loop *loop;
    struct store_group *group; /* NULL: not open */
    int64_t last_use, retry;   /* retry: not before, after a failure */
};

/* In the folder of the logs, by the loop's number. chips: the folder of the chips' folders,
 * borrowed. 0, or a failure after a trace line. */
int group_log_open(struct group_log *log, const char *chips, const char *logs, size_t number,
                   struct loop *loop);
/* The loop has ended, and its chips' stores are closed. */
void group_log_close(struct group_log *log);
/* After anything that may have changed a chip. */
void group_log_touch(struct group_log *log, int64_t now);

#endif
