/* sms: short messages as an ENVELOPE brings them to the card and as the card sends them (TS 23.040
 * §9.2, TS 31.115 §4, TS 102 223 §7.1.1). */
#ifndef EMUICC_FS_OTA_SMS_H
#define EMUICC_FS_OTA_SMS_H

#include "apdu/tlv.h"

#define SMS_ENVELOPE 0xD1
#define SMS_USER_DATA_MAX 140
#define SMS_ADDRESS_MAX 12 /* length, type and ten bytes of digits */

/* What comes: the message in an SMS-PP download. */
struct sms_delivery {
    struct bytes center;     /* address of the SMSC, without its length; empty: not told */
    struct bytes originator; /* TP-OA: digits, type and digits */
    uint8_t pid, dcs;
    bool has_header;     /* user data begin with a header */
    struct bytes header; /* its elements */
    struct bytes text;   /* the rest of the user data */
};

/* Takes an SMS-PP download, the BER-TLV whole, apart; false if it is malformed. */
bool sms_read(const struct tlv *envelope, struct sms_delivery *out);

/* Which part of a concatenated message it is; count 1: it is whole. */
struct sms_part {
    uint16_t reference;
    uint8_t count, number; /* from 1 */
    bool command_packet;   /* the header says that a command packet begins here */
};
/* False if the header contradicts itself. */
bool sms_read_part(const struct sms_delivery *delivery, struct sms_part *out);

/* What a packet's user data header says it is. */
#define SMS_COMMAND_PACKET 0x70
#define SMS_RESPONSE_PACKET 0x71

/* How many messages a packet of this length, without a user data header, takes; 0: too many. */
uint8_t sms_part_count(size_t packet_len);
/* Appends the user data of the message of this number, from 1: a header, which in the first says
 * what the packet is, and in each of several which part it is, and the bytes. */
void sms_put_part(struct bytes packet, uint8_t kind, uint8_t reference, uint8_t number,
                  struct writer *out);

/* Appends an SMS-SUBMIT with 8-bit user data, their header included, to the number that a message
 * came from. */
void sms_put_submit(const struct sms_delivery *answered, struct bytes user_data,
                    struct writer *out);

/* Appends an SMS-PP download with a message from this address; header: 0 or the elements of a user
 * data header. For those who play the network. */
struct sms_message {
    struct bytes center;     /* as above; empty: not told */
    struct bytes originator; /* TP-OA */
    struct bytes user_data;  /* with its header */
};
void sms_put_deliver(const struct sms_message *message, struct writer *out);
void sms_put_envelope(const struct sms_message *message, struct writer *out);

#endif
