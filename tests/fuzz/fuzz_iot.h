/* fuzz_iot: fuzz_chip as an IoT eUICC, and an eIM that it can be given, with its key. */
#ifndef EMUICC_TESTS_FUZZ_FUZZ_IOT_H
#define EMUICC_TESTS_FUZZ_FUZZ_IOT_H

#include "isd-r/iot/eim_list.h"
#include "tests/fuzz/fuzz_chip.h"

#define FUZZ_IOT_EIM "eim"
#define FUZZ_IOT_TOKEN 1

struct fuzz_iot {
    struct fuzz_chip *chip;
    struct ec_private *key; /* of the eIM */
};

/* The chip as new, of this release, without an eIM. */
struct fuzz_iot *fuzz_iot(enum euicc_info_iot release);
/* Associates the eIM, with FUZZ_IOT_TOKEN and counter 0, and installs three profiles: 1 is enabled,
 * 2 may be the fallback profile, 3 is the emergency profile. */
void fuzz_iot_prepare(struct fuzz_iot *iot);
/* A whole command in blocks, up to one that is refused. What is answered is one element. */
void fuzz_iot_request(struct fuzz_iot *iot, struct bytes command);
/* Aborts unless it holds. */
void fuzz_iot_need(bool holds);

#endif
