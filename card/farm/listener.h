/* listener: the farm's sockets, over TCP and in its state. A client says in a hello (apdu/direct.h)
 * which chip it wants and is handed over to that chip's slot. A client that sends no hello in time
 * is disconnected. */
#ifndef EMUICC_CARD_FARM_LISTENER_H
#define EMUICC_CARD_FARM_LISTENER_H

#include <sys/socket.h>

#include "card/control/local_socket.h"
#include "card/farm/slot.h"

#define LISTENER_DEFAULT "127.0.0.1:35970"
/* Connections without a whole hello; one more takes the place of the oldest. */
#define LISTENER_PENDING_MAX 256
#define LISTENER_SOURCES (LISTENER_PENDING_MAX + 2) /* of its loop */
#define LISTENER_HELLO_TIMEOUT_MS 5000

/* A connection whose hello is not complete. */
struct listener_pending {
    struct loop_source source;
    struct listener *listener;
    uint8_t hello[DIRECT_LENGTH_SIZE + DIRECT_HELLO_SIZE];
    size_t len;
    bool used;
    uint64_t number; /* the connection's, counted from the farm's start */
    int socket;
};

/* A socket on which clients come. */
struct listener_socket {
    struct loop_source source;
    struct listener *listener;
    int socket; /* -1: none */
};

struct listener {
    struct listener_socket network, own; /* own: of the farm's owner */
    struct local_socket local;
    struct loop *loop;
    char name[64]; /* the address on the network, as a client would write it */
    struct slot *slots;
    size_t slot_count; /* in order of their EIDs */
    uint64_t accepted; /* connections so far */
    struct listener_pending pending[LISTENER_PENDING_MAX];
};

/* Binds HOST:PORT, an address and a port; port 0 is any free one. Clients are refused until
 * listener_listen(). 0, or a failure after a trace line. */
int listener_open(struct listener *listener, const char *name, struct loop *loop,
                  struct slot *slots, size_t slot_count);
/* From here on clients are accepted, also at DIRECT_SOCKET in the farm's state, which is the
 * caller's; if that cannot be made a trace line says so, and there is none. 0, or a failure after a
 * trace line. */
int listener_listen(struct listener *listener, const char *state);
void listener_close(struct listener *listener);

/* The slot of the chip with this EID, 32 characters; NULL if there is none. */
struct slot *listener_find(const struct listener *listener, struct bytes eid);

#endif
