/* chance: what decides what is done next; one seed, one life. */
#ifndef EMUICC_TESTS_SOAK_CHANCE_H
#define EMUICC_TESTS_SOAK_CHANCE_H

#include <stdint.h>

static inline uint64_t chance_begin(uint64_t seed)
{
    return seed * 0x9E3779B97F4A7C15 + 1;
}

/* Below this number, which is not 0. */
static inline uint32_t chance_draw(uint64_t *chance, uint32_t below)
{
    *chance ^= *chance >> 12;
    *chance ^= *chance << 25;
    *chance ^= *chance >> 27;
    return (uint32_t)(*chance * 0x2545F4914F6CDD1D >> 32) % below;
}

#endif
