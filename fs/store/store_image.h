/* store_image: what a package has installed as one value, written once and read whole: the elements
 * that are kept and the files. What changes afterwards stands in rows of `file`, each of which is
 * believed before the image. Private to the store.
 *
 * An image is a byte 01 (its form), the number of elements and the elements, the number of files
 * and the files, parents before children; numbers and fields as store_column_put() writes them. */
#ifndef EMUICC_FS_STORE_STORE_IMAGE_H
#define EMUICC_FS_STORE_STORE_IMAGE_H

#include "fs/profile/blob.h"
#include "fs/store/store_profile_columns.h"

/* 0, or a failure (out of memory), *out empty then. */
int store_image_make(struct profile *profile, struct blob *out);

/* Visits the elements and moves *image from its start to its files. Return other than 0 from visit
 * ends it and is returned; FAILURE_INTERNAL, untraced, if the image is damaged. The slices borrow
 * from it. */
typedef int store_image_element_visitor(void *context, const struct element *element);
int store_image_each_element(struct bytes *image, store_image_element_visitor *visit,
                             void *context);
/* The files, where store_image_each_element() has left off. */
typedef int store_image_file_visitor(void *context, const struct store_file_row *row);
int store_image_each_file(struct bytes *image, store_image_file_visitor *visit, void *context);

/* In the table `image`. 0 or a failure. */
int store_image_add(struct store *store, uint32_t id, struct profile *profile);
int store_image_is_there(struct store *store, uint32_t id, bool *out);
/* Copied into the arena; *out empty if the profile has none. */
int store_image_load(struct store *store, uint32_t id, struct arena *arena, struct bytes *out);
/* The elements of the profile's image, if it has one; they borrow until visit returns. */
int store_image_visit_elements(struct store *store, uint32_t id, store_image_element_visitor *visit,
                               void *context);

#endif
