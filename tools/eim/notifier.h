/* notifier: hands notifications on to the SM-DP+s that they are for (SGP.22 §5.6.4), in a thread of
 * its own, until each has been taken. What waits is in the eIM's store. */
#ifndef EMUICC_TOOLS_EIM_NOTIFIER_H
#define EMUICC_TOOLS_EIM_NOTIFIER_H

#include "apdu/options.h"
#include "tools/lib/common/database.h"

struct notifier;

struct notifier_plan {
    struct database *database;
    const char *ca; /* as ca_read() takes it */
    const struct options_list *connect_to;
    const char *id; /* the eIM's */
};

/* Keeps one; the same one again is kept once. 0 or a failure. */
int notifier_keep(struct database *database, const char *address, struct bytes pending,
                  int64_t now);

/* The plan's members are borrowed. 0 or a failure. */
int notifier_start(const struct notifier_plan *plan, struct notifier **out);
/* There may be something to hand on. NULL is fine. */
void notifier_wake(struct notifier *notifier);
void notifier_stop(struct notifier *notifier); /* NULL is fine */

#endif
