/* timers: a heap of very many timers; the earliest first. */
#ifndef EMUICC_CARD_FARM_TIMERS_H
#define EMUICC_CARD_FARM_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in its owner; zero at first. */
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

/* Sets it, or moves it; due < 0 cancels it. */
void timers_set(struct timers *timers, struct timer *timer, int64_t due);
/* Removes and returns the earliest timer if it is due; else NULL. */
struct timer *timers_take(struct timers *timers, int64_t now);
/* When the earliest is due; -1: there is none. */
int64_t timers_next(const struct timers *timers);

#endif
