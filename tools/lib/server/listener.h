/* listener: a socket that listens where an option says. */
#ifndef EMUICC_TOOLS_LIB_SERVER_LISTENER_H
#define EMUICC_TOOLS_LIB_SERVER_LISTENER_H

#include <stddef.h>

/* where: "HOST:PORT", "[IPv6]:PORT"; port 0 is any free one. The socket, with where it listens
 * written to `found`; or a failure (< 0) after one trace line. */
int listener_open(const char *where, char *found, size_t size);

#endif
