/* der: the ASN.1 types inside a TLV, as DER codes them (ITU-T X.690 §8.2 to §8.19, §10, §11). */
#ifndef EMUICC_APDU_DER_H
#define EMUICC_APDU_DER_H

#include "apdu/tlv.h"

#define DER_BOOLEAN 0x01
#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_NULL 0x05
#define DER_OBJECT_IDENTIFIER 0x06
#define DER_UTF8_STRING 0x0C
#define DER_PRINTABLE_STRING 0x13
#define DER_UTC_TIME 0x17
#define DER_GENERALIZED_TIME 0x18
#define DER_SEQUENCE 0x30
#define DER_SET 0x31

/* INTEGER whose value fits in 64 bits, minimal coding required. */
/*@ requires readable(value) && \valid(out);
    assigns *out;
    ensures !\result ==> *out == \old(*out); */
bool der_to_integer(struct bytes value, int64_t *out);
/* As der_to_integer, and the value lies between 0 and max. */
/*@ requires readable(value) && \valid(out);
    assigns *out;
    ensures !\result ==> *out == \old(*out);
    ensures \result ==> *out <= max; */
bool der_to_unsigned(struct bytes value, uint32_t max, uint32_t *out);
/*@ requires writable(writer);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer); */
void der_put_integer(struct writer *writer, uint32_t tag, int64_t value);
/* INTEGER from an unsigned big-endian number of any length (an ECDSA r or s, a serial number). */
/*@ requires writable(writer) && readable(number) && number.len < SIZE_MAX;
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer); */
void der_put_unsigned(struct writer *writer, uint32_t tag, struct bytes number);

/* BOOLEAN: any non-zero byte is true (LPAs send 01 and FF). */
/*@ requires readable(value) && \valid(out);
    assigns *out;
    ensures !\result ==> *out == \old(*out); */
bool der_to_boolean(struct bytes value, bool *out);
/*@ requires writable(writer);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer); */
void der_put_boolean(struct writer *writer, uint32_t tag, bool value);

/* Named bits: bit 0 is the first, most significant one. At most 32 bits. Written without trailing
 * zero bits (X.690 §11.2.2). */
/*@ requires readable(value) && \valid(bits);
    assigns *bits;
    ensures !\result ==> *bits == \old(*bits); */
bool der_to_bits(struct bytes value, uint32_t *bits);
/*@ requires number < 32;
    assigns \nothing; */
static inline bool der_bit(uint32_t bits, unsigned number)
{
    return (bits >> number & 1) != 0;
}
/* `bits` has bit n of the ASN.1 at 1 << n. */
/*@ requires writable(writer);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer); */
void der_put_bits(struct writer *writer, uint32_t tag, uint32_t bits);

/* OBJECT IDENTIFIER in dotted form: "2.23.146.1.2.1.4". The text has room for `size` characters;
 * false if it does not fit or the coding is wrong. */
#define DER_OID_TEXT_SIZE 96
/*@ requires readable(oid) && size > 0 && \valid(text + (0 .. size - 1));
    requires \separated(text + (0 .. size - 1), oid.data + (0 .. oid.len - 1));
    assigns text[0 .. size - 1]; */
bool der_oid_to_text(struct bytes oid, char *text, size_t size);
/* Appends the content bytes of a dotted OID; false on a malformed text. */
/*@ requires valid_read_string(text) && writable(out);
    requires \separated(out, text + (0 .. strlen(text)));
    requires \separated(out->data + (0 .. out->capacity - 1), text + (0 .. strlen(text)));
    assigns *out, out->data[0 .. out->capacity - 1];
    ensures grown{Pre, Post}(out);
    ensures !\result ==> out->len == \old(out->len); */
bool der_oid_from_text(const char *text, struct writer *out);

/* The content is UTF-8 of at most max_characters. */
/*@ requires readable(value);
    assigns \nothing; */
bool der_is_utf8(struct bytes value, size_t max_characters);

#endif
