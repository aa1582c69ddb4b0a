/* provisioning: makes the chips of a farm that do not exist yet. */
#ifndef EMUICC_CARD_FARM_PROVISIONING_H
#define EMUICC_CARD_FARM_PROVISIONING_H

#include "card/farm/slot.h"
#include "card/stop.h"

#define PROVISIONING_THREADS_MAX 256

/* Makes them on so many threads and reports progress. Chips that are made stay when it is
 * interrupted. 0, or a failure after a trace line; a stop that is asked for ends it early, as a
 * failure. */
int provisioning_run(struct slot *slots, size_t count, size_t threads, const struct stop *stop);

#endif
