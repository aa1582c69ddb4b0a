/* package: what the front of an unprotected profile package says of it (TCA eUICC Profile Package:
 * Interoperable Format §8.2, PE-Header). Read here with no help from the card's interpreter, so
 * that a fault of one is seen by the other. */
#ifndef EMUICC_TOOLS_LIB_COMMON_PACKAGE_H
#define EMUICC_TOOLS_LIB_COMMON_PACKAGE_H

#include "fs/profile/iccid.h"

#define PACKAGE_MAX (4u << 20) /* bytes of a package that the programs take */
#define PACKAGE_TYPE_SIZE 101  /* profileType of at most 100 bytes, and an end */

struct package_header {
    uint8_t major, minor;
    char type[PACKAGE_TYPE_SIZE]; /* "" if the header has none */
    uint8_t iccid[ICCID_SIZE];    /* digits in order, F-padded */
};

/* False unless the package starts with a whole header. What follows is not looked at: a package
 * that a card has to refuse can be sent as well. */
bool package_read_header(struct bytes package, struct package_header *out);

/* What a file is that people take for a package: NULL if it begins with a whole header, else what
 * it is instead, as the end of a sentence: "is hexadecimal text: xxd -r -p makes bytes of it". */
const char *package_problem(struct bytes file);

/* A front of printable characters, in UTF-8. */
bool package_is_text(struct bytes file);

/* False if it does not even begin as a package does, with the header's tag. */
bool package_begins(struct bytes file);

#endif
