/* capture: what goes over the contacts as GSMTAP packets, into a pcap file or to a host. Every byte
 * is in them, PINs and results of AUTHENTICATE too. */
#ifndef EMUICC_CARD_TRACE_CAPTURE_H
#define EMUICC_CARD_TRACE_CAPTURE_H

#include <stdio.h>

#include "card/observer.h"

struct capture {
    struct observer observer;
    FILE *file;                /* the one, */
    int socket;                /* or the other; -1 */
    struct capture_room *room; /* heap */
};

/* A new pcap file of mode 0600; or HOST or HOST:PORT. 0, or a failure after a trace line;
 * capture_close() is due after both. */
int capture_open_file(struct capture *capture, const char *path);
int capture_open_host(struct capture *capture, const char *host);
void capture_close(struct capture *capture);

#endif
