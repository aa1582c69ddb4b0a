/* uicc_file: from a command to the EF it works on, with everything checked that stands between. */
#ifndef EMUICC_FS_UICC_UICC_FILE_H
#define EMUICC_FS_UICC_UICC_FILE_H

#include "fs/access/access.h"
#include "fs/uicc/uicc_commands.h"

/* Structures a command can work on, as bits. */
enum uicc_file_types {
    UICC_TRANSPARENT = 1 << FILE_TRANSPARENT,
    UICC_LINEAR = 1 << FILE_LINEAR_FIXED,
    UICC_CYCLIC = 1 << FILE_CYCLIC,
    UICC_RECORDS = UICC_LINEAR | UICC_CYCLIC,
    UICC_BER_TLV = 1 << FILE_BER_TLV,
};

#define UICC_SFI_MASK 0x1F
#define UICC_SFI_MAX 30

/* The EF of this short file id in the current DF, or, when sfi is 0, the current one: exists, has
 * one of these structures, grants the mode, is neither deactivated nor terminated. It is current
 * from now on. *out is what holds the content: a link's target.
 * 0, SW_FILE_NOT_FOUND, SW_NO_FILE_SELECTED, SW_COMMAND_INCOMPATIBLE, SW_SECURITY_STATUS,
 * SW_DATA_INVALIDATED or SW_CONDITIONS_NOT_SATISFIED. */
int uicc_file_open(struct uicc *uicc, const struct apdu *apdu, uint8_t sfi, uint8_t mode,
                   unsigned types, struct file **out);

/* 0 if the file's rule grants the command to this channel and its life cycle does not forbid it;
 * else one of the last three above. */
int uicc_file_allow(struct uicc *uicc, const struct apdu *apdu, struct file *file, uint8_t mode);

/* The file is the current EF of the channel; a record pointer into another one is forgotten. */
void uicc_file_make_current(struct uicc_channel *channel, struct file *file);

/* P1 of the commands that can name an EF there: bit 8 set, then a short file id. */
#define UICC_P1_HAS_SFI 0x80
#define UICC_P1_SFI_RFU 0x60

#endif
