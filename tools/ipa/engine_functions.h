/* engine_functions: the functions of ES10b that an IPA calls by itself (SGP.32 §5.9). */
#ifndef EMUICC_TOOLS_IPA_ENGINE_FUNCTIONS_H
#define EMUICC_TOOLS_IPA_ENGINE_FUNCTIONS_H

#include "tools/ipa/engine.h"

/* The result code as SGP.32 numbers it, -1 where the chip does not answer. */
int engine_fallback(struct engine *engine, bool back);
int engine_emergency(struct engine *engine, bool on);
/* Such a code in words. */
const char *engine_change_text(int code);
/* After a download, before anything is told: a chip that is configured so enables the profile. */
int engine_immediate_enable(struct engine *engine);

/* AddInitialEim with this request (BF57 whole): {"tokens": [1]} or {"error": "…"}; NULL if the chip
 * does not answer. */
json_t *engine_add_eim(struct engine *engine, struct bytes request);
/* What the chip says of its eIMs; NULL likewise. */
json_t *engine_status(struct engine *engine);

#endif
