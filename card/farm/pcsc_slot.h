/* pcsc_slot: chips of a farm for PC/SC programs with no pcscd: sockets with up to 16 readers each,
 * served by a thread a socket. Such a thread is one more client of its chips: their loops serve it.
 */
#ifndef EMUICC_CARD_FARM_PCSC_SLOT_H
#define EMUICC_CARD_FARM_PCSC_SLOT_H

#include "card/farm/slot.h"
#include "card/stop.h"

struct pcsc_slots; /* heap; all sockets */

/* Whether the sockets of a list with commas could be made for so many chips, and each has one: 0,
 * or a failure after a trace line. */
int pcsc_slots_check(const char *paths, size_t count);
/* A socket for each path of a list that was checked, each with the next chips, as many as it has
 * readers for. 0, or a failure after a trace line: then *out is NULL. */
int pcsc_slots_open(const char *paths, struct slot *slots, size_t count, struct pcsc_slots **out);
/* From here on they are served until the stop, once the loops run. 0, or a failure after a trace
 * line.
 */
int pcsc_slots_start(struct pcsc_slots *all, const struct stop *stop);
/* After the stop. NULL is fine. */
void pcsc_slots_close(struct pcsc_slots *all);

#endif
