/* capabilities: what this build of emuicc can do, as a JSON document for scripts. */
#ifndef EMUICC_CARD_PROGRAM_CAPABILITIES_H
#define EMUICC_CARD_PROGRAM_CAPABILITIES_H

#include <stdio.h>

/* {"program", "version", "build", "options", "readers", "pcsc", "personalities", "faults",
 * "profiles"}; a line's end behind it. 0, or a failure that has been logged. */
int capabilities_print(FILE *out);

#endif
