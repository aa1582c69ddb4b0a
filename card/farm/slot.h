/* seat: one chip's place in a farm: its name, its folder, the card while somebody needs it, and
 * whoever plays the reader: a client of the farm's own socket, or a reader of pcscd.
 *
 * All of a seat but its guest belongs to its loop. */
#ifndef EMUICC_CARD_FARM_SEAT_H
#define EMUICC_CARD_FARM_SEAT_H

#include <stdatomic.h>

#include "apdu/direct.h"
#include "card/birth.h"
#include "card/reader/link.h"
#include "card/farm/loop.h"
#include "card/farm/rota.h"

#define SEAT_STORES_A_LOOP 256 /* that may be open at once */
#define SEAT_FREE (-1)
#define SEAT_RESERVED (-2) /* by a reader */

/* The rotas of one loop: chips rest in two steps. */
struct seat_rotas {
    struct rota awake; /* what an idle chip can do without at once: its store, or the whole card */
    struct rota light; /* what it takes a moment to have again: its profile */
};
void seat_rotas_init(struct seat_rotas *rotas, struct loop *loop);

struct seat {
    struct loop_source source;
    struct rota_entry awake, light;
    atomic_int guest; /* the socket of its client, SEAT_FREE or SEAT_RESERVED */
    char eid[PKI_EID_DIGITS + 1];
    const struct birth_plan *plan; /* of all chips, their folder being `state`; borrowed */
    struct loop *loop;
    struct seat_rotas *rotas;
    struct card *card; /* NULL: not in memory */
    bool seated;       /* a guest is served */
    struct vpcd vpcd;  /* of the guest */
    struct link *link; /* of the reader; NULL: none */
};

void seat_init(struct seat *seat, struct loop *loop, struct seat_rotas *rotas,
               const struct birth_plan *plan);
/* Powers the card off and lets it go. */
void seat_finish(struct seat *seat);

/* The chip's folder. False if the path is too long. */
#define SEAT_PATH_MAX 4096
bool seat_folder(const struct seat *seat, char path[SEAT_PATH_MAX]);
/* Whether the chip has a memory yet. */
bool seat_is_made(const struct seat *seat);
/* False if it has, and was made under other issuers than the plan's; then a trace line has said so.
 * One that cannot be read is no matter of this. */
bool seat_fits(const struct seat *seat);
/* Makes the chip if it has no memory yet. 0, or a failure after a trace line. */
int seat_make(const struct seat *seat);
/* Plugs the chip into this reader, for good; before the loop starts. 0, or a failure after a trace
 * line: then the seat stays empty. */
int seat_plug_in(struct seat *seat, const struct reader *reader);

/* From any thread: gives the chip to the client on this socket, which the seat then owns and
 * answers. False if it is taken. */
bool seat_offer(struct seat *seat, int socket);

/* In the loop's thread: what the chip is asked as on an emuicc's control socket (requests.h): NULL
 * with the answer, or why there is none. */
const char *seat_ask(struct seat *seat, struct bytes line, struct writer *answer);

#endif
