/* bpp_command: the ES8+ functions that a bound package carries (SGP.22 §5.5). */
#ifndef EMUICC_ISD_R_DOWNLOAD_BPP_COMMAND_H
#define EMUICC_ISD_R_DOWNLOAD_BPP_COMMAND_H

#include "isd-r/download/bpp_package.h"
#include "isd-r/download/download.h"

/* An enum bpp_reason if the package is to be refused, 0, or a
 * failure. element: BF23, or a segment as it came. */
typedef int bpp_element_handler(struct download *download, struct bpp_package *package,
                                const struct tlv *element);
bpp_element_handler bpp_initialise_secure_channel, bpp_open_encrypted, bpp_open_plain,
    bpp_load_profile_element;
/* What follows when a section has ended: its plain bytes are there as a whole. */
typedef int bpp_section_handler(struct download *download, struct bpp_package *package);
bpp_section_handler bpp_configure_isdp, bpp_store_metadata, bpp_replace_session_keys,
    bpp_end_profile_elements;

#endif
