/* server_plan: what a server is started with, and its limits. */
#ifndef EMUICC_TOOLS_LIB_SERVER_SERVER_PLAN_H
#define EMUICC_TOOLS_LIB_SERVER_SERVER_PLAN_H

#include "tools/lib/server/function.h"
#include "tools/lib/server/group.h"

#define SERVER_BODY_MAX (256u << 10) /* bytes of a request's body */
#define SERVER_WHERE_SIZE 300
#define SERVER_SILENCE 60    /* seconds after which a connection that says nothing is closed */
#define SERVER_TIMEOUT_S 120 /* seconds that a whole request may take, and its answer */

struct server_plan {
    const char *listen; /* "HOST:PORT", "[IPv6]:PORT"; port 0: any free one */
    const struct function_table *functions;
    void *program;                     /* what the functions work on; threads come at once */
    const struct pki_entity *tls, *ci; /* the certificate with its key that clients see, its CI;
                                         NULL where it is plain */
    const char *protocol;    /* of X-Admin-Protocol in answers, "2.2.2"; NULL: SGP.22 v2's */
    const char *protocol_v3; /* the same to a client that names v3 or higher; NULL: none */
    const char *trust; /* PEM: who vouches for clients, which then have to show a certificate; NULL:
                          anybody may call. Borrowed until the end. */
    const struct group_transaction *group; /* of the functions that share one; NULL: none do */
    bool plain;           /* HTTP without TLS: for clients under test, or behind a proxy */
    unsigned timeout_s;   /* in the stead of SERVER_TIMEOUT_S; 0: that */
    unsigned connections; /* at once, a file descriptor each; further ones wait in the kernel's
                             queue until one of these is closed */
};

#endif
