/* event_client: the calls of an event_link by HTTPS. */
#ifndef EMUICC_TOOLS_LIB_SERVER_EVENT_CLIENT_H
#define EMUICC_TOOLS_LIB_SERVER_EVENT_CLIENT_H

#include "tools/lib/server/client.h"
#include "tools/lib/server/event.h"

struct event_client;

/* address: as in an event_link; url: where that is, "https://127.0.0.1:8454", or NULL for https://
 * and the address. Texts are borrowed until the end. 0, or a failure after a trace line. */
int event_client_open(const char *address, const char *url, const struct client_plan *plan,
                      struct event_client **out);
/* Calls may come from several threads at once. */
struct event_link event_client_link(struct event_client *client);
void event_client_close(struct event_client *client); /* NULL is fine */

#endif
