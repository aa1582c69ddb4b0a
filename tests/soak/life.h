/* life: a chip, what it must hold by what has been done to it, and the chance that decides what is
 * done next. */
#ifndef EMUICC_TESTS_SOAK_LIFE_H
#define EMUICC_TESTS_SOAK_LIFE_H

#include "tests/benchmarks/chip.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/server.h"

#define LIFE_PROFILES 4
#define LIFE_NONE LIFE_PROFILES

struct life {
    struct chip chip;
    struct server server;
    uint64_t chance;
    struct bytes packages[LIFE_PROFILES];
    uint8_t iccid[LIFE_PROFILES][CHIP_ICCID_SIZE];
    bool there[LIFE_PROFILES];
    size_t enabled; /* or LIFE_NONE */
    bool dirty;     /* a file has been written since the profile was enabled */
    uint8_t written;
    size_t struck; /* faults that struck */
};

uint32_t life_draw(struct life *life, uint32_t below);
/* One of those that are there, or are not; LIFE_NONE if there is no such profile. */
size_t life_pick(struct life *life, bool there);
/* The request for an ES10 function about one profile. */
struct bytes life_change(struct life *life, uint32_t tag, size_t which, struct writer *room);
/* A bound package of this profile, for a session that has come so far. */
struct bytes life_bind(struct life *life, size_t which);

/* The chip begins anew, by its power or by its memory, the ISD-R selected. */
void life_reset(struct life *life);
void life_restart(struct life *life);

/* A change of profile, or a load, on which a fault lies. */
void life_struck_change(struct life *life);
void life_struck_load(struct life *life);

#endif
