/* esipa_server: ESipa's messages as calls of a server, in both bindings, for eIM and IPA. */
#ifndef EMUICC_TOOLS_LIB_IOT_ESIPA_SERVER_H
#define EMUICC_TOOLS_LIB_IOT_ESIPA_SERVER_H

#include "tools/lib/iot/esipa.h"
#include "tools/lib/server/call.h"

/* Answers a message (whole); *out is the caller's, empty where there is no answer. 0; 1 if it is no
 * message, or cannot be read; or a failure. */
typedef int esipa_server_answer(void *program, struct bytes message, struct blob *out);

/* One path for all messages (SGP.32 §6.3). 0, a refusal, or a failure. */
int esipa_server_binary(esipa_server_answer *answer, void *program, struct call *call);
/* A path for each (SGP.32 §6.4). */
int esipa_server_json(esipa_server_answer *answer, void *program, enum esipa_function function,
                      struct call *call);

#endif
