/* hex: bytes as text, for options, vectors, texts of packages and traces. */
#ifndef EMUICC_APDU_HEX_H
#define EMUICC_APDU_HEX_H

#include "apdu/bytes.h"

/* Characters that `len` bytes need, the end of the text included. */
#define HEX_SIZE(len) (2 * (len) + 1)

/* Writes upper-case digits and an end to text, which has room for HEX_SIZE(bytes.len). */
void hex_encode(struct bytes bytes, char *text);

/* Appends the bytes that the digits stand for; blanks between bytes are skipped. False, with the
 * writer as it was, on an odd digit, a foreign character or lack of room. */
bool hex_decode(const char *text, struct writer *out);

/* The value of one hexadecimal digit, or -1. */
int hex_digit(char digit);

#endif
