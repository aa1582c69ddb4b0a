/* message: a command packet in short messages, one or several, and a response packet out of those
 * that a card sends (TS 23.040 §9.2.3.24, TS 31.115 §4). */
#ifndef EMUICC_TOOLS_OTA_MESSAGE_H
#define EMUICC_TOOLS_OTA_MESSAGE_H

#include "fs/ota/sms.h"

#define MESSAGE_TPDU_MAX 180
#define MESSAGE_PARTS_MAX 32

struct message_tpdu {
    uint8_t data[MESSAGE_TPDU_MAX];
    size_t len;
};

struct message_list {
    struct message_tpdu parts[MESSAGE_PARTS_MAX];
    size_t count;
};

/* Puts a packet into SMS-DELIVERs. originator: TP-OA. False if it needs too many. */
bool message_pack(struct bytes packet, struct bytes originator, uint8_t reference,
                  struct message_list *out);

/* Appends what a SUBMIT carries to a response packet with its user data header: all parts in their
 * order. False if it is none. */
bool message_unpack(struct bytes tpdu, struct writer *out);

#endif
