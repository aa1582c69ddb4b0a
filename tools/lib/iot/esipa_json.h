/* esipa_json: the JSON binding of ESipa (SGP.32 §6.4): each message of esipa.h as an object with
 * one member a row, under a path of its own. */
#ifndef EMUICC_TOOLS_LIB_IOT_ESIPA_JSON_H
#define EMUICC_TOOLS_LIB_IOT_ESIPA_JSON_H

#include <jansson.h>

#include "fs/profile/blob.h"
#include "tools/lib/iot/esipa.h"

#define ESIPA_JSON_PATH "/gsma/rsp2/esipa/"

/* The function with this path; ESIPA_FUNCTIONS if none has it. */
enum esipa_function esipa_json_function_of(const char *path);

/* A request as JSON to the same as ASN.1, and an answer as ASN.1 to the same as JSON: what an eIM
 * does. False if it is malformed, or memory is short; *name then is the member that is wrong, or
 * NULL. The blob is the caller's. */
bool esipa_json_read_request(const struct esipa_message *message, const json_t *object,
                             struct blob *out, const char **name);
json_t *esipa_json_write_answer(const struct esipa_message *message, struct bytes whole);

/* The other way round: what an IPA does. An answer whose header says that the function has failed
 * becomes the message's error, undefinedError (127) where its code is not one of them. */
json_t *esipa_json_write_request(const struct esipa_message *message, struct bytes whole);
bool esipa_json_read_answer(const struct esipa_message *message, const json_t *object,
                            struct blob *out, const char **name);

#endif
