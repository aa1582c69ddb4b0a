/* engine_data: what an eIM wants to know of chip and device (SGP.32 §2.11.1.2). Inside tools/ipa
 * only. */
#ifndef EMUICC_TOOLS_IPA_ENGINE_DATA_H
#define EMUICC_TOOLS_IPA_ENGINE_DATA_H

#include "tools/ipa/engine.h"

/* request: IpaEuiccDataRequest, BF52 whole. Collects and delivers. */
bool engine_data_take(struct engine *engine, struct bytes request);

#endif
