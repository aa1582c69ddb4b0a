/* connections: how long each client of a server may take. libmicrohttpd ends who says nothing; who
 * says a byte now and then is ended here, so that nobody holds a place for ever. */
#ifndef EMUICC_TOOLS_LIB_SERVER_CONNECTIONS_H
#define EMUICC_TOOLS_LIB_SERVER_CONNECTIONS_H

struct connections;
struct connection;

/* seconds: for a whole request from the end of the answer before it (or from the connection's
 * begin), and the same again for its answer. Starts a thread. 0 or a failure. */
int connections_create(unsigned seconds, struct connections **out);
void connections_destroy(struct connections *connections); /* NULL is fine; none may be left */
/* NULL if memory is short: nobody looks at this one's time then. */
struct connection *connections_add(struct connections *connections, int socket);
/* Before its socket is closed; NULL is fine. */
void connections_remove(struct connections *connections, struct connection *connection);
/* Its time begins anew; NULL is fine. */
void connections_restart(struct connections *connections, struct connection *connection);

#endif
