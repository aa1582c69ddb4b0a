/* watch: what goes over the contacts, kept for those who ask for it with `watch`: the last events,
 * in a ring of fixed size. Nobody is waited for: who asks too late finds out from the numbers how
 * many are gone. A card that nobody has asked has no ring; one that nobody has asked for a while
 * fills it no more. */
#ifndef EMUICC_CARD_CONTROL_WATCH_H
#define EMUICC_CARD_CONTROL_WATCH_H

#include "card/card.h"
#include "card/control/control.h"

#define WATCH_EVENTS 2048        /* that a ring holds at most, */
#define WATCH_BYTES (256u << 10) /* with so many bytes of commands and responses */
#define WATCH_IDLE_MS 10000      /* without a request, after which nothing is kept */
#define WATCH_ANSWER_EVENTS 512  /* in one answer */

/* `watch NUMBER`: the events from this number on, the oldest first; 0: from now on. {"run", "next",
 * "lost", "events": [{"n", "us", ...}]}: run is another number for another ring, as after a
 * restart; next is what to ask for next; lost, how many of those asked for are gone; us, when, in
 * microseconds since 1970. An event is {"power": "on", "atr"}; {"channel", "application",
 * "instruction", "command"}, without the first three where the bytes are no command;
 * {"response"}; or {"note"}. */
control_handler watch_request;

#endif
