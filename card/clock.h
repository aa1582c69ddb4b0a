/* clock: the time that waits are measured in. */
#ifndef EMUICC_CARD_CLOCK_H
#define EMUICC_CARD_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Microseconds since some moment. */
static inline int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The same in milliseconds. */
static inline int64_t clock_ms(void)
{
    return clock_us() / 1000;
}

/* Milliseconds from now until then, for poll() and its like; -1, for ever, when then is negative.
 */
static inline int clock_until(int64_t then, int64_t now)
{
    if (then < 0)
        return -1;
    return then > now ? (int)(then - now) : 0;
}

#endif
