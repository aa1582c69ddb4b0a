/* exchange: one command to a card and all of its answer, whatever pieces it comes in. */
#ifndef EMUICC_TOOLS_LIB_TRANSPORT_EXCHANGE_H
#define EMUICC_TOOLS_LIB_TRANSPORT_EXCHANGE_H

#include "tools/lib/transport/transport.h"

#define CLASS_UICC 0x00
#define CLASS_PROPRIETARY 0x80

struct exchange_command {
    uint8_t cla; /* of channel 0: the transport's channel is added */
    uint8_t ins, p1, p2;
    struct bytes data; /* case 3 if there are any */
    bool has_le;
    uint8_t le;
};

/* The class byte of that family on a channel (TS 102 221 §10.1.1). */
uint8_t exchange_class(uint8_t channel, uint8_t cla);

/* Sends it and fetches what 61xx announces; all response data are appended to *answer. secret: keep
 * the bytes out of the trace. The last status word, or -1 after a fault. */
int exchange(struct transport *transport, const struct exchange_command *command, bool secret,
             struct writer *answer, struct fault *fault);

/* 9000 or 91xx. */
bool exchange_is_success(int status);

/* A fault, unless there is one because status is -1: this command was refused. Always false. */
bool exchange_refused(struct fault *fault, const char *where, int status);

#endif
