/* scp81_step: what becomes of a session of administration when something happens to it: its states,
 * its events, and what each pair of them asks of the channel, the server and the retry policy.
 * Private to scp81.
 *
 * Where no other promise stands here: 0 or a failure. */
#ifndef EMUICC_FS_SCP81_SCP81_STEP_H
#define EMUICC_FS_SCP81_SCP81_STEP_H

#include "fs/scp81/scp81_state.h"

/* Of the terminal's eight; the built-in menu has the first. */
#define SCP81_TIMER_RETRY 2
#define SCP81_TIMER_GUARD 3

enum scp81_event {
    SCP81_EVENT_OPENED = BIP_OPENED,
    SCP81_EVENT_SENT = BIP_SENT,
    SCP81_EVENT_RECEIVED = BIP_RECEIVED,
    SCP81_EVENT_ALIVE = BIP_ALIVE,
    SCP81_EVENT_REFUSED = BIP_REFUSED,
    SCP81_EVENT_DATA = BIP_DATA,
    SCP81_EVENT_DROPPED = BIP_DROPPED,
    SCP81_EVENT_CLOSED = BIP_CLOSED,
    SCP81_EVENT_RETRY = BIP_EVENTS, /* timers */
    SCP81_EVENT_GUARD,
    SCP81_EVENT_SERVICE, /* another location, with normal service */
};

/* received: what came from the server, if anything. Nothing is done where the state knows no such
 * event. */
int scp81_step(struct scp81 *scp81, enum scp81_event event, struct bytes received);

/* Asks for a channel: 0, a status word that says why not, or a failure. */
int scp81_step_begin(struct scp81 *scp81);
/* Nobody is administered any more; what is kept for another attempt stays. */
void scp81_step_to_idle(struct scp81 *scp81);
/* The next attempt is not waited for any longer. */
void scp81_step_stop_waiting(struct scp81 *scp81);
void scp81_step_stop_guard(struct scp81 *scp81);
void scp81_step_drop_session(struct scp81 *scp81);
/* Of the profile that the session is of. */
int scp81_step_registry(const struct scp81 *scp81, struct domain_registry **out);

#endif
