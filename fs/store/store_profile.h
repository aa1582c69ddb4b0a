/* store_profile: the parts of a profile, written and read. Private to the store. */
#ifndef EMUICC_FS_STORE_STORE_PROFILE_H
#define EMUICC_FS_STORE_STORE_PROFILE_H

#include "fs/store/store_profile_columns.h"

/* Writes a file's row by one of STORE_FILE_ADD, _UPDATE, _OVER_IMAGE; SW_REFERENCE_NOT_FOUND if
 * that changed no row. */
int store_file_write(struct store *store, enum store_statement which, uint32_t profile,
                     const struct file *file);
/* Adds the files of a profile to it: those of its image, which stands at them and outlives the
 * profile's files (empty: it has none), then those in rows. */
int store_file_load_all(struct store *store, uint32_t id, struct bytes image,
                        struct profile *profile);
/* The same for one that has no others. */
int store_file_load_image(struct store *store, struct bytes image, struct profile *profile);

/* Of a profile whose files are about to be deleted: what stands in its image becomes rows. 0 or a
 * failure. */
int store_profile_unfold(struct store *store, uint32_t id);

#endif
