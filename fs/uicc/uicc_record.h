/* uicc_record: records of linear fixed and cyclic EFs, as P2 refers to them (TS 102 221 §8.2.2,
 * table 11.11). Record 1 of a cyclic EF is the newest and stands first in the content. */
#ifndef EMUICC_FS_UICC_UICC_RECORD_H
#define EMUICC_FS_UICC_UICC_RECORD_H

#include "fs/uicc/uicc_file.h"

#define UICC_RECORD_SFI_SHIFT 3
#define UICC_RECORD_MODE_MASK 0x07

enum uicc_record_mode {
    UICC_RECORD_NEXT = 2,
    UICC_RECORD_PREVIOUS = 3,
    UICC_RECORD_ABSOLUTE = 4,
};

/* number: 1 to the file's record count. */
uint8_t *uicc_record_at(const struct file *file, uint16_t number);

/* Makes the oldest record of a cyclic EF the first; its place, for the caller to overwrite. */
uint8_t *uicc_record_rotate(struct file *file);

#endif
