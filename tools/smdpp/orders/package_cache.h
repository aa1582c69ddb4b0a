/* package_cache: the packages of a server as their files were last read, with their digests: while
 * a file stays as it is, a download neither reads nor hashes it. What is put in its place, or
 * written to it, is seen at once. A few MiB at most; those that were not asked for the longest go.
 */
#ifndef EMUICC_TOOLS_SMDPP_ORDERS_PACKAGE_CACHE_H
#define EMUICC_TOOLS_SMDPP_ORDERS_PACKAGE_CACHE_H

#include "crypto/primitives/hash.h"
#include "fs/profile/blob.h"

struct package_cache;

/* NULL if memory is short. */
struct package_cache *package_cache_create(void);
void package_cache_destroy(struct package_cache *cache); /* wipes; NULL is fine */

/* A copy of all of a file of at most PACKAGE_MAX bytes, as blob_read_file() has it, and its
 * SHA-256. From any thread. cache NULL: the file is read. */
int package_cache_read(struct package_cache *cache, const char *path, struct blob *out,
                       uint8_t digest[SHA256_SIZE]);

#endif
