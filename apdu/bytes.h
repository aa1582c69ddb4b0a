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

/* A constant slice from its bytes: BYTES(0xA0, 0x00). Lives as long as the enclosing block. */
#define BYTES(...)                                                                                 \
    ((struct bytes){(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})})

static inline struct bytes bytes_of(const void *data, size_t len)
{
    return (struct bytes){data, len};
}

/* The characters of a text without its end. */
static inline struct bytes bytes_of_text(const char *text)
{
    return (struct bytes){(const uint8_t *)text, strlen(text)};
}

/* Same length and same content. Not for secrets: see secret_equal(). */
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool bytes_start_with(struct bytes whole, struct bytes front)
{
    return whole.len >= front.len && bytes_equal(bytes_of(whole.data, front.len), front);
}

/* Moves len bytes from the front of *from to *out; false, and nothing moved, if there are fewer. */
bool bytes_take(struct bytes *from, size_t len, struct bytes *out);
bool bytes_take_u8(struct bytes *from, uint8_t *out);
/* Big endian, as all numbers on a card's wire. */
bool bytes_take_u16(struct bytes *from, uint16_t *out);

/* Copies into an array of exactly `len` bytes; false, and nothing written, on any other length. */
bool bytes_copy_exact(struct bytes from, void *out, size_t len);

/* Big-endian value of up to 4 bytes (TS 102 221 file sizes and the like); false if longer. */
bool bytes_to_u32(struct bytes from, uint32_t *out);

struct writer {
    uint8_t *data;   /* the caller's */
    size_t capacity; /* bytes of room at data */
    size_t len;      /* bytes written so far */
    bool overflow;   /* something did not fit; stays set until writer_reset() */
};

static inline struct writer writer_on(void *data, size_t capacity)
{
    return (struct writer){data, capacity, 0, false};
}

static inline void writer_reset(struct writer *writer)
{
    writer->len = 0;
    writer->overflow = false;
}

/* What has been written; empty after an overflow, so that half a message is never sent. */
static inline struct bytes writer_bytes(const struct writer *writer)
{
    return writer->overflow ? (struct bytes){0} : bytes_of(writer->data, writer->len);
}

void writer_put(struct writer *writer, struct bytes bytes);
void writer_put_u8(struct writer *writer, uint8_t value);
void writer_put_u16(struct writer *writer, uint16_t value);
void writer_fill(struct writer *writer, uint8_t value, size_t count);

/* Room for len bytes that the caller fills in itself; NULL, and overflow set, if they do not fit.
 */
uint8_t *writer_reserve(struct writer *writer, size_t len);

#endif
