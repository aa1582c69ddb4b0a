/* engine_chip: the engine's calls of the chip and of the eIM. Inside tools/ipa only. */
#ifndef EMUICC_TOOLS_IPA_ENGINE_CHIP_H
#define EMUICC_TOOLS_IPA_ENGINE_CHIP_H

#include "tools/ipa/engine.h"

/* A function with this content, which may be empty; the answer's own content borrows from *answer.
 * False if the chip does not answer, or with something else. */
bool engine_chip_call(struct engine *engine, uint32_t tag, struct bytes content,
                      struct blob *answer, struct bytes *inside);
/* A result code: the INTEGER with this tag in the answer; -1. */
int engine_chip_code(struct engine *engine, uint32_t tag, struct bytes content, uint32_t code_tag);
/* One value of a list, or empty: GetEuiccData and the like. */
bool engine_chip_remove(struct engine *engine, uint32_t sequence); /* NotificationSent */

/* A line, with printf's format. */
__attribute__((format(printf, 2, 3))) void engine_say(struct engine *engine, const char *format,
                                                      ...);
/* Adds to the report: {"what": …, "result": …}. Takes the value over. */
void engine_report(struct engine *engine, const char *what, json_t *value);

#endif
