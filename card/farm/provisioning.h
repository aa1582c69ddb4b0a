/* provisioning: makes the chips of a farm that do not exist yet. */
#ifndef EMUICC_CARD_FARM_PROVISIONING_H
#define EMUICC_CARD_FARM_PROVISIONING_H

#include "card/farm/slot.h"
#include "card/stop.h"

#define PROVISIONING_THREADS_MAX 256

/* In the farm's folder: where a chip is that is being made. */
#define PROVISIONING_FOLDER "making"

struct provisioning_plan {
    const char *state; /* the farm's folder */
    struct slot *slots;
    size_t count;
    size_t threads;
    struct births *births; /* the farm's */
    const struct stop *stop;
};

/* Makes them and reports progress. The first of them gets its place in the chips' folder when it is
 * whole on the disk; the others, which are like it, become records (fs/births/births.h), on the
 * disk when this returns. Those that are made stay when it is interrupted. 0, or a failure after a
 * trace line; a stop that is asked for ends it early, as a failure. */
int provisioning_run(const struct provisioning_plan *plan);

#endif
