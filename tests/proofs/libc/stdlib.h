/* strtoull() as the proofs assume it: what it leaves is an end of the text that it was given. */
#ifndef EMUICC_TESTS_PROOFS_STDLIB_H
#define EMUICC_TESTS_PROOFS_STDLIB_H

#define __FC_STDLIB /* Frama-C's own stays out */
#include <__fc_string_axiomatic.h>

/*@ requires valid_read_string(text) && \valid(end);
    terminates \true;
    assigns \result \from text[0 ..];
    assigns *end \from text;
    ensures \exists integer n; 0 <= n <= strlen(text) && *end == text + n; */
unsigned long long strtoull(const char *text, char **end, int base);

#endif
