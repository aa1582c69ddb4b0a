/* provisioning: makes the chips of a farm that do not exist yet. */
#ifndef EMUICC_CARD_FARM_PROVISIONING_H
#define EMUICC_CARD_FARM_PROVISIONING_H

#include "card/farm/slot.h"
#include "card/stop.h"

#define PROVISIONING_THREADS_MAX 256

/* In the farm's folder: where chips are that are being made. */
#define PROVISIONING_FOLDER "making"

/* Makes them on so many threads and reports progress. A chip has its place in the chips' folder
 * when it is whole on the disk; those that are made stay when it is interrupted. state: the farm's
 * folder. 0, or a failure after a trace line; a stop that is asked for ends it early, as a failure.
 */
int provisioning_run(const char *state, struct slot *slots, size_t count, size_t threads,
                     const struct stop *stop);

#endif
