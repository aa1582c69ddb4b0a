/* nursery: where the chips of a farm are made that are not there yet. */
#ifndef EMUICC_CARD_FARM_NURSERY_H
#define EMUICC_CARD_FARM_NURSERY_H

#include "card/farm/seat.h"
#include "card/stop.h"

#define NURSERY_THREADS_MAX 256

/* Makes them on so many threads and says how far it is; what it has made stays when it is cut
 * short. 0, or a failure after a trace line; stops early, as a failure, when it is asked to. */
int nursery_make(struct seat *seats, size_t count, size_t threads, const struct stop *stop);

#endif
