/* timers: when the next thing is due, of very many. */
#ifndef EMUICC_CARD_FARM_TIMERS_H
#define EMUICC_CARD_FARM_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in what is to be done; zero at first. */
struct timer {
    int64_t due;  /* clock_ms() */
    size_t place; /* in the heap, from 1; 0: not set */
};

struct timers {
    struct timer **heap; /* room for all that are ever set at once */
    size_t count, capacity;
};

/* capacity: as many timers as there can be. 0, or a failure. */
int timers_init(struct timers *timers, size_t capacity);
void timers_finish(struct timers *timers);

/* Sets it, or sets it anew; due < 0 takes it back. */
void timers_set(struct timers *timers, struct timer *timer, int64_t due);
/* The earliest, which is unset then, if it is due; or NULL. */
struct timer *timers_take(struct timers *timers, int64_t now);
/* When the earliest is due; -1: there is none. */
int64_t timers_next(const struct timers *timers);

#endif
