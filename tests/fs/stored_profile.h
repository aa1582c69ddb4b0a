/* stored_profile: a profile with something in every field, its row, and the comparison of two. */
#ifndef EMUICC_TESTS_FS_STORED_PROFILE_H
#define EMUICC_TESTS_FS_STORED_PROFILE_H

#include "fs/store/store.h"

struct profile *stored_profile_make(void);
struct store_profile stored_profile_row(void);
/* Content that counts up from `first`. */
void stored_profile_fill(struct profile *profile, struct file *file, uint32_t size, uint8_t first);
/* A test fails in which they are not the same. */
void stored_profile_compare(struct profile *a, struct profile *b);

#endif
