/* reader: where the card is plugged in, and staying plugged in (link.h) until a stop is asked for.
 */
#ifndef EMUICC_CARD_READER_READER_H
#define EMUICC_CARD_READER_READER_H

#include <sys/socket.h>

#include "card/card.h"
#include "card/control/control.h"
#include "card/stop.h"

#define READER_DEFAULT "127.0.0.1:35963"

struct reader {
    const char *name; /* as given, borrowed */
    struct sockaddr_storage address;
    socklen_t address_len;
};

/* HOST:PORT or [HOST]:PORT. HOST is an address, or a name of this machine: a name that leads
 * elsewhere is refused, as every command and its data goes there. 0, or a failure after a trace
 * line. */
int reader_init(struct reader *reader, const char *name);

/* Serves the card until a stop is asked for, and requests to it while it waits. 0, or a failure
 * after a trace line. */
int reader_serve(const struct reader *reader, struct card *card, struct stop *stop,
                 struct control *control);

#endif
