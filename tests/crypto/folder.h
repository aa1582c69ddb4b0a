/* folder: temporary folders for tests, and where the shared test data are. */
#ifndef EMUICC_TESTS_CRYPTO_FOLDER_H
#define EMUICC_TESTS_CRYPTO_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct folder {
    char path[PATH_MAX];
};

/* A new, empty one; folder_remove() takes it away with all that is in it. */
struct folder folder_make(void);
void folder_remove(const struct folder *folder);

/* The path of a file within, in static memory. */
const char *folder_file(const struct folder *folder, const char *name);
/* Replaces a file. */
void folder_write(const struct folder *folder, const char *name, const void *content, size_t len);
/* The content, with its length; the caller frees it. Fails the test if it is absent. */
unsigned char *folder_read(const struct folder *folder, const char *name, size_t *len);
bool folder_has(const struct folder *folder, const char *name);

/* SGP.26's certificates beside the checkout; NULL, the test being skipped, if they are absent. */
const char *folder_of_sgp26(void);

#endif
