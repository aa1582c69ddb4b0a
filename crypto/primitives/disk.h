/* disk: whole small files, for credentials. Inside crypto/ only. */
#ifndef EMUICC_CRYPTO_PRIMITIVES_DISK_H
#define EMUICC_CRYPTO_PRIMITIVES_DISK_H

#include "apdu/bytes.h"

#include <sys/types.h>

/* The whole of a file of at most 64 KiB on the heap, to be released by disk_release(). 0; 1 if
 * there is no such file; a failure after a trace line. */
int disk_read(const char *path, struct bytes *out);
void disk_release(struct bytes content);

/* A file with this mode, in place only when it is whole; see disk_sync(). 0, or a failure after a
 * trace line. */
int disk_write(const char *path, mode_t mode, struct bytes content);

/* A folder with this mode; an existing one is left as it is. 0, or a failure after a trace line. */
int disk_make_folder(const char *path, mode_t mode);

/* Everything written so far survives a power cut. 0, or a failure after a trace line. */
int disk_sync(const char *directory);

#endif
