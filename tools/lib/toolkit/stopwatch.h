/* stopwatch: the timers that a card has the terminal keep (TS 102 223 §6.4.21): eight, in seconds.
 */
#ifndef EMUICC_TOOLS_LIB_TOOLKIT_STOPWATCH_H
#define EMUICC_TOOLS_LIB_TOOLKIT_STOPWATCH_H

#include "apdu/tlv.h"

#define STOPWATCH_TIMERS 8

struct stopwatch {
    int64_t due[STOPWATCH_TIMERS]; /* milliseconds of the clock; 0: it does not run */
};

void stopwatch_reset(struct stopwatch *stopwatch);
/* TIMER MANAGEMENT by its qualifier: start, stop, get the value. The general result of a TERMINAL
 * RESPONSE; what goes with it is appended. */
uint8_t stopwatch_manage(struct stopwatch *stopwatch, uint8_t qualifier, struct bytes body,
                         struct writer *more);
/* Milliseconds to the next that is due; -1: none runs. */
int stopwatch_timeout(const struct stopwatch *stopwatch);
/* One that is over: the value of its ENVELOPE; false if there is none. */
bool stopwatch_next(struct stopwatch *stopwatch, struct writer *envelope);

#endif
