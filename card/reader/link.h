/* link: a card's way to its reader, turn by turn and without ever waiting: connects to vpcd, serves
 * it, and tries again with back-off when it is not there or goes away, saying so once a change. */
#ifndef EMUICC_CARD_READER_LINK_H
#define EMUICC_CARD_READER_LINK_H

#include "card/card.h"
#include "card/reader/reader.h"
#include "card/reader/vpcd.h"

enum link_state { LINK_UNKNOWN, LINK_ABSENT, LINK_SILENT, LINK_PLUGGED };

struct link {
    const struct reader *reader; /* borrowed */
    struct card *card;           /* borrowed */
    int socket;                  /* what a turn awaits; -1: nothing but its time */
    int64_t due;                 /* when it is time for a turn, in milliseconds; -1: not by time */
    bool connected;
    int pause;             /* before the next try, in milliseconds */
    enum link_state state; /* as last said */
    bool overlooked;       /* the card ended the last one for that: not twice in a row */
    bool pulled;           /* the card was pulled out */
    struct vpcd vpcd;
};

/* The first turn is due at once. */
void link_init(struct link *link, const struct reader *reader, struct card *card);
/* Hangs up. */
void link_finish(struct link *link);

/* What to await of the socket: POLLIN or POLLOUT. */
short link_events(const struct link *link);
/* When the socket is ready (or broken) or the time has come. */
void link_step(struct link *link, bool ready, int64_t now, struct vpcd_buffers *buffers);

#endif
