/* bearer: what the bearer independent protocol gives a card: connections of the terminal's, as a
 * TCP client, to servers (TS 102 223 §6.4.27 to §6.4.31, §7.5.10, §7.5.11). */
#ifndef EMUICC_TOOLS_LIB_TOOLKIT_BEARER_H
#define EMUICC_TOOLS_LIB_TOOLKIT_BEARER_H

#include <poll.h>

#include "apdu/tlv.h"

#define BEARER_CHANNELS 7

/* Where a card may go: it must not reach what it has no business with. */
enum bearer_reach {
    BEARER_NONE,     /* there are no channels */
    BEARER_LOOPBACK, /* this machine */
    BEARER_ANYWHERE,
};

struct bearer_channel {
    bool open;
    int socket;      /* -1: the link is gone */
    uint16_t size;   /* of its buffer */
    uint8_t *stored; /* heap: what is to be sent, size bytes of room */
    size_t stored_len;
    bool told;         /* the card knows of the data that wait */
    bool dropped_told; /* and that the link is gone */
};

struct bearer {
    enum bearer_reach reach;
    const char *redirect; /* HOST:PORT, borrowed: where all connections go; NULL: where it says */
    struct bearer_channel channels[BEARER_CHANNELS];
};

/* Words: none, local, any, or HOST:PORT. False if it is none of them. */
bool bearer_read(const char *text, struct bearer *out);
/* All channels end. */
void bearer_reset(struct bearer *bearer);
bool bearer_is_open(const struct bearer *bearer);

#define BEARER_OPEN 0x40 /* types of the commands */
#define BEARER_CLOSE 0x41
#define BEARER_RECEIVE 0x42
#define BEARER_SEND 0x43
#define BEARER_STATUS 0x44

/* What the card asks of a channel. */
struct bearer_command {
    uint8_t type, qualifier;
    uint8_t device;    /* 0x21 to 0x27 */
    struct bytes body; /* the COMPREHENSION-TLVs */
};
/* A result as TERMINAL RESPONSE has it (TS 102 223 §8.12). */
struct bearer_result {
    uint8_t general, additional; /* additional: where general is 3A */
};
/* Carries it out; what goes with the result is appended. */
struct bearer_result bearer_carry_out(struct bearer *bearer, const struct bearer_command *command,
                                      struct writer *more);

/* What to wait for: sockets of channels whose card has not been told. Their number. */
size_t bearer_poll(const struct bearer *bearer, struct pollfd *out);
/* The next event the card is to be told of, an ENVELOPE's value; false if there is none. */
bool bearer_next_event(struct bearer *bearer, struct writer *envelope, uint8_t *event);

#endif
