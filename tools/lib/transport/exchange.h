/* exchange: one command to a card and all of its answer, whatever pieces it comes in. */
#ifndef EMUICC_TOOLS_LIB_TRANSPORT_EXCHANGE_H
#define EMUICC_TOOLS_LIB_TRANSPORT_EXCHANGE_H

#include "tools/lib/transport/transport.h"

#define CLASS_UICC 0x00
#define CLASS_PROPRIETARY 0x80

struct exchange_command {
    uint8_t cla; /* of channel 0: the transport's channel is added */
    uint8_t ins, p1, p2;
    struct bytes data;
    bool has_le; /* with data only where commands go as they are, else case 3 */
    uint8_t le;
};

/* The class byte of that family on a channel (TS 102 221 §10.1.1). */
uint8_t exchange_class(uint8_t channel, uint8_t cla);

/* Sends it and fetches what 61xx announces; all response data are appended to *answer. secret: keep
 * the bytes out of the trace. The last status word, or -1 after a fault. */
int exchange(struct transport *transport, const struct exchange_command *command, bool secret,
             struct writer *answer, struct fault *fault);

/* The blocks of one request, in their order; only the last one's answer may have data. Ends at the
 * first that is refused. The last status word, or -1 after a fault. */
int exchange_blocks(struct transport *transport, const struct exchange_command *commands,
                    size_t count, bool secret, struct writer *answer, struct fault *fault);

/* The same in two steps where the way takes several commands at once (its kind has send()): others
 * may be sent between them. All responses are received, also those behind one that is refused. */
bool exchange_send_blocks(struct transport *transport, const struct exchange_command *commands,
                          size_t count, bool secret, struct fault *fault);
int exchange_receive_blocks(struct transport *transport, size_t count, bool secret,
                            struct writer *answer, struct fault *fault);
/* Fetches what the status word of the last command announces, in that command's class; start: where
 * its answer begins. The last status word, or -1 after a fault. */
int exchange_collect(struct transport *transport, uint8_t cla, int status, size_t start,
                     bool secret, struct writer *answer, struct fault *fault);

/* 9000 or 91xx. */
bool exchange_is_success(int status);

/* A fault, unless there is one because status is -1: this command was refused. Always false. */
bool exchange_refused(struct fault *fault, const char *where, int status);

#endif
