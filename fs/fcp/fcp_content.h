/* fcp_content: the content of a file that is created or resized by its control parameters: sizes,
 * filling and repeat patterns (TS 102 222 §6.3.2.2.2, §6.10). */
#ifndef EMUICC_FS_FCP_FCP_CONTENT_H
#define EMUICC_FS_FCP_FCP_CONTENT_H

#include "fs/fcp/fcp.h"

/* Sizes make sense for the type: whole records, not too many, not nothing. */
bool fcp_content_is_possible(const struct fcp *fcp);

/* Structure and content of an EF. False, and the file as it was, if memory is short. */
bool fcp_content_make(struct profile *profile, const struct fcp *fcp, struct file *file);

/* Keeps what still fits, at the front; new room is as in a new file. False, and the file as it was,
 * if memory is short or the objects of a BER-TLV file would be cut. */
bool fcp_content_resize(struct profile *profile, const struct fcp *fcp, struct file *file);

/* The key references of a DF's PIN status template. */
bool fcp_content_take_pins(struct profile *profile, const struct fcp *fcp, struct file *file);

#endif
