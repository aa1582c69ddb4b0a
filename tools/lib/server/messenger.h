/* messenger: carries messages to another server, in a thread of its own, so that nobody waits for
 * it (SGP.22 §5.3.5). */
#ifndef EMUICC_TOOLS_LIB_SERVER_MESSENGER_H
#define EMUICC_TOOLS_LIB_SERVER_MESSENGER_H

#include "tools/lib/server/client.h"

struct messenger;

struct messenger_plan {
    const char *who; /* hears them, for the log: "operator" */
    const char *url; /* "https://operator.example.com": what stands before the path */
    struct client_plan client;
};

/* The texts of the plan are borrowed until the end. 0 or a failure. */
int messenger_start(const struct messenger_plan *plan, struct messenger **out);
/* context: the messenger; path: lives for ever; takes body (JSON) over. Drops the message, with a
 * line, when very many wait. */
void messenger_send(void *context, const char *path, char *body);
/* Sends what still waits, one try each; NULL is fine. */
void messenger_stop(struct messenger *messenger);

#endif
