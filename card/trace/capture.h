/* capture: what goes over the contacts as GSMTAP packets, into a pcap file or to a host. Every byte
 * is in them, PINs and results of AUTHENTICATE too. */
#ifndef EMUICC_CARD_TRACE_CAPTURE_H
#define EMUICC_CARD_TRACE_CAPTURE_H

#include "card/observer.h"
#include "card/trace/output_file.h"

struct capture {
    struct observer observer;
    struct output_file file;   /* the one, */
    int socket;                /* or the other; -1 */
    struct capture_room *room; /* heap */
};

/* A new pcap file of mode 0600; or HOST or HOST:PORT. 0, or a failure after a trace line;
 * capture_close() is due after both, which fails if something could not be written. */
int capture_open_file(struct capture *capture, const char *path);
bool capture_check_host(const char *host); /* false, after a trace line, if it has another form */
int capture_open_host(struct capture *capture, const char *host);
int capture_close(struct capture *capture);

#endif
