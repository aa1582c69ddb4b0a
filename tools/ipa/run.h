/* run: the IPA as a service: it polls, waits longer after each failure, and goes to the fallback
 * profile when the network stays away. */
#ifndef EMUICC_TOOLS_IPA_RUN_H
#define EMUICC_TOOLS_IPA_RUN_H

#include <stdint.h>

#include "tools/ipa/options.h"

struct run_plan {
    unsigned every;           /* seconds between two polls */
    unsigned longest;         /* after failures, at most */
    unsigned fallback_after;  /* seconds without connectivity */
    const char *connectivity; /* a command for the shell; NULL: it is always there */
};

/* How long to wait after so many failures in a row. */
unsigned run_wait(const struct run_plan *plan, unsigned failures);

/* What the watch on the network says. */
enum run_action { RUN_NOTHING, RUN_FALL_BACK, RUN_RETURN };
struct run_watch {
    int64_t lost; /* since when there is none; 0: there is */
    bool fallen_back;
};
/* Another look at the network at this moment (seconds). */
enum run_action run_look(struct run_watch *watch, const struct run_plan *plan, bool connected,
                         int64_t now);

/* Until interrupt_seen(). False after a fault that no waiting helps. */
bool run_forever(const struct ipa_options *options, const struct run_plan *plan);
/* One poll with a card opened for it; prints its report with --json. */
bool run_once(const struct ipa_options *options);

#endif
