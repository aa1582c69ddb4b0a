/* iccid: the number of a profile in its three forms: digits, digits packed in order as a package's
 * header has them, and with nibbles swapped as EF.ICCID and SGP.22 do (ITU-T E.118; TS 102 221
 * §13.2). */
#ifndef EMUICC_FS_PROFILE_ICCID_H
#define EMUICC_FS_PROFILE_ICCID_H

#include "apdu/bytes.h"

#define ICCID_SIZE 10
#define ICCID_TEXT_SIZE (2 * ICCID_SIZE + 1)

/* 18 to 20 digits, the last of which may be the padding F, to digits in order. */
bool iccid_from_text(const char *text, uint8_t iccid[ICCID_SIZE]);

/* From digits in order to swapped nibbles, and back. */
void iccid_swap(const uint8_t from[ICCID_SIZE], uint8_t to[ICCID_SIZE]);

/* The digits of an ICCID that has them in order, the padding left out. */
void iccid_text(const uint8_t iccid[ICCID_SIZE], char text[ICCID_TEXT_SIZE]);
/* The same of one with swapped nibbles. False, and "", unless it has ICCID_SIZE bytes. */
bool iccid_swapped_text(struct bytes swapped, char text[ICCID_TEXT_SIZE]);

#endif
