/* server: a table of functions behind HTTPS, by libmicrohttpd (SGP.22 §6.1 to §6.3). */
#ifndef EMUICC_TOOLS_LIB_SERVER_SERVER_H
#define EMUICC_TOOLS_LIB_SERVER_SERVER_H

#include "tools/lib/server/server_plan.h"

struct server;

/* Listens and answers in threads of its own; texts of the plan but `listen` are borrowed until the
 * end. 0, or a failure after one trace line that says what is wrong with which address. */
int server_start(const struct server_plan *plan, struct server **out);
/* Where it listens: "127.0.0.1:8443". */
const char *server_where(const struct server *server);
/* Ends all connections; NULL is fine. */
void server_stop(struct server *server);

#endif
