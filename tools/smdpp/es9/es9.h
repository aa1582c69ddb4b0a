/* es9: the functions of ES9+, SM-DP+ and LPA (SGP.22 §5.6, §6.5.2.6 to §6.5.2.10). */
#ifndef EMUICC_TOOLS_SMDPP_ES9_ES9_H
#define EMUICC_TOOLS_SMDPP_ES9_ES9_H

#include "tools/lib/server/function.h"

extern const struct function_table es9_functions;

#endif
