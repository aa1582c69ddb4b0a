/* direct: a chip of an emuicc-farm, on the farm's own sockets (apdu/direct.h). */
#ifndef EMUICC_TOOLS_LIB_TRANSPORT_DIRECT_H
#define EMUICC_TOOLS_LIB_TRANSPORT_DIRECT_H

#include "tools/lib/transport/transport.h"

/* A download's signatures under a crowd of others may take a while. */
#define DIRECT_TIMEOUT_MS 60000

/* where: HOST:PORT/EID, or FARM/chips/EID of a farm on this machine; borrowed. timeout_ms: how long
 * one answer may take. NULL if memory is short. */
struct transport *direct_create(const char *where, int timeout_ms);

#endif
