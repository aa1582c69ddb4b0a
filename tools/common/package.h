/* package: what the front of an unprotected profile package says of it (TCA eUICC Profile Package:
 * Interoperable Format §8.2, PE-Header). Read here with no help from the card's interpreter, so
 * that a fault of one is seen by the other. */
#ifndef EMUICC_TOOLS_COMMON_PACKAGE_H
#define EMUICC_TOOLS_COMMON_PACKAGE_H

#include "apdu/bytes.h"

#define PACKAGE_MAX (4u << 20) /* bytes of a package that the programs take */
#define PACKAGE_ICCID_SIZE 10
#define PACKAGE_ICCID_TEXT_SIZE (2 * PACKAGE_ICCID_SIZE + 1)
#define PACKAGE_TYPE_SIZE 101 /* profileType of at most 100 bytes, and an end */

struct package_header {
    uint8_t major, minor;
    char type[PACKAGE_TYPE_SIZE];      /* "" if the header has none */
    uint8_t iccid[PACKAGE_ICCID_SIZE]; /* digits in order, F-padded */
};

/* False unless the package starts with a whole header. What follows is not looked at: a package
 * that a card has to refuse can be sent as well. */
bool package_read_header(struct bytes package, struct package_header *out);

/* 18 to 20 digits, the last of which may be the padding F, as a header has them. */
bool package_iccid_from_text(const char *text, uint8_t iccid[PACKAGE_ICCID_SIZE]);

/* The same ICCID as EF.ICCID and StoreMetadata code it: nibbles swapped. */
void package_swap_iccid(const uint8_t from[PACKAGE_ICCID_SIZE], uint8_t to[PACKAGE_ICCID_SIZE]);

/* Digits of a header's ICCID, the padding left out. */
void package_iccid_text(const uint8_t iccid[PACKAGE_ICCID_SIZE],
                        char text[PACKAGE_ICCID_TEXT_SIZE]);

#endif
