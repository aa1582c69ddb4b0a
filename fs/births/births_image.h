/* births_image: a store in memory, as SQLite has it, with values put into it or taken out. Inside
 * fs/births only. */
#ifndef EMUICC_FS_BIRTHS_BIRTHS_IMAGE_H
#define EMUICC_FS_BIRTHS_BIRTHS_IMAGE_H

#include <sqlite3.h>

#include "fs/profile/blob.h"
#include "fs/store/store_statement_table.h"

/* The image with this statement done to all values of a list; sqlite3_free() wipes it. NULL: it
 * cannot be. */
uint8_t *births_image_change(struct bytes image, enum store_statement which, struct bytes values,
                             size_t *len);
/* The store in this folder without these values. */
int births_image_make(const char *chip, struct bytes values, struct blob *out);

#endif
