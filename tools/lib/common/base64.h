/* base64 (RFC 4648 §4), the form of every DER object in the JSON of ES2+, ES9+ and ES11. */
#ifndef EMUICC_TOOLS_LIB_COMMON_BASE64_H
#define EMUICC_TOOLS_LIB_COMMON_BASE64_H

#include "apdu/bytes.h"

/* Characters that `len` bytes need, padding and the end of the text included. */
#define BASE64_SIZE(len) (((len) + 2) / 3 * 4 + 1)
/* Bytes that `length` characters make at most. */
#define BASE64_DECODED_MAX(length) ((length) / 4 * 3 + 3)

/* Writes the digits and an end to text, which has room for BASE64_SIZE(bytes.len). */
void base64_encode(struct bytes bytes, char *text);

/* Appends the bytes that the text stands for; white space is skipped. False, with the writer as it
 * was, on a foreign character, wrong or missing padding, or lack of room. */
bool base64_decode(struct bytes text, struct writer *out);

#endif
