/* transport: the way of an APDU to a card. A PC/SC reader is one, a device's modem another. */
#ifndef EMUICC_TOOLS_LIB_TRANSPORT_TRANSPORT_H
#define EMUICC_TOOLS_LIB_TRANSPORT_TRANSPORT_H

#include "apdu/bytes.h"
#include "tools/lib/transport/fault.h"

#define TRANSPORT_RESPONSE_MAX 258 /* bytes: short answers, status word included */

#define TRANSPORT_ATR_MAX 33

struct transport;

struct transport_kind {
    const char *name; /* "PC/SC" */
    /* A powered card, with nobody else on it until close(). */
    bool (*open)(struct transport *self, struct fault *fault);
    /* The application of that AID, on a logical channel of its own. Where commands go as they are,
     * channel_select() does it. */
    bool (*select)(struct transport *self, struct bytes aid, struct fault *fault);
    /* One command; its whole response (status word last) is put to *response. */
    bool (*transmit)(struct transport *self, struct bytes command, struct writer *response,
                     struct fault *fault);
    /* Closes the channel; harmless twice, and after a failure. */
    void (*deselect)(struct transport *self, struct fault *fault);
    /* Lets the card go and frees self; after a failed open() as well. A reader's card is reset. */
    void (*close)(struct transport *self);
    /* NULL both, or commands go as they are, case 4 as well, and several may be on their way:
     * send() does not wait, it may keep what it is given until the next receive(), which brings the
     * response to the oldest command that has none. Once either has failed, both fail at once. */
    bool (*send)(struct transport *self, struct bytes command, struct fault *fault);
    bool (*receive)(struct transport *self, struct writer *response, struct fault *fault);
};

/* First member of each kind's own struct. */
struct transport {
    const struct transport_kind *kind;
    uint8_t channel; /* that class bytes name: set by select(), 0 again by deselect() and always
                        where the other side puts it in */
    char place[128]; /* where the card sits, for people: the reader's name; set by open() */
    uint8_t atr[TRANSPORT_ATR_MAX];
    uint8_t atr_len; /* set by open(); 0: it is not known */
};

#endif
