/* door: the farm's own socket. Whoever connects says which chip he wants (apdu/direct.h) and is
 * brought to its seat; whoever does not, in good time, is sent away. */
#ifndef EMUICC_CARD_FARM_DOOR_H
#define EMUICC_CARD_FARM_DOOR_H

#include <sys/socket.h>

#include "card/farm/seat.h"

#define DOOR_DEFAULT "127.0.0.1:35970"
#define DOOR_GUESTS 256 /* that may stand in it at once; others wait outside */
#define DOOR_PATIENCE_MS 5000

struct door_guest {
    struct loop_source source; /* socket 0: nobody */
    struct door *door;
    uint8_t hello[DIRECT_LENGTH_SIZE + DIRECT_HELLO_SIZE];
    size_t len;
    bool here;
    int socket;
};

struct door {
    struct loop_source source;
    struct loop *loop;
    int listener;
    char name[64]; /* what it listens at, as a client would say it */
    struct seat *seats;
    size_t seat_count; /* in order of their EIDs */
    size_t guest_count;
    struct door_guest guests[DOOR_GUESTS];
};

/* Takes HOST:PORT, an address and a port, for itself; port 0 is any that is free. 0, or a failure
 * after a trace line. */
int door_open(struct door *door, const char *name, struct loop *loop, struct seat *seats,
              size_t seat_count);
/* From here on clients find somebody there. 0, or a failure after a trace line. */
int door_listen(struct door *door);
void door_close(struct door *door);

/* The seat of the chip with this EID, 32 characters; NULL if there is none. */
struct seat *door_find(const struct door *door, struct bytes eid);

#endif
