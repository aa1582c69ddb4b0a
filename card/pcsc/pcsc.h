/* pcsc: chips for programs that use PC/SC, with no pcscd: a local socket on which they are found as
 * pcscd's readers are, by clients that look there (PCSCLITE_CSOCK_NAME). */
#ifndef EMUICC_CARD_PCSC_PCSC_H
#define EMUICC_CARD_PCSC_PCSC_H

#include "card/control/control.h"
#include "card/pcsc/pcsc_card.h"
#include "card/pcsc/pcsc_message.h"
#include "card/stop.h"

struct pcsc; /* heap */

/* Makes the socket, for the owner alone, in place of one that nobody listens on, with a reader for
 * each of at most PCSC_READERS_MAX cards, which are borrowed. 0, or a failure after a trace line.
 */
int pcsc_open(const char *path, struct pcsc_card *const *cards, size_t count, struct pcsc **out);
/* Whether pcsc_open could make the socket there: 0, or a failure after a trace line. */
int pcsc_check(const char *path);
/* Serves clients until a stop is asked for, and requests meanwhile. */
void pcsc_run(struct pcsc *pcsc, const struct stop *stop, struct control *control);
/* Removes the socket; the cards are finished. NULL is fine. */
void pcsc_close(struct pcsc *pcsc);

#endif
