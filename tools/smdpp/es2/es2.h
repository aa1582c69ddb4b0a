/* es2: the functions of ES2+, operator and SM-DP+ (SGP.22 §5.3, §6.5.2.1 to §6.5.2.4). Who may call
 * them is the transport's to know; an order is its requester's, whom the header names. */
#ifndef EMUICC_TOOLS_SMDPP_ES2_ES2_H
#define EMUICC_TOOLS_SMDPP_ES2_ES2_H

#include "tools/lib/server/function.h"

extern const struct function_table es2_functions;

#endif
