/* operator: an operator of the shipped profile usim-ota, who has its keys: secured packets in
 * ENVELOPEs, and their receipts. */
#ifndef EMUICC_TESTS_SUPPORT_OPERATOR_H
#define EMUICC_TESTS_SUPPORT_OPERATOR_H

#include "apdu/bytes.h"

#define OPERATOR_RFM_TAR 0xB00140 /* files of ADF.USIM */
#define OPERATOR_RAM_TAR 0xB20100 /* the MNO-SD */

/* The script as a command packet with this counter: ciphered, with a checksum, a receipt asked for.
 */
struct bytes operator_packet(uint32_t tar, uint32_t counter, struct bytes script,
                             struct writer *out);
/* Appends the ENVELOPE that brings the packet's message of this number, from 1; how many there are
 * says sms_part_count(). */
void operator_put_envelope(struct bytes packet, uint8_t number, struct writer *out);

/* Reads the receipt of a packet to this TAR; room: as many bytes as it has, which *data borrows.
 * Its status (scp80_status), or < 0: it is none. */
int operator_read_receipt(uint32_t tar, struct bytes receipt, uint8_t *room, struct bytes *data);

#endif
