/* iot_rewind: an IoT chip with all of iot_world's, which goes back to what it was at first. */
#ifndef EMUICC_TESTS_ISD_R_IOT_REWIND_H
#define EMUICC_TESTS_ISD_R_IOT_REWIND_H

#include "tests/isd-r/iot_world.h"
#include "tests/isd-r/rewind.h"

/* Everything installed, nothing enabled, eIM 1 alone. */
void iot_rewind_start(struct iot_world *world, struct rewind *first);
/* As it was; no eIM remembers a package. */
void iot_rewind_to(struct iot_world *world, const struct rewind *first);
void iot_rewind_stop(struct iot_world *world, struct rewind *first);

#endif
