/* server_request: a request to a server, from its head to its answer. Private to the server;
 * context is the struct server, in all of them. */
#ifndef EMUICC_TOOLS_LIB_SERVER_SERVER_REQUEST_H
#define EMUICC_TOOLS_LIB_SERVER_SERVER_REQUEST_H

#include <microhttpd.h>

#include "tools/lib/server/group.h"

/* For libmicrohttpd: head and body arrive, and the answer goes out; the request is forgotten. */
enum MHD_Result server_request_access(void *context, struct MHD_Connection *connection,
                                      const char *path, const char *method, const char *version,
                                      const char *data, size_t *len, void **state);
void server_request_completed(void *context, struct MHD_Connection *connection, void **state,
                              enum MHD_RequestTerminationCode code);

/* For the group: the function of one of its members runs, and its transaction has ended. */
void server_request_run(void *context, struct group_member *member);
void server_request_finish(void *context, struct group_member *member, int result);
/* For the workers: a function runs that waits for others. */
void server_request_run_apart(void *context, struct group_member *member);

#endif
