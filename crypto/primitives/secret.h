/* secret: key bytes with a type of their own. Wiped by secret_wipe() only and always, compared in
 * constant time, never printed. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_SECRET_H
#define EMUICC_CRYPTO_PRIMITIVES_SECRET_H

#include "apdu/bytes.h"

#define SECRET_SIZE_MAX 64

struct secret {
    uint8_t data[SECRET_SIZE_MAX];
    size_t len;
};

/* Copies; false, with *out empty, if there are more than SECRET_SIZE_MAX bytes. */
bool secret_set(struct secret *out, struct bytes value);
static inline struct bytes secret_bytes(const struct secret *secret)
{
    return bytes_of(secret->data, secret->len);
}
void secret_wipe(struct secret *secret);

/* Constant time for equal lengths. */
bool secret_equal(struct bytes a, struct bytes b);

/* Overwrites memory in a way that a compiler does not remove. */
/*@ requires \valid((uint8_t *)memory + (0 .. len - 1));
    assigns ((uint8_t *)memory)[0 .. len - 1]; */
void wipe(void *memory, size_t len);

#endif
