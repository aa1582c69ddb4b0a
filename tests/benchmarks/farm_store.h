/* farm_store: a chip's store on disk, read as a database by somebody who is not the chip. */
#ifndef EMUICC_TESTS_BENCHMARKS_FARM_STORE_H
#define EMUICC_TESTS_BENCHMARKS_FARM_STORE_H

#include <stddef.h>

/* The store in this chip's folder, which nobody has open, must be a whole database whose rows
 * refer to rows that are there: how many profiles it has, and its bytes. */
size_t farm_store_check(const char *chip, double *bytes);

#endif
