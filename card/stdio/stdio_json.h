/* stdio_json: lpac's APDU backend `stdio` (docs/backends/stdio.md there). */
#ifndef EMUICC_CARD_STDIO_STDIO_JSON_H
#define EMUICC_CARD_STDIO_STDIO_JSON_H

#include "card/reader/contact.h"

/* {"type":"apdu","payload":{"func":"transmit","param":"00A4..."}} is answered with
 * {"type":"apdu","payload":{"ecode":0,"data":"...9000"}}; func is connect, disconnect,
 * logic_channel_open (param: an AID; ecode: the channel), logic_channel_close or transmit. An ecode
 * below 0 is a failure. False if the line is JSON of another type, which wants no answer. room:
 * CARD_RESPONSE_CAPACITY bytes. */
bool stdio_json_answer(struct contact *contact, struct bytes line, uint8_t *room,
                       struct writer *answer);

#endif
