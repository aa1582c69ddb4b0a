/* metadata_text_v3_put: the members that SGP.22 v3 and SGP.32 have added to StoreMetadataRequest
 * (SGP.22 §5.5.3). */
#ifndef EMUICC_FS_TEXT_METADATA_TEXT_V3_PUT_H
#define EMUICC_FS_TEXT_METADATA_TEXT_V3_PUT_H

#include "fs/text/metadata_text_value.h"

/* Appends what a chip with these capabilities (bits of EuiccRspCapability, or METADATA_TEXT_IOT) is
 * told beside the members of v2, in the order of StoreMetadataRequest. */
void metadata_text_v3_put(const struct metadata_text *metadata, uint32_t capability,
                          struct writer *out);

#endif
