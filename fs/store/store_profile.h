/* store_profile: which columns keep the parts of a profile. Private to the store. */
#ifndef EMUICC_FS_STORE_STORE_PROFILE_H
#define EMUICC_FS_STORE_STORE_PROFILE_H

#include "fs/store/store_database.h"

/* What stands in the package's header, in the profile's own row. */
extern const struct store_columns store_profile_header;

/* A list of a profile whose nodes begin with their `next`. */
struct store_list {
    const char *table;
    enum store_statement add, list;
    const struct store_columns *columns;
    size_t node_size;
    size_t head; /* offset in struct profile */
};
#define STORE_LISTS 4
extern const struct store_list store_profile_lists[STORE_LISTS];

extern const struct store_columns store_pin_columns, store_puk_columns, store_aka_columns;
extern const struct store_columns store_element_columns;

/* Result and parameter columns of a file after those of its struct. */
extern const struct store_columns store_file_columns;

/* Writes a file's row by STORE_FILE_ADD or STORE_FILE_UPDATE. */
int store_file_write(struct store *store, enum store_statement which, uint32_t profile,
                     const struct file *file);
/* Adds the files of a profile to it. */
int store_file_load_all(struct store *store, uint32_t id, struct profile *profile);

#endif
