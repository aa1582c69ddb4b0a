/* order: what is sent to whom, how protected, and what came back. */
#ifndef EMUICC_TOOLS_OTA_ORDER_H
#define EMUICC_TOOLS_OTA_ORDER_H

#include <jansson.h>

#include "tools/ota/delivery.h"
#include "tools/ota/keys.h"
#include "tools/ota/options.h"
#include "tools/ota/script_text.h"

#define ORDER_PACKET_MAX 4400

struct order {
    const struct ota_options *options;
    struct keys keys;
    struct scp80_header header;
    uint8_t originator[SMS_ADDRESS_MAX];
    size_t originator_len;
    struct script_text text; /* filled by the command */
    uint64_t counter;
    struct message_list messages;
    struct delivery_result result;
};

/* Reads keys, TAR, SPI and number. tar: if none was asked for. False after a fault. */
bool order_begin(struct order *order, const struct ota_options *options, const char *tar,
                 struct fault *fault);
void order_finish(struct order *order);

/* Makes the packet of the script, takes a counter for it and, unless it is only to be printed,
 * delivers it. `document` gets "tar", "counter", "messages", "report". False after a fault; a
 * report that says no is none. */
bool order_send(struct order *order, json_t *document, struct fault *fault);

/* Whether what came back says that all was done, or nothing was asked for. */
bool order_is_done(const json_t *document);

#endif
