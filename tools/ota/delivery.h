/* delivery: short messages to a card, by a reader or a farm with the program as the terminal, or by
 * a modem in front of the card (emuicc-modem), and what comes back. */
#ifndef EMUICC_TOOLS_OTA_DELIVERY_H
#define EMUICC_TOOLS_OTA_DELIVERY_H

#include "tools/lib/toolkit/bearer.h"
#include "tools/lib/transport/fault.h"
#include "tools/ota/message.h"

#define DELIVERY_RESPONSE_MAX 8192

struct delivery_way {
    const struct bearer *bearer; /* what the card may connect to while this is its terminal */
    const char *reader, *direct, *modem; /* at most one; none: the only reader with a card */
};

struct delivery_result {
    uint16_t status;                         /* the card's, to the last message */
    uint8_t response[DELIVERY_RESPONSE_MAX]; /* response packet, or empty */
    size_t len;
    bool by_submit; /* it came in messages of its own */
};

/* Delivers all messages in order, and serves the card while it has a channel open. False after a
 * fault. */
bool delivery_run(const struct delivery_way *way, const struct message_list *messages,
                  struct delivery_result *out, struct fault *fault);

#endif
