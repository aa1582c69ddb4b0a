/* json_text: a JSON value as compact text, as Jansson's json_dumps() gives it. Strings without
 * anything to escape, such as a bound profile package in base64, are copied whole: Jansson goes
 * through them character by character, which takes a server longer than its signatures. */
#ifndef EMUICC_TOOLS_LIB_COMMON_JSON_TEXT_H
#define EMUICC_TOOLS_LIB_COMMON_JSON_TEXT_H

#include <jansson.h>

/* The caller frees it; NULL if value is NULL or no JSON, or memory is short. */
char *json_text(const json_t *value);

#endif
