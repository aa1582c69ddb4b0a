/* bpp_package: a package that is coming in, as the stream (bpp.c) and the ES8+ functions
 * (bpp_command.c) share it. */
#ifndef EMUICC_ISD_R_DOWNLOAD_BPP_PACKAGE_H
#define EMUICC_ISD_R_DOWNLOAD_BPP_PACKAGE_H

#include "crypto/primitives/bsp.h"
#include "fs/saip/saip.h"
#include "isd-r/profiles/bpp_error.h"
#include "isd-r/profiles/metadata.h"

/* The longest segment of a bound package that a chip can take, tag and length included: SGP.22
 * §2.5.3 allows 1020 bytes, servers in the field send 1036. */
#define BPP_SEGMENT_MAX 1036
#define BPP_PACKAGE_COMMAND_MAX METADATA_MAX /* plain bytes of ConfigureISDP, StoreMetadata, … */
#define BPP_PACKAGE_PROPRIETARY_MAX 128      /* dpProprietaryData, tag and length included */

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
    uint8_t element[BPP_SEGMENT_MAX];
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

#endif
