/* bip: the bearer independent protocol as a card uses it (TS 102 223 §6.4.27 to §6.4.31): one
 * channel of the terminal's to a server, by proactive commands, one at a time, and the two events
 * that tell of it. What comes of them is an event for whoever uses the channel. */
#ifndef EMUICC_FS_SCP81_BIP_H
#define EMUICC_FS_SCP81_BIP_H

#include "apdu/tlv.h"
#include "fs/toolkit/proactive.h"

#define BIP_SEND_MAX 230    /* bytes of one SEND DATA */
#define BIP_RECEIVE_MAX 237 /* bytes that one RECEIVE DATA can bring */

struct bip {
    struct proactive *proactive; /* borrowed */
    uint8_t channel;             /* 1 to 7; 0: none is open */
    bool busy;                   /* a command waits for its answer */
    uint16_t buffer, stored;     /* bytes that the terminal can store, and those that it has */
    uint16_t available;          /* bytes that wait at the terminal, at least */
};

enum bip_event {
    BIP_NOTHING,
    BIP_OPENED,
    BIP_SENT,
    BIP_RECEIVED,
    BIP_ALIVE,   /* GET CHANNEL STATUS: the link is there */
    BIP_REFUSED, /* a command, by the terminal */
    BIP_DATA,    /* wait to be received */
    BIP_DROPPED, /* the link is gone */
    BIP_CLOSED,
    BIP_EVENTS,
};

/* The terminal can do it. */
bool bip_is_possible(const struct proactive *proactive);

/* Each asks the terminal; false if there is no room to ask. */
bool bip_open(struct bip *bip, struct bytes data); /* objects of OPEN CHANNEL */
/* The front of what there is: stored, while more follows and there is room, or sent at once. */
bool bip_send(struct bip *bip, struct bytes data, bool more);
bool bip_receive(struct bip *bip);
bool bip_ask_status(struct bip *bip);
bool bip_close(struct bip *bip);
/* What was asked and not fetched yet is not asked; nobody listens for events any more. */
void bip_withdraw(struct bip *bip);
void bip_stop(struct bip *bip);

/* What a TERMINAL RESPONSE or an ENVELOPE means for the channel; *received borrows of it. */
enum bip_event bip_answered(struct bip *bip, const struct proactive_answer *answer,
                            struct bytes *received);
enum bip_event bip_envelope(struct bip *bip, const struct tlv *envelope);

#endif
