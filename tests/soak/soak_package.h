/* soak_package: the profile packages that are downloaded, of those that ship. */
#ifndef EMUICC_TESTS_SOAK_SOAK_PACKAGE_H
#define EMUICC_TESTS_SOAK_SOAK_PACKAGE_H

#include "apdu/bytes.h"

#define SOAK_PACKAGE_ICCID_SIZE 10

/* The package of this name, on the heap; and EF.ICCID in it. */
struct bytes soak_package_read(const char *name, uint8_t iccid[SOAK_PACKAGE_ICCID_SIZE]);

#endif
