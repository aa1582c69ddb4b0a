/* vpcd: the wire between a virtual reader and the card (vsmartcard's vpcd, and anything that speaks
 * as it does). A frame is two bytes of length, big endian, and so many bytes; a frame of one byte
 * is a control word. The card answers control word 04 with its ATR, a command with its response,
 * and power-off, power-on and reset with nothing.
 *
 * One vpcd is one connected socket with one card behind it. The socket may block, or an event loop
 * may call in whenever it is readable, or writable while vpcd_wants_to_send(). An answer that takes
 * its time is kept back: nobody waits for it in here; see vpcd_pause_ms(). */
#ifndef EMUICC_CARD_READER_VPCD_H
#define EMUICC_CARD_READER_VPCD_H

#include "apdu/apdu.h"
#include "card/card.h"

#define VPCD_LENGTH_SIZE 2
#define VPCD_HELD_INLINE 16
#define VPCD_GATHERED_MAX 4096

/* Work space that all links of one thread share: a link keeps nothing in it between two calls. */
struct vpcd_buffers {
    uint8_t in[VPCD_LENGTH_SIZE + APDU_COMMAND_MAX];
    uint8_t out[VPCD_GATHERED_MAX + VPCD_LENGTH_SIZE + CARD_RESPONSE_CAPACITY];
    size_t gathered; /* of that: answers of this turn that have not been sent */
};

/* Bytes that one call leaves for the next: mostly none or a length, seldom more. */
struct vpcd_held {
    uint8_t few[VPCD_HELD_INLINE];
    uint8_t *many; /* heap, when they are more */
    size_t len;
};

struct vpcd {
    struct card *card;  /* borrowed */
    int socket;         /* borrowed */
    bool spoken_to;     /* a whole frame has come */
    bool powered;       /* so has a power-on, a reset or a command */
    unsigned looked_at; /* how often the ATR was asked for before that */
    unsigned commands;  /* answered so far */
    struct vpcd_held received;
    struct vpcd_held unsent;
    int64_t due_us; /* when what is unsent may go, by this clock; 0: now */
    bool mute;      /* an answer is owed that will not come */
    int64_t (*now_us)(void);
};

/* Sets the socket up for short turns: no delay on what is sent (TCP only; others are left alone).
 */
void vpcd_init(struct vpcd *vpcd, struct card *card, int socket);
void vpcd_finish(struct vpcd *vpcd);

/* Receives once and answers the whole frames that are there, for 4 milliseconds: others wait for
 * their turn. A client may send several commands without waiting: their answers, in that order,
 * go out together. False when the link is over: closed by the other side, broken, or out of memory.
 */
bool vpcd_step(struct vpcd *vpcd, struct vpcd_buffers *buffers);
/* Whole frames are left for another turn, which nothing that comes has to announce. */
bool vpcd_has_more(const struct vpcd *vpcd);

static inline bool vpcd_wants_to_send(const struct vpcd *vpcd)
{
    return vpcd->unsent.len > 0 && vpcd->due_us == 0;
}

/* Milliseconds until an answer is due that is being kept back; < 0: none is. */
int vpcd_pause_ms(const struct vpcd *vpcd);
/* What to await of the socket: POLLIN, POLLOUT, or 0, nothing but its end, while an answer is kept
 * back. */
short vpcd_events(const struct vpcd *vpcd);
/* When vpcd_step() is wanted whatever the socket does, for whom it is `now`, in milliseconds; -1:
 * never. */
int64_t vpcd_due(const struct vpcd *vpcd, int64_t now);

#endif
