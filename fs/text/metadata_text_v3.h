/* metadata_text_v3: the keys that SGP.22 v3 has added to an operator's text, and their place in
 * StoreMetadataRequest. */
#ifndef EMUICC_FS_TEXT_METADATA_TEXT_V3_H
#define EMUICC_FS_TEXT_METADATA_TEXT_V3_H

#include "fs/text/metadata_text_value.h"

extern const struct metadata_text_keys metadata_text_v3_keys;

/* Appends what a chip with these capabilities is told beside the fields of v2. */
void metadata_text_put_v3(const struct metadata_text *metadata, uint32_t capability,
                          struct writer *out);

#endif
