/* port: the pseudo-terminal at which the modem is found. */
#ifndef EMUICC_TOOLS_MODEM_PORT_H
#define EMUICC_TOOLS_MODEM_PORT_H

#include <limits.h>

#include "tools/modem/modem.h"

struct port {
    int master;       /* -1: none */
    char slave[64];   /* its device, /dev/pts/3 */
    const char *link; /* that leads to it; borrowed */
    bool is_linked;
};

/* Makes a terminal in raw mode and the link to it. A link that is there is replaced; anything else
 * of that name is left alone. False after a trace line. */
bool port_open(struct port *port, const char *link);
/* Takes the link away, if it still leads here. */
void port_close(struct port *port);

/* Serves the modem until a signal ends it; false, after a trace line, if the terminal breaks. */
bool port_serve(struct port *port, struct modem *modem);

#endif
