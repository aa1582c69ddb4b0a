/* es9_world: the same server at every start (seeded keys), with a session at any point that a
 * request may find, so that recorded requests get past every signature. */
#ifndef EMUICC_TESTS_FUZZ_ES9_WORLD_H
#define EMUICC_TESTS_FUZZ_ES9_WORLD_H

#include "tools/smdpp/es9/es9.h"
#include "tools/smdpp/state/smdpp.h"

#define ES9_WORLD_EID "89049032123451234512345678901235"
#define ES9_WORLD_ADDRESS "testsmdpplus1.example.com"
#define ES9_WORLD_PACKAGE "SEED"
#define ES9_WORLD_LPA 1 /* LpaRspCapability and EuiccRspCapability of sessions of v3 */
#define ES9_WORLD_CHIP 0x140005
#define ES9_WORLD_ID 0x11        /* every byte of the session's id */
#define ES9_WORLD_CHALLENGE 0x22 /* every byte of its challenge */

struct es9_world {
    struct smdpp *smdpp;
    struct euicc euicc; /* the chip of the PKI */
    char folder[64], pki[96], profiles[96];
    unsigned rpm_orders; /* placed so far: one waits for the chip in each session of v3 */
};

/* Aborts on errors. Its folder is removed by es9_world_end(). */
void es9_world_start(struct es9_world *world);
void es9_world_end(struct es9_world *world);

/* First byte of a seed. */
#define ES9_WORLD_HEAD(function, state) ((uint8_t)((function) | (state) << 4))
#define ES9_WORLD_V3 0x40   /* in it: the session is one of v3 */
#define ES9_WORLD_LATE 0x80 /* the state counts from SESSION_CHANGE on */

/* Puts the session there and calls the function that the first byte of the input says with the
 * rest as its body. The answer on the heap, or NULL. */
char *es9_world_run(struct es9_world *world, struct bytes input, unsigned *status);

#endif
