/* engine_data: what an eIM wants to know of chip and device (SGP.32 §2.11.1.2). Inside tools/ipa
 * only. */
#ifndef EMUICC_TOOLS_IPA_ENGINE_DATA_H
#define EMUICC_TOOLS_IPA_ENGINE_DATA_H

#include "tools/ipa/engine.h"

/* request: IpaEuiccDataRequest, BF52 whole. The answer (to be finished), BF52 whole; false if it
 * cannot be read. */
bool engine_data_make(struct engine *engine, struct bytes request, struct blob *out);
/* Collects and delivers. */
bool engine_data_take(struct engine *engine, struct bytes request);

#endif
