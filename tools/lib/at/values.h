/* values: what stands behind the name of an AT command or of its result, `1,10,"80CA"`: numbers and
 * texts with commas between them (V.250 §5.4, TS 27.007 §4). */
#ifndef EMUICC_TOOLS_LIB_AT_VALUES_H
#define EMUICC_TOOLS_LIB_AT_VALUES_H

#include "apdu/bytes.h"

struct values {
    struct bytes rest; /* characters, borrowed */
    bool more;         /* one more value stands there, which may be empty */
};

/* Of a text with nothing in it there are none. */
struct values values_of(struct bytes text);

/* The next value, without its quotation marks if it has any, and without blanks around it. False,
 * and nothing moved, if there is none or it is not well formed. The same holds for those below. */
bool values_take(struct values *values, struct bytes *out);
/* Decimal, at most max. */
bool values_take_number(struct values *values, uint32_t max, uint32_t *out);
/* Pairs of hexadecimal digits, at least one, appended. */
bool values_take_hex(struct values *values, struct writer *out);

#endif
