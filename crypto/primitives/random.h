/* random: where chance comes from. One source a chip, passed as state, so that a test or a
 * researcher can seed it and get the same bytes twice. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_RANDOM_H
#define EMUICC_CRYPTO_PRIMITIVES_RANDOM_H

#include "apdu/bytes.h"

struct random {
    bool seeded;      /* repeatable, therefore unsafe */
    uint8_t key[32];  /* of the generator, when seeded */
    uint64_t counter; /* blocks drawn, when seeded */
};

void random_init(struct random *random);
/* Every byte drawn follows from the seed. */
void random_init_seeded(struct random *random, struct bytes seed);
/* 0, or a failure if the system's generator has none to give. */
int random_fill(struct random *random, void *out, size_t len);

#endif
