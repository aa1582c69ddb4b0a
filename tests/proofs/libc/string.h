/* The functions of <string.h> that apdu/ uses, as the proofs assume them: over bytes, where
 * Frama-C's own header speaks of characters, which WP keeps apart from bytes. */
#ifndef EMUICC_TESTS_PROOFS_STRING_H
#define EMUICC_TESTS_PROOFS_STRING_H

#define __FC_STRING_H_ /* Frama-C's own stays out */
#include <__fc_string_axiomatic.h>
#include <stddef.h>
#include <stdint.h>

/*@ requires \valid((uint8_t *)to + (0 .. len - 1));
    requires \valid_read((uint8_t *)from + (0 .. len - 1));
    requires \separated((uint8_t *)to + (0 .. len - 1), (uint8_t *)from + (0 .. len - 1));
    terminates \true;
    assigns ((uint8_t *)to)[0 .. len - 1] \from ((uint8_t *)from)[0 .. len - 1];
    assigns \result \from to;
    ensures \result == to; */
void *memcpy(void *to, const void *from, size_t len);

/*@ requires \valid((uint8_t *)to + (0 .. len - 1));
    requires \valid_read((uint8_t *)from + (0 .. len - 1));
    terminates \true;
    assigns ((uint8_t *)to)[0 .. len - 1] \from ((uint8_t *)from)[0 .. len - 1];
    assigns \result \from to;
    ensures \result == to; */
void *memmove(void *to, const void *from, size_t len);

/*@ requires \valid((uint8_t *)to + (0 .. len - 1));
    terminates \true;
    assigns ((uint8_t *)to)[0 .. len - 1] \from value;
    assigns \result \from to;
    ensures \result == to; */
void *memset(void *to, int value, size_t len);

/*@ requires \valid_read((uint8_t *)a + (0 .. len - 1));
    requires \valid_read((uint8_t *)b + (0 .. len - 1));
    terminates \true;
    assigns \result \from ((uint8_t *)a)[0 .. len - 1], ((uint8_t *)b)[0 .. len - 1]; */
int memcmp(const void *a, const void *b, size_t len);

/*@ requires valid_read_string(text);
    terminates \true;
    assigns \result \from text[0 ..];
    ensures \result == strlen(text); */
size_t strlen(const char *text);

#endif
