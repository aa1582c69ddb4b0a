/* farm_look: what a chip shows of its state, held against what it must hold. */
#ifndef EMUICC_TESTS_SOAK_FARM_LOOK_H
#define EMUICC_TESTS_SOAK_FARM_LOOK_H

#include "tests/soak/farm_chip.h"

struct farm_sight {
    bool there[FARM_PROFILES];
    size_t enabled;
    uint32_t notices[FARM_NOTICES_MAX];
    size_t notice_count;
    uint32_t eim_counter;
    uint8_t value[2], tries; /* of the enabled profile */
};

/* Whatever can be read without a change. False if a command was not answered with 9000. */
bool farm_look_read(struct farm_visit *visit, struct farm_sight *out);

#endif
