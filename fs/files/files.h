/* files: the files of an installed profile as JSON, for people who look: what SELECT says of each
 * in words, its access rule in words, who may read it now, its content in digits and, of the files
 * that are asked for most, in words. */
#ifndef EMUICC_FS_FILES_FILES_H
#define EMUICC_FS_FILES_FILES_H

#include "fs/store/store.h"

/* {"iccid", "files": [{"id", "parent", "fid", "name", "type", "aid", "link", "size", "fcp",
 * "words": [...], "rules": [{"mode", "needs"}], "readable", "content" or "records": [...],
 * "decoded": [{"label", "value"}]}]}, parents before children. verified: the PINs that count as
 * presented, as pin_bit() numbers them. SW_REFERENCE_NOT_FOUND, with nothing written, if no profile
 * has this ICCID (its digits); or a failure. */
int files_put(struct store *store, struct bytes iccid, uint64_t verified, struct writer *out);

#endif
