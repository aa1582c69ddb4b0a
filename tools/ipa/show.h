/* show: what emuicc-ipa prints, in lines or as a JSON document. */
#ifndef EMUICC_TOOLS_IPA_SHOW_H
#define EMUICC_TOOLS_IPA_SHOW_H

#include <jansson.h>
#include <stdbool.h>

/* What a command has found out: objects of engine_functions.h, or {"result": CODE, "text": …}; in
 * lines a refusal is traced. False where standard output cannot be written to. */
bool show_document(const json_t *document, bool json);

/* What a poll has done: the engine's report, a line each. */
bool show_report(const json_t *report);

#endif
