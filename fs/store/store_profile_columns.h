/* store_profile_columns: which columns keep the parts of a profile. Private to the store. */
#ifndef EMUICC_FS_STORE_STORE_PROFILE_COLUMNS_H
#define EMUICC_FS_STORE_STORE_PROFILE_COLUMNS_H

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
/* The pointer that stands at this place, a list's head or its node, whatever it points to. */
static inline void *store_list_pointer(const void *place)
{
    void *pointer;
    memcpy(&pointer, place, sizeof(pointer));
    return pointer;
}

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

#endif
