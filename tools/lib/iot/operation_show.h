/* operation_show: the result of an operation as a JSON value. Inside tools/lib/iot only. */
#ifndef EMUICC_TOOLS_LIB_IOT_OPERATION_SHOW_H
#define EMUICC_TOOLS_LIB_IOT_OPERATION_SHOW_H

#include "tools/lib/iot/operation_list.h"

/* A text, or an object or array where the result lists something. NULL if what it lists is
 * malformed, or memory is short. */
json_t *operation_show(const struct operation_result *result);

#endif
