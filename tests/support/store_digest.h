/* store_digest: what a store holds, in one number: every row of every table. */
#ifndef EMUICC_TESTS_SUPPORT_STORE_DIGEST_H
#define EMUICC_TESTS_SUPPORT_STORE_DIGEST_H

#include "crypto/primitives/hash.h"

/* Reads the store in this folder, which must not be open; there may be none yet. NULL, or what is
 * wrong with the database. */
const char *store_digest(const char *directory, uint8_t digest[SHA256_SIZE]);

#endif
