/* metadata_text_v3: the keys that SGP.22 v3 and SGP.32 have added to an operator's text. */
#ifndef EMUICC_FS_TEXT_METADATA_TEXT_V3_H
#define EMUICC_FS_TEXT_METADATA_TEXT_V3_H

#include "fs/text/metadata_text_value.h"

extern const struct metadata_text_keys metadata_text_v3_keys;

#endif
