/* boundary: a clock where the installation of a profile, or its way out of the store, begins and
 * ends within a command: the linker leads the calls of the interpreter, of the registry, of the
 * store's commit and of the UICC through here (meson.build names them). */
#ifndef EMUICC_TESTS_BENCHMARKS_BOUNDARY_H
#define EMUICC_TESTS_BENCHMARKS_BOUNDARY_H

#include <stdint.h>

enum boundary_part {
    BOUNDARY_DECODE, /* profile elements to a profile in memory, and giving that memory back */
    BOUNDARY_STORE,  /* its rows */
    BOUNDARY_COMMIT, /* of any change */
    BOUNDARY_LOAD,   /* an enabled profile out of the store; what it decodes is in it as well */
    BOUNDARY_PARTS,
};

/* Nanoseconds of CPU within this part since the last call. */
double boundary_spent(enum boundary_part part);
/* What the clocks at the boundaries took themselves, out of what went by around them. */
double boundary_clocks(void);

#endif
