/* farm_peer: an LPA at a chip of a farm: what it asks goes over the farm's socket. Anything may be
 * cut off at any time; then a call says so and the peer has hung up. */
#ifndef EMUICC_TESTS_BENCHMARKS_FARM_PEER_H
#define EMUICC_TESTS_BENCHMARKS_FARM_PEER_H

#include "tests/support/farm_client.h"
#include "tests/benchmarks/server.h"

#define FARM_PEER_ANSWER_MAX 16384

struct farm_peer {
    struct vpcd_peer link;
    const char *eid;   /* borrowed */
    const char *state; /* of the farm, borrowed */
    size_t commands;   /* since farm_peer_open() */
    size_t fault_at;   /* the command that the fault strikes; 0: none */
    const char *fault; /* "cut-before-commit" */
    bool struck;       /* it was asked for */
    bool one_by_one;   /* a command waits for the answer to the one before, as over PC/SC */
    uint8_t answer[FARM_PEER_ANSWER_MAX];
};

/* Connects, waiting as long as the chip is in use or the farm is not there, and selects the ISD-R.
 */
bool farm_peer_open(struct farm_peer *peer, uint16_t port);
void farm_peer_close(struct farm_peer *peer);

/* One APDU: its status word, or -1. */
int farm_peer_transmit(struct farm_peer *peer, struct bytes command);
/* An ES10 function in blocks of 255 bytes, its whole answer, borrowed until the next call: the last
 * status word, or -1. */
int farm_peer_request(struct farm_peer *peer, struct bytes request, struct bytes *answer);
/* The same; another status word than 9000 ends the program. */
bool farm_peer_ask(struct farm_peer *peer, struct bytes request, struct bytes *answer);
enum farm_peer_end {
    FARM_PEER_DONE,
    FARM_PEER_REFUSED,
    FARM_PEER_LOST,
    FARM_PEER_BROKEN_OFF, /* by this side: the chip waits for the next part */
};
/* A download, up to so many parts of the bound package; SIZE_MAX: all of them. */
enum farm_peer_end farm_peer_install(struct farm_peer *peer, struct server *server,
                                     struct bytes package, struct bytes iccid, size_t parts);
/* A whole download that ends with success; what is refused ends the program. */
bool farm_peer_download(struct farm_peer *peer, struct server *server, struct bytes package,
                        struct bytes iccid);
/* A line to the farm's control socket in this state folder, and what it answers, JSON, as far as it
 * fits; false if it cannot be reached. */
bool farm_peer_control(const char *state, const char *request, char *answer, size_t size);
/* How many profiles are on the chip, or -1. */
int farm_peer_count(struct farm_peer *peer);

#endif
