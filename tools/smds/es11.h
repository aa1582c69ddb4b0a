/* es11: what LPAs ask an SM-DS: whether something waits for their chip, and where (SGP.22 §3.6.2,
 * §5.8). */
#ifndef EMUICC_TOOLS_SMDS_ES11_H
#define EMUICC_TOOLS_SMDS_ES11_H

#include "tools/lib/server/function.h"

/* Their program is a struct smds. The paths are those of ES9+ (SGP.22 §6.5.2.9, §6.5.2.10). */
extern const struct function_table es11_functions;

#endif
