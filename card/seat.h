/* seat: one chip's place in a farm: its name, its folder, the card while somebody needs it, and
 * whoever plays the reader: a client of the farm's own socket, or a reader of pcscd.
 *
 * All of a seat but its guest belongs to its loop. */
#ifndef EMUICC_CARD_SEAT_H
#define EMUICC_CARD_SEAT_H

#include <stdatomic.h>

#include "apdu/direct.h"
#include "card/birth.h"
#include "card/link.h"
#include "card/loop.h"
#include "card/rota.h"

#define SEAT_FREE (-1)
#define SEAT_RESERVED (-2) /* by a reader */

struct seat {
    struct loop_source source;
    struct rota_entry entry;
    atomic_int guest; /* the socket of its client, SEAT_FREE or SEAT_RESERVED */
    char eid[PKI_EID_DIGITS + 1];
    const struct birth_plan *plan; /* of all chips, their folder being `state`; borrowed */
    struct loop *loop;
    struct rota *rota;
    struct card *card; /* NULL: not in memory */
    bool seated;       /* a guest is served */
    struct vpcd vpcd;  /* of the guest */
    struct link *link; /* of the reader; NULL: none */
};

void seat_init(struct seat *seat, struct loop *loop, struct rota *rota,
               const struct birth_plan *plan);
/* Powers the card off and lets it go. */
void seat_finish(struct seat *seat);

/* The chip's folder. False if the path is too long. */
#define SEAT_PATH_MAX 4096
bool seat_folder(const struct seat *seat, char path[SEAT_PATH_MAX]);
/* Makes the chip if it has no memory yet. 0, or a failure after a trace line. */
int seat_make(const struct seat *seat);
/* Plugs the chip into this reader, for good; before the loop starts. 0, or a failure after a trace
 * line: then the seat stays empty. */
int seat_plug_in(struct seat *seat, const struct reader *reader);

/* From any thread: gives the chip to the client on this socket, which the seat then owns and
 * answers. False if it is taken. */
bool seat_offer(struct seat *seat, int socket);

#endif
