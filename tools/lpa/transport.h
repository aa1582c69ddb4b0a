/* transport: the way of an APDU to a card. PC/SC is one; a socket with vpcd's framing and a modem's
 * AT commands fit the same three calls. */
#ifndef EMUICC_TOOLS_LPA_TRANSPORT_H
#define EMUICC_TOOLS_LPA_TRANSPORT_H

#include "apdu/bytes.h"
#include "tools/lpa/fault.h"

#define TRANSPORT_RESPONSE_MAX 258 /* bytes: short answers, status word included */

struct transport;

struct transport_kind {
    const char *name; /* "PC/SC" */
    /* A powered card, with nobody else on it until close(). */
    bool (*open)(struct transport *self, struct fault *fault);
    /* One command; its whole response (status word last) is put to *response. */
    bool (*transmit)(struct transport *self, struct bytes command, struct writer *response,
                     struct fault *fault);
    /* Lets the card go, reset, and frees self; after a failed open() as well. */
    void (*close)(struct transport *self);
};

/* First member of each kind's own struct. */
struct transport {
    const struct transport_kind *kind;
    char place[128]; /* where the card sits, for people: the reader's name; set by open() */
};

#endif
