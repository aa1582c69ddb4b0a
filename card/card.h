/* card: the chip as a machine. Owns store, applications and channels; turns a command into an
 * answer; commits once a command, before it answers.
 *
 * One card is one struct, with nothing shared between two of them. Memory beyond the struct and
 * what the applications keep is taken while commands are answered and returned at power-off. */
#ifndef EMUICC_CARD_CARD_H
#define EMUICC_CARD_CARD_H

#include "card/channel.h"
#include "card/fault/hardware.h"
#include "card/observer.h"
#include "card/personality/personality.h"
#include "card/refresh.h"
#include "crypto/primitives/random.h"
#include "fs/ota/ota.h"
#include "fs/scp81/scp81.h"
#include "fs/store/store_group.h"
#include "fs/domain/domain_context.h"
#include "fs/uicc/uicc.h"
#include "isd-r/isd_r.h"

/* Room that card_transmit() needs for an answer: the longest data of a handler, a status word. */
#define CARD_RESPONSE_CAPACITY (APDU_RESPONSE_MAX + 2)

/* Whether the card is in its reader, as requests from outside want it. Whoever serves its link ends
 * that unless it is CARD_INSERTED. */
enum card_presence {
    CARD_INSERTED,
    CARD_REINSERTING, /* out for a moment: the next link may begin at once */
    CARD_EJECTED,     /* until it is inserted again */
};

struct card {
    struct store *store;
    struct random random;
    struct isd_r *isd_r; /* NULL until card_start() */
    struct uicc uicc;
    struct ota ota;
    struct scp81 scp81;
    struct domains domains;
    struct applications applications;
    struct channels channels;
    struct refresh refresh;
    struct personality personality;
    struct observer *observers; /* NULL: nobody */
    struct hardware hardware;
    enum card_presence presence;
    const char *socket; /* where PC/SC programs find it with no pcscd; borrowed; NULL: nowhere */
    bool ahead;         /* the next command is there: this one's commit may share its flush */
    bool seen;          /* it has been powered since it was put in */
    bool stale; /* a failure left the memory behind the store: read it again before the next use */
};

/* Opens or makes the chip's memory and nothing more: a new chip gets its credentials, and any chip
 * another personality than the default (startup.h), before card_start(). 0, or a failure after a
 * trace line. */
int card_open(struct card *card, const char *state_directory);
/* The same, its memory being one of a group's; NULL: by itself. */
int card_open_in(struct card *card, struct store_group *group, const char *state_directory);
/* Reads the chip out of its memory; from here on it answers. What is not committed is read too, and
 * is the caller's to commit. card_close() is due after a failure as well. */
int card_start(struct card *card);
/* What card_start() has made goes; the chip's memory stays open for another card_start(). */
void card_stop(struct card *card);
void card_close(struct card *card);

/* From here on, to the card's end, the observer is told; it is borrowed. */
void card_observe(struct card *card, struct observer *observer);

/* Each may come twice or not at all: nothing depends on them to be saved. */
void card_power(struct card *card, enum card_power power);

/* Asking changes nothing. */
struct bytes card_atr(const struct card *card);

/* One command to its answer. response: empty, on CARD_RESPONSE_CAPACITY bytes; gets at least the
 * status word, at most APDU_RESPONSE_MAX bytes. What the answer says was changed is
 * durable before it is returned; after a failure (6F00, 6581) nothing was changed. */
void card_transmit(struct card *card, struct bytes command, struct writer *response);
/* As card_transmit(), another command being there already: what the answer says may be durable only
 * after card_settle(), before which it must not leave. */
void card_transmit_ahead(struct card *card, struct bytes command, struct writer *response);
/* What the answers since the last time say is durable: true. False: some of it is lost, and none of
 * them may leave; the chip is as it was before. */
bool card_settle(struct card *card);
/* What becomes of the answer to the last command: when it goes out, if at all. It is there even if
 * it does not. */
struct hardware_outcome card_outcome(const struct card *card);

/* An ES10 function as if by itself, on which no fault lies: its status word; the answer's data to
 * *response. What it changed is durable, as after card_transmit(). */
uint16_t card_provision(struct card *card, struct bytes request, struct writer *response);

/* The faults have changed. */
void card_arm(struct card *card);

/* For whoever serves the card: the time (clock_ms()) until which to wait for the next command, the
 * earlier of due (< 0: none) and when the card has been idle for long enough; and what it does
 * then, so that no command waits for it. */
int64_t card_idle_time(const struct card *card, int64_t due);
void card_idle(struct card *card);

enum card_presence card_presence(const struct card *card);
/* The link has ended: what was pulled out for a moment is back. */
void card_unplugged(struct card *card);

#endif
