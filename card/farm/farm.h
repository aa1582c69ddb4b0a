/* farm: very many chips in one process. Each has a slot (slot.h), an EID from a range and its store
 * in STATE/chips/EID. A few event loops, one a core, serve them. */
#ifndef EMUICC_CARD_FARM_FARM_H
#define EMUICC_CARD_FARM_FARM_H

#include "card/farm/listener.h"
#include "card/farm/provisioning.h"
#include "card/stop.h"

#define FARM_CARDS_MAX 1000000
#define FARM_LOOPS_MAX PROVISIONING_THREADS_MAX

struct farm_plan {
    size_t cards, loops;
    const char *state;     /* folder */
    const char *first_eid; /* 32 digits; NULL: as the folder's chips have it, or the EUM's first */
    const char *readers;   /* HOST:PORT,HOST:PORT…; NULL: none */
    const char *listen;    /* HOST:PORT */
    const char *pcsc;      /* SOCKET,SOCKET…; NULL: none */
    struct startup_plan chip; /* of each; the farm sets its state and EID */
};

struct farm; /* heap */

/* Makes the chips that do not exist yet and reports progress; the next call continues where one was
 * interrupted. 0, or a failure after a trace line; a stop that is asked for ends it early, as a
 * failure. */
int farm_open(const struct farm_plan *plan, const struct stop *stop, struct farm **out);
/* Serves the chips until the stop. 0, or a failure after a trace line. */
int farm_serve(struct farm *farm);
/* Powers all chips off. NULL is fine. */
void farm_close(struct farm *farm);

/* The HOST:PORT that it listens on. */
const char *farm_address(const struct farm *farm);

#endif
