/* rest_chip: orders of facility "euicc": what the eIM knows of a chip, read and set. */
#ifndef EMUICC_TOOLS_EIM_REST_CHIP_H
#define EMUICC_TOOLS_EIM_REST_CHIP_H

#include "tools/eim/eim.h"

/* {"set": [{"counterValue": 7}, …]} or {"get": ["counterValue", …]} */
bool rest_chip_check(const json_t *content);
/* [{"euiccStateResult": [{"counterValue": 7}, …]}]: the values as they are afterwards. A name that
 * is not known, or a value that cannot be, gives nothing. NULL if memory or the store fails. */
json_t *rest_chip_outcome(struct eim *eim, const char *eid, const json_t *content);

#endif
