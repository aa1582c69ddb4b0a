/* bpp_package: a package that is coming in, as the stream (bpp.c) and the ES8+ functions
 * (bpp_command.c) share it. */
#ifndef EMUICC_ISD_R_DOWNLOAD_BPP_PACKAGE_H
#define EMUICC_ISD_R_DOWNLOAD_BPP_PACKAGE_H

#include "crypto/primitives/bsp.h"
#include "fs/saip/saip.h"
#include "isd-r/download/bpp.h"
#include "isd-r/isd_r.h"
#include "isd-r/profiles/metadata.h"

#define BPP_PACKAGE_ELEMENT_MAX ISD_R_SEGMENT_MAX
#define BPP_PACKAGE_COMMAND_MAX 4096    /* plain bytes of ConfigureISDP, StoreMetadata, … */
#define BPP_PACKAGE_PROPRIETARY_MAX 128 /* dpProprietaryData, tag and length included */

enum bpp_state {
    BPP_PACKAGE,       /* the package's own tag and length */
    BPP_CHANNEL,       /* BF23 */
    BPP_CONFIGURATION, /* A0, then its '87' */
    BPP_CONFIGURATION_SEGMENTS,
    BPP_METADATA, /* A1, then its '88' */
    BPP_METADATA_SEGMENTS,
    BPP_KEYS, /* A2, then its '87'; or A3 */
    BPP_KEYS_SEGMENTS,
    BPP_ELEMENTS, /* A3, then its '86' */
    BPP_ELEMENTS_SEGMENTS,
    BPP_COMPLETE,
    BPP_REFUSED,
};

struct bpp_package {
    enum bpp_state state;
    uint32_t segment_count;            /* STORE DATA commands so far */
    size_t package_left, section_left; /* bytes of value still to come */
    uint8_t element[BPP_PACKAGE_ELEMENT_MAX];
    size_t element_len; /* bytes of the element under way */
    uint8_t plain[BPP_PACKAGE_COMMAND_MAX];
    size_t plain_len; /* what the segments of this section have held so far */
    struct bsp bsp;
    uint8_t configuration[BPP_PACKAGE_COMMAND_MAX]; /* BF24 */
    size_t configuration_len;
    uint8_t metadata_bytes[BPP_PACKAGE_COMMAND_MAX]; /* BF25 */
    struct metadata metadata;                        /* whole.len is 0 before StoreMetadata */
    struct profile *incoming;
    struct saip *saip; /* NULL before the first '86' */
    enum bpp_command failed_command;
    enum bpp_reason failed_reason;
};

/* The ES8+ functions (SGP.22 §5.5). An enum bpp_reason if the package is to be refused, 0, or a
 * failure. element: BF23, or a segment as it came. */
typedef int bpp_element_handler(struct isd_r *isd_r, struct bpp_package *package,
                                const struct tlv *element);
bpp_element_handler bpp_initialise_secure_channel, bpp_open_encrypted, bpp_open_plain,
    bpp_load_profile_element;
/* What follows when a section has ended: its plain bytes are there as a whole. */
typedef int bpp_section_handler(struct isd_r *isd_r, struct bpp_package *package);
bpp_section_handler bpp_configure_isdp, bpp_store_metadata, bpp_replace_session_keys,
    bpp_end_profile_elements;

#endif
