/* chip: what the page says of a chip: who it is, what it can, what is on it. */
#ifndef EMUICC_TOOLS_INSPECT_CHIP_H
#define EMUICC_TOOLS_INSPECT_CHIP_H

#include "tools/inspect/inspect.h"

/* {"status", "info", "addresses", "profiles", "stored", "notifications", "rules", "certificates",
 * "iot", "faults"}; {"error"} if no card runs. NULL if memory is short. */
json_t *chip_describe(const struct inspect *inspect, const char *chip);

#endif
