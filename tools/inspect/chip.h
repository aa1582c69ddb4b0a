/* chip: what the page says of a chip: who it is, what it can, what is on it. */
#ifndef EMUICC_TOOLS_INSPECT_CHIP_H
#define EMUICC_TOOLS_INSPECT_CHIP_H

#include "tools/inspect/inspect.h"

/* {"status", "info", "addresses", "profiles", "stored", "notifications", "rules", "certificates",
 * "iot", "faults"}; of a chip at rest {"rest": true, "stored", "iot"}; {"error"} if there is none.
 * NULL if memory is short. */
json_t *chip_describe(struct inspect *inspect, const char *chip);

#endif
