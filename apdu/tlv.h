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

/*@ predicate readable_tlv(struct tlv t) = readable(t.value) && readable(t.whole);
    // An element of two bytes at least, and what follows it.
    predicate taken(struct bytes before, struct bytes after, struct tlv t) =
        before.len == t.whole.len + after.len && t.whole.len >= t.value.len + 2; */

#define TLV_CONSTRUCTED 0x20 /* in the first byte of a tag */
#define TLV_TAG_MAX 3
#define TLV_HEADER_MAX 7 /* three bytes of tag, four of length */

/* Takes the next element off the front; false, with nothing moved, if it is cut or malformed. */
/*@ requires \valid(from) && \valid(out) && \separated(from, out) && readable(*from);
    assigns *from, *out;
    ensures \result ==> readable_tlv(*out) && taken(\old(*from), *from, *out);
    ensures !\result ==> *from == \old(*from);
    ensures readable(*from); */
bool tlv_take(struct bytes *from, struct tlv *out);

/* Takes the next element if it bears this tag; false, with nothing moved, otherwise. */
/*@ requires \valid(from) && \valid(out) && \separated(from, out) && readable(*from);
    assigns *from, *out;
    ensures \result ==> readable_tlv(*out) && taken(\old(*from), *from, *out);
    ensures !\result ==> *from == \old(*from);
    ensures readable(*from); */
bool tlv_take_tag(struct bytes *from, uint32_t tag, struct tlv *out);

/* For an OPTIONAL element: true with *out, or with *out all zero when another tag or the end is
 * next; false only if what is next is cut or malformed. */
/*@ requires \valid(from) && \valid(out) && \separated(from, out) && readable(*from);
    assigns *from, *out;
    ensures \result ==> readable_tlv(*out);
    ensures \result && out->tag != 0 ==> taken(\old(*from), *from, *out);
    ensures !\result ==> *from == \old(*from);
    ensures readable(*from) && from->len <= \old(from->len); */
bool tlv_take_optional(struct bytes *from, uint32_t tag, struct tlv *out);

/* The first element with this tag among those in `in`; false if absent. */
/*@ requires readable(in) && \valid(out);
    assigns *out;
    ensures \result ==> readable_tlv(*out) && out->value.len < in.len; */
bool tlv_find(struct bytes in, uint32_t tag, struct tlv *out);

/* All of `in` is one element with this tag. */
/*@ requires readable(in) && \valid(out);
    assigns *out;
    ensures \result ==> readable_tlv(*out) && out->value.len < in.len; */
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
/*@ requires readable(from) && \valid(out);
    assigns *out;
    ensures \result == TLV_FRONT_OK ==> 2 <= out->header_len <= from.len;
    ensures \result == TLV_FRONT_OK ==> out->header_len <= TLV_HEADER_MAX;
    ensures \result == TLV_FRONT_OK ==> out->value_len <= 0xFFFFFF;
    ensures \result == TLV_FRONT_SHORT ==> from.len < TLV_HEADER_MAX;
    ensures \result != TLV_FRONT_OK ==> *out == \old(*out); */
enum tlv_front tlv_read_header(struct bytes from, struct tlv_header *out);

/* Writing. tlv_open() writes a tag and returns a mark for tlv_close(), which sets the length of
 * everything written in between; pairs nest. */
/*@ requires writable(writer);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer);
    ensures writer->overflow || \result == writer->len >= 1; */
size_t tlv_open(struct writer *writer, uint32_t tag);
/*@ requires writable(writer) && (writer->overflow || 1 <= mark <= writer->len);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer); */
void tlv_close(struct writer *writer, size_t mark);
/*@ requires writable(writer) && readable(value);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer);
    ensures writer->overflow || writer->len > \old(writer->len); */
void tlv_put(struct writer *writer, uint32_t tag, struct bytes value);
/*@ requires writable(writer);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer);
    ensures writer->overflow || writer->len > \old(writer->len); */
void tlv_put_u8(struct writer *writer, uint32_t tag, uint8_t value);
/*@ requires writable(writer);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer);
    ensures writer->overflow || writer->len > \old(writer->len); */
void tlv_put_header(struct writer *writer, uint32_t tag, size_t value_len);
/*@ requires writable(writer);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer);
    ensures writer->overflow || writer->len > \old(writer->len); */
void tlv_put_tag(struct writer *writer, uint32_t tag);
/* Bytes that tag and length of such an element take. */
/*@ assigns \nothing;
    ensures 2 <= \result <= TLV_HEADER_MAX; */
size_t tlv_header_len(uint32_t tag, size_t value_len);

#endif
