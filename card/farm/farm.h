/* farm: very many chips in one process. Each has a seat of its own (seat.h), its EID from a range,
 * its store in STATE/chips/EID; a few loops, one a core, serve them. */
#ifndef EMUICC_CARD_FARM_FARM_H
#define EMUICC_CARD_FARM_FARM_H

#include "card/farm/door.h"
#include "card/farm/nursery.h"
#include "card/stop.h"

#define FARM_CARDS_MAX 1000000
#define FARM_LOOPS_MAX NURSERY_THREADS_MAX

struct farm_plan {
    size_t cards, loops;
    const char *state;       /* folder */
    const char *first_eid;   /* 32 digits; NULL: what is there goes on, or the EUM's range begins */
    const char *readers;     /* HOST:PORT,HOST:PORT…; NULL: none */
    const char *listen;      /* HOST:PORT */
    struct birth_plan birth; /* of each chip; its state and EID are the farm's to give */
};

struct farm; /* heap */

/* Makes the chips that are not there yet, which can be cut short and gone on with, and says how far
 * it is. 0, or a failure after a trace line; stops early, as a failure, when it is asked to. */
int farm_open(const struct farm_plan *plan, const struct stop *stop, struct farm **out);
/* Serves the chips until the stop. 0, or a failure after a trace line. */
int farm_serve(struct farm *farm);
/* Powers all chips off. NULL is fine. */
void farm_close(struct farm *farm);

/* HOST:PORT that it listens at. */
const char *farm_address(const struct farm *farm);

#endif
