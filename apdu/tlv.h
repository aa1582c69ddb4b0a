/* tlv: BER-TLV read in place and written without a tree (ISO/IEC 8825-1; ISO/IEC 7816-4 §5.2.2).
 *
 * A tag is the number that its bytes on the wire make: 0x5A, 0xBF2D, 0x5F37, 0x9F8101 (at most
 * three bytes). Lengths are definite, at most 0x83 xx xx xx; indefinite ones are refused.
 */
#ifndef EMUICC_APDU_TLV_H
#define EMUICC_APDU_TLV_H

#include "apdu/bytes.h"

struct tlv {
    uint32_t tag;       /* as on the wire */
    struct bytes value; /* borrowed from what was read */
    struct bytes whole; /* tag, length and value */
};

#define TLV_CONSTRUCTED 0x20 /* in the first byte of a tag */
#define TLV_TAG_MAX 3
#define TLV_HEADER_MAX 7 /* three bytes of tag, four of length */

/* Takes the next element off the front; false, with nothing moved, if it is cut or malformed. */
bool tlv_take(struct bytes *from, struct tlv *out);

/* Takes the next element if it bears this tag; false, with nothing moved, otherwise. */
bool tlv_take_tag(struct bytes *from, uint32_t tag, struct tlv *out);

/* For an OPTIONAL element: true with *out, or with *out all zero when another tag or the end is
 * next; false only if what is next is cut or malformed. */
bool tlv_take_optional(struct bytes *from, uint32_t tag, struct tlv *out);

/* The first element with this tag among those in `in`; false if absent. */
bool tlv_find(struct bytes in, uint32_t tag, struct tlv *out);

/* All of `in` is one element with this tag. */
bool tlv_whole(struct bytes in, uint32_t tag, struct tlv *out);

/* The front of an element whose value may not have arrived yet. */
enum tlv_front {
    TLV_FRONT_OK,
    TLV_FRONT_SHORT, /* could still become one */
    TLV_FRONT_BAD,   /* can never become one */
};
struct tlv_header {
    uint32_t tag;
    size_t header_len; /* bytes of tag and length */
    size_t value_len;
};
enum tlv_front tlv_read_header(struct bytes from, struct tlv_header *out);

/* Writing. tlv_open() writes a tag and returns a mark for tlv_close(), which sets the length of
 * everything written in between; pairs nest. */
size_t tlv_open(struct writer *writer, uint32_t tag);
void tlv_close(struct writer *writer, size_t mark);
void tlv_put(struct writer *writer, uint32_t tag, struct bytes value);
void tlv_put_u8(struct writer *writer, uint32_t tag, uint8_t value);
void tlv_put_header(struct writer *writer, uint32_t tag, size_t value_len);
void tlv_put_tag(struct writer *writer, uint32_t tag);
/* Bytes that tag and length of such an element take. */
size_t tlv_header_len(uint32_t tag, size_t value_len);

#endif
