/* workers: requests that wait for another server run in threads of their own, so that those who ask
 * for something at hand do not wait with them. */
#ifndef EMUICC_TOOLS_LIB_SERVER_WORKERS_H
#define EMUICC_TOOLS_LIB_SERVER_WORKERS_H

#include <stdbool.h>

#include "tools/lib/server/group.h"

struct workers;

struct workers_plan {
    void (*run)(void *context, struct group_member *member); /* the member is its own afterwards */
    void *context;
    unsigned most; /* threads; they are started when they are needed */
};

int workers_start(const struct workers_plan *plan, struct workers **out);
/* Runs the member now, or when a thread has nothing else to do. False where the workers are at
 * their end, or no thread can be had: the member was not taken. */
bool workers_add(struct workers *workers, struct group_member *member);
/* Those that wait are done, then no more are taken. NULL is fine. */
void workers_stop(struct workers *workers);
void workers_destroy(struct workers *workers); /* NULL is fine */

#endif
