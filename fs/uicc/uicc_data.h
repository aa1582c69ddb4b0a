/* uicc_data: objects of BER-TLV EFs, in one command or in several (TS 102 221 §11.3). */
#ifndef EMUICC_FS_UICC_UICC_DATA_H
#define EMUICC_FS_UICC_UICC_DATA_H

#include "fs/uicc/uicc.h"

/* What was under way is forgotten. */
void uicc_data_end(struct uicc_transfer *transfer);

#endif
