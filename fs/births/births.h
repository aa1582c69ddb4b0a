/* births: a farm's chips that were made and not used yet, as records of one file,
 * FARM/births.sqlite.
 *
 * Such a chip has no folder: chips of one factory differ in few values, and what they have in
 * common, a store, is kept once. A chip is made from its record, FARM/chips/EID with a store in it,
 * when it is first needed; from then on the record does not count, and goes. A record is the
 * chip's only memory, with its key: it is for its owner alone, it is sealed with a digest, and it
 * is taken away no sooner than the chip's folder is on the disk.
 *
 * Any thread may call what takes a `struct births` but births_close(). Functions return 0 or a
 * failure after a trace line, as a store's do. */
#ifndef EMUICC_FS_BIRTHS_BIRTHS_H
#define EMUICC_FS_BIRTHS_BIRTHS_H

#include <limits.h>

#include "fs/births/births_file.h"
#include "fs/births/births_list.h"
#include "fs/store/store.h"

#define BIRTHS_CHIPS "chips" /* in the farm's folder: that of its chips' folders */

struct births; /* heap */

/* The records of the farm with this folder; none, with no file, is none the worse. The file is this
 * process's alone. */
int births_open(const char *farm, struct births **out);
/* A file without records is removed. NULL is fine. */
void births_close(struct births *births);

/* A value of a store, by its name, in a list of those that tell chips apart. */
void births_put_value(struct writer *out, const char *name, struct bytes value);

/* Records follow of chips like the one in this folder, which has these values of its own and is not
 * in use: what it holds beside them is what they all hold. */
int births_begin(struct births *births, const char *chip, struct bytes values);
/* One of them; it is on the disk after births_flush(). After a failure, what was not committed is
 * gone, and all fail until the next births_begin(). */
int births_add(struct births *births, const uint8_t eid[PKI_EID_SIZE], struct bytes values);
int births_flush(struct births *births);

/* Those there are, in order. Return other than 0 from visit ends it and is returned. */
typedef int births_visitor(void *context, const uint8_t eid[PKI_EID_SIZE]);
int births_each(struct births *births, births_visitor *visit, void *context);
/* The first of them. SW_REFERENCE_NOT_FOUND if there is none. */
int births_first(struct births *births, uint8_t eid[PKI_EID_SIZE]);

/* Makes the chip from its record, unless its folder has a store, and takes the record away. It is
 * on the disk then. SW_REFERENCE_NOT_FOUND if there is no record of it. */
int births_make(struct births *births, const uint8_t eid[PKI_EID_SIZE]);

/* True if the folder is, or were it there would be, one of a farm's chip: FARM/chips/NAME. */
bool births_farm_of(const char *folder, char farm[PATH_MAX]);
/* For one who has a chip's folder and no farm, which does not run: if this is, or were it there
 * would be, the folder of a chip that has a record, the chip is made. */
int births_make_in(const char *folder);

#endif
