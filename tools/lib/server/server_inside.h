/* server_inside: what the sources of a server share. Private to it. */
#ifndef EMUICC_TOOLS_LIB_SERVER_SERVER_INSIDE_H
#define EMUICC_TOOLS_LIB_SERVER_SERVER_INSIDE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "tools/lib/server/connections.h"
#include "tools/lib/server/server_plan.h"
#include "tools/lib/server/workers.h"

struct server {
    struct server_plan plan;
    struct MHD_Daemon *daemon;
    atomic_uint connected;
    struct connections *clocks;
    struct group *group;      /* NULL: no functions share a transaction, and */
    struct workers *workers;  /* all are run by the threads that read and write */
    char *certificates, *key; /* PEM */
    char where[SERVER_WHERE_SIZE];
};

#endif
