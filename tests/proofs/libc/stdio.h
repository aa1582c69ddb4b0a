/* snprintf() as the proofs assume it: it writes within its room. Which conversions it is given is
 * the compiler's to check. */
#ifndef EMUICC_TESTS_PROOFS_STDIO_H
#define EMUICC_TESTS_PROOFS_STDIO_H

#define __FC_STDIO /* Frama-C's own stays out */
#include <stddef.h>

/*@ requires size > 0 && \valid(text + (0 .. size - 1));
    terminates \true;
    assigns text[0 .. size - 1], \result \from format[0 ..];
    ensures -1 <= \result; */
int snprintf(char *text, size_t size, const char *format, ...);

#endif
