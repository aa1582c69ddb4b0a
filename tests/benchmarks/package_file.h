/* package_file: the profile packages that benchmarks install: those of TS.48 where they are at
 * hand, otherwise the project's own. */
#ifndef EMUICC_TESTS_BENCHMARKS_PACKAGE_FILE_H
#define EMUICC_TESTS_BENCHMARKS_PACKAGE_FILE_H

#include "apdu/bytes.h"

#define PACKAGE_FILE_MAX 65536
#define PACKAGE_FILES_MAX 64

struct package_file {
    char path[512];
    const char *name; /* in path */
    uint8_t data[PACKAGE_FILE_MAX];
    size_t len;
};

/* All there are, in the order of their names: how many. They stay until the program ends. */
size_t package_file_read_all(struct package_file **out);
/* The one whose name begins like this, or the first. */
const struct package_file *package_file_read(const char *name);
struct bytes package_file_bytes(const struct package_file *file);

#endif
