/* uicc_select: what a file id or a path means where a channel stands (TS 102 221 §8.4). */
#ifndef EMUICC_FS_UICC_UICC_SELECT_H
#define EMUICC_FS_UICC_UICC_SELECT_H

#include "fs/uicc/uicc_commands.h"

enum uicc_select_by {
    UICC_SELECT_FID = 0x00,
    UICC_SELECT_CHILD_DF = 0x01,
    UICC_SELECT_PARENT = 0x03,
    UICC_SELECT_AID = 0x04,
    UICC_SELECT_PATH_FROM_MF = 0x08,
    UICC_SELECT_PATH_FROM_DF = 0x09,
};

/* A file and the DF in which it was found, which for a link's children is the link. */
struct uicc_found {
    struct file *directory;
    struct file *file;
};

/* The file that P1 and the data name; P1 as in SELECT, AID excepted. 0, SW_FILE_NOT_FOUND,
 * SW_WRONG_LENGTH, SW_LC_P1_P2 or SW_WRONG_P1_P2. */
int uicc_select_find(const struct uicc *uicc, const struct apdu *apdu, struct uicc_found *out);

/* The one that a file id alone names. */
bool uicc_select_find_fid(const struct uicc *uicc, const struct uicc_channel *channel, uint16_t fid,
                          struct uicc_found *out);

void uicc_select_make_current(struct uicc_channel *channel, const struct uicc_found *found);

#endif
