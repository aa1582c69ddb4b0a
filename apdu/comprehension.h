/* comprehension: COMPREHENSION-TLVs, as the card application toolkit has them (TS 101 220 §7.1.2):
 * the highest bit of a tag says that its receiver must know it, and an element is the same without.
 */
#ifndef EMUICC_APDU_COMPREHENSION_H
#define EMUICC_APDU_COMPREHENSION_H

#include "apdu/tlv.h"

#define COMPREHENSION_REQUIRED 0x80u

/* As tlv_find(), whichever of the two tags it bears. */
static inline bool comprehension_find(struct bytes in, uint32_t tag, struct tlv *out)
{
    return tlv_find(in, tag | COMPREHENSION_REQUIRED, out) ||
           tlv_find(in, tag & ~COMPREHENSION_REQUIRED, out);
}

/* As tlv_take_tag(), likewise. */
static inline bool comprehension_take(struct bytes *from, uint32_t tag, struct tlv *out)
{
    return tlv_take_tag(from, tag | COMPREHENSION_REQUIRED, out) ||
           tlv_take_tag(from, tag & ~COMPREHENSION_REQUIRED, out);
}

#endif
