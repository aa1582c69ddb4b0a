/* blob: bytes on the heap with one owner: a file read, a field decoded. Wiped when given back, as a
 * profile package holds network keys. */
#ifndef EMUICC_FS_PROFILE_BLOB_H
#define EMUICC_FS_PROFILE_BLOB_H

#include "apdu/bytes.h"

struct blob {
    uint8_t *data; /* NULL when empty */
    size_t len;
};

static inline struct bytes blob_bytes(const struct blob *blob)
{
    return bytes_of(blob->data, blob->len);
}

/* Copies; 0 or a failure (out of memory), *out empty then. */
int blob_copy(struct bytes from, struct blob *out);

/* All of a file of at most `max` bytes: 0; 1 if there is no such file; a failure after one trace
 * line that names the file and what is wrong with it. *out is empty unless 0. */
int blob_read_file(const char *path, size_t max, struct blob *out);

/* Wipes and frees; an empty blob is fine, and what is left is one. */
void blob_finish(struct blob *blob);

#endif
