/* tree: taking files out of a profile's tree (TS 102 222 §6.4). */
#ifndef EMUICC_FS_PROFILE_TREE_H
#define EMUICC_FS_PROFILE_TREE_H

#include "fs/profile/profile.h"

/* file is top, or lies below it. */
bool tree_contains(const struct file *top, const struct file *file);

/* True if a link from outside leads to top or to something below it. */
bool tree_is_linked_to(struct profile *profile, const struct file *top);

/* Out of its list; its memory stays the arena's. Not for the MF. */
void tree_unlink(struct profile *profile, struct file *file);

#endif
