/* caller: asks another server and waits for what it says, from any thread (SGP.22 §6.1). */
#ifndef EMUICC_TOOLS_LIB_SERVER_CALLER_H
#define EMUICC_TOOLS_LIB_SERVER_CALLER_H

#include "tools/lib/server/client.h"

struct caller;

/* who: is asked, for the log: "SM-DS"; url: what stands before the path. All texts are borrowed
 * until the end. 0, or a failure after a trace line. */
int caller_open(const char *who, const char *url, const struct client_plan *plan,
                struct caller **out);
/* context: the caller; body: JSON. False after a trace line; *answer is the caller's to finish. */
bool caller_ask(void *context, const char *path, const char *body, struct blob *answer);
void caller_close(struct caller *caller); /* NULL is fine */

#endif
