/* es12: SM-DP+ register events and delete them (ES12), and so do SM-DS whose root this is (ES15)
 * (SGP.22 §5.9, §5.10). */
#ifndef EMUICC_TOOLS_SMDS_ES12_H
#define EMUICC_TOOLS_SMDS_ES12_H

#include "tools/lib/server/function.h"

/* Their program is a struct smds. */
extern const struct function_table es12_functions;

#endif
