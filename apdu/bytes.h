/* bytes: the only functions by which bytes are read and written.
 *
 * A `struct bytes` borrows memory that somebody else owns and is passed by value. Reading moves
 * its front with a checked take; an output is written only on success. A `struct writer` fills a
 * fixed buffer of its caller; running out of room sets a bit that sticks, so that a chain of puts
 * needs one check at its end.
 */
#ifndef EMUICC_APDU_BYTES_H
#define EMUICC_APDU_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *data; /* borrowed; may be NULL when len is 0 */
    size_t len;
};

/*@ predicate readable(struct bytes b) = \valid_read(b.data + (0 .. b.len - 1)); */

/* A constant slice from its bytes: BYTES(0xA0, 0x00). Lives as long as the enclosing block. */
#define BYTES(...)                                                                                 \
    ((struct bytes){(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})})

/*@ assigns \nothing;
    ensures \result.data == (const uint8_t *)data && \result.len == len; */
static inline struct bytes bytes_of(const void *data, size_t len)
{
    return (struct bytes){data, len};
}

/*@ requires valid_read_string(text);
    assigns \nothing;
    ensures readable(\result); */
/* The characters of a text without its end. */
static inline struct bytes bytes_of_text(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

/* Same length and same content. Not for secrets: see secret_equal(). */
/*@ requires readable(a) && readable(b);
    assigns \nothing; */
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/*@ requires readable(whole) && readable(front);
    assigns \nothing; */
static inline bool bytes_start_with(struct bytes whole, struct bytes front)
{
    return whole.len >= front.len && bytes_equal(bytes_of(whole.data, front.len), front);
}

/* Moves len bytes from the front of *from to *out; false, and nothing moved, if there are fewer. */
/*@ requires \valid(from) && \valid(out) && \separated(from, out) && readable(*from);
    assigns *from, *out;
    ensures \result <==> \old(from->len) >= len;
    ensures \result ==> out->data == \old(from->data) && out->len == len && readable(*out);
    ensures \result ==> from->len == \old(from->len) - len;
    ensures \result && len > 0 ==> from->data == \old(from->data) + len;
    ensures \result && len == 0 ==> from->data == \old(from->data);
    ensures !\result ==> *from == \old(*from) && *out == \old(*out);
    ensures readable(*from); */
bool bytes_take(struct bytes *from, size_t len, struct bytes *out);
/*@ requires \valid(from) && \valid(out) && \separated(from, out) && readable(*from);
    assigns *from, *out;
    ensures \result <==> \old(from->len) >= 1;
    ensures \result ==> from->len == \old(from->len) - 1 && from->data == \old(from->data) + 1;
    ensures !\result ==> *from == \old(*from);
    ensures readable(*from); */
bool bytes_take_u8(struct bytes *from, uint8_t *out);
/* Big endian, as all numbers on a card's wire. */
/*@ requires \valid(from) && \valid(out) && \separated(from, out) && readable(*from);
    assigns *from, *out;
    ensures \result <==> \old(from->len) >= 2;
    ensures \result ==> from->len == \old(from->len) - 2 && from->data == \old(from->data) + 2;
    ensures !\result ==> *from == \old(*from);
    ensures readable(*from); */
bool bytes_take_u16(struct bytes *from, uint16_t *out);

/* Copies into an array of exactly `len` bytes; false, and nothing written, on any other length. */
/*@ requires readable(from) && \valid((uint8_t *)out + (0 .. len - 1));
    requires \separated(from.data + (0 .. from.len - 1), (uint8_t *)out + (0 .. len - 1));
    assigns ((uint8_t *)out)[0 .. len - 1];
    ensures \result <==> from.len == len; */
bool bytes_copy_exact(struct bytes from, void *out, size_t len);

/* Big-endian value of up to 4 bytes (TS 102 221 file sizes and the like); false if longer. */
/*@ requires readable(from) && \valid(out);
    assigns *out;
    ensures \result <==> from.len <= 4; */
bool bytes_to_u32(struct bytes from, uint32_t *out);

struct writer {
    uint8_t *data;   /* the caller's */
    size_t capacity; /* bytes of room at data */
    size_t len;      /* bytes written so far */
    bool overflow;   /* something did not fit; stays set until writer_reset() */
};

/*@ predicate writable(struct writer *w) =
        \valid(w) && w->len <= w->capacity && \valid(w->data + (0 .. w->capacity - 1)) &&
        \separated(w, w->data + (0 .. w->capacity - 1));
    // What no writing function changes, and what only grows.
    predicate grown{Before, After}(struct writer *w) =
        \at(w->data, After) == \at(w->data, Before) &&
        \at(w->capacity, After) == \at(w->capacity, Before) &&
        \at(w->len, After) >= \at(w->len, Before) &&
        (\at(w->overflow, Before) ==> \at(w->overflow, After)) && writable{After}(w); */

/*@ assigns \nothing;
    ensures \result.data == (uint8_t *)data && \result.capacity == capacity;
    ensures \result.len == 0 && !\result.overflow; */
static inline struct writer writer_on(void *data, size_t capacity)
{
    return (struct writer){data, capacity, 0, false};
}

/*@ requires writable(writer);
    assigns writer->len, writer->overflow;
    ensures writable(writer) && writer->len == 0 && !writer->overflow; */
static inline void writer_reset(struct writer *writer)
{
    writer->len = 0;
    writer->overflow = false;
}

/* What has been written; empty after an overflow, so that half a message is never sent. */
/*@ requires writable(writer);
    assigns \nothing;
    ensures readable(\result) && \result.len <= writer->len; */
static inline struct bytes writer_bytes(const struct writer *writer)
{
    return writer->overflow ? (struct bytes){0} : bytes_of(writer->data, writer->len);
}

/*@ requires writable(writer) && readable(bytes);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer);
    ensures writer->overflow || writer->len == \old(writer->len) + bytes.len; */
void writer_put(struct writer *writer, struct bytes bytes);
/*@ requires writable(writer);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer);
    ensures writer->overflow || writer->len == \old(writer->len) + 1; */
void writer_put_u8(struct writer *writer, uint8_t value);
/*@ requires writable(writer);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer);
    ensures writer->overflow || writer->len == \old(writer->len) + 2; */
void writer_put_u16(struct writer *writer, uint16_t value);
/*@ requires writable(writer);
    assigns *writer, writer->data[0 .. writer->capacity - 1];
    ensures grown{Pre, Post}(writer);
    ensures writer->overflow || writer->len == \old(writer->len) + count; */
void writer_fill(struct writer *writer, uint8_t value, size_t count);

/* Room for len bytes that the caller fills in itself; NULL, and overflow set, if they do not fit.
 */
/*@ requires writable(writer);
    assigns writer->len, writer->overflow;
    ensures grown{Pre, Post}(writer);
    ensures writer->overflow ==> \result == \null && writer->len == \old(writer->len);
    ensures !writer->overflow ==> \result == writer->data + \old(writer->len);
    ensures !writer->overflow ==> writer->len == \old(writer->len) + len; */
uint8_t *writer_reserve(struct writer *writer, size_t len);

#endif
