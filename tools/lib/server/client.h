/* client: a server as the client of another one, by HTTPS with its own certificate (SGP.22 §6.1).
 * For one thread at a time. */
#ifndef EMUICC_TOOLS_LIB_SERVER_CLIENT_H
#define EMUICC_TOOLS_LIB_SERVER_CLIENT_H

#include "fs/profile/blob.h"

struct client_plan {
    const char *trust;              /* PEM file: who may vouch for the servers that it calls */
    const char *certificates, *key; /* PEM: its own */
    const char *protocol;           /* of X-Admin-Protocol, "2.2.2" */
};

struct client;

#define CLIENT_URL_SIZE 1024
#define CLIENT_ANSWER_MAX (256u << 10) /* bytes */

/* The texts of the plan are borrowed until the end. 0 or a failure. */
int client_open(const struct client_plan *plan, struct client **out);
/* POST of a JSON text to url followed by path. True if the server answers with HTTP's 2xx; what it
 * says goes to *answer, if that is not NULL. False after a trace line that begins with `who`. */
bool client_post(struct client *client, const char *who, const char *url, const char *path,
                 const char *json, struct blob *answer);
void client_close(struct client *client); /* NULL is fine */

#endif
