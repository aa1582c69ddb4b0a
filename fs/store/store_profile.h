/* store_profile: which columns keep the parts of a profile. Private to the store. */
#ifndef EMUICC_FS_STORE_STORE_PROFILE_H
#define EMUICC_FS_STORE_STORE_PROFILE_H

#include "fs/profile/profile.h"
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
#define STORE_LIST_ELEMENTS 3 /* the last: they stand in the image while there is one */
extern const struct store_list store_profile_lists[STORE_LISTS];

extern const struct store_columns store_pin_columns, store_puk_columns, store_aka_columns;
extern const struct store_columns store_element_columns;

/* A file as it is kept: its tree in numbers. */
struct store_file_row {
    struct file file;        /* its pointers unused */
    uint32_t parent, target; /* ids; 0: none */
    bool has_content;
    struct bytes content; /* what of it is kept */
};
extern const struct store_columns store_file_columns;      /* of its file */
extern const struct store_columns store_file_more_columns; /* of the rest */
/* Borrows from the file. */
void store_file_describe(const struct file *file, struct store_file_row *out);

/* Writes a file's row by one of STORE_FILE_ADD, _UPDATE, _OVER_IMAGE; SW_REFERENCE_NOT_FOUND if
 * that changed no row. */
int store_file_write(struct store *store, enum store_statement which, uint32_t profile,
                     const struct file *file);
/* Adds the files of a profile to it: those of its image, which stands at them and outlives the
 * profile's files (empty: it has none), then those in rows. */
int store_file_load_all(struct store *store, uint32_t id, struct bytes image,
                        struct profile *profile);

/* Of a profile whose files are about to be deleted: what stands in its image becomes rows. 0 or a
 * failure. */
int store_profile_unfold(struct store *store, uint32_t id);

#endif
