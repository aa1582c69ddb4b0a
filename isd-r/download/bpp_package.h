/* bpp_package: a package that is coming in, as the stream (bpp_stream.c) and the ES8+
 * functions (bpp_command.c) share it. */
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
    size_t element_len;       /* bytes of the element under way */
    struct tlv_header header; /* its own, once it is there; header_len is 0 before */
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

/*@ predicate is_section(integer state) =
        state == BPP_CONFIGURATION_SEGMENTS || state == BPP_METADATA_SEGMENTS ||
        state == BPP_KEYS_SEGMENTS || state == BPP_ELEMENTS_SEGMENTS;
    // Plain bytes within their array, a section within the package.
    predicate within(struct bpp_package *p) =
        p->plain_len <= BPP_PACKAGE_COMMAND_MAX &&
        (is_section(p->state) ==> p->section_left <= p->package_left);
    // An element within its array, its section and the package.
    predicate collected(struct bpp_package *p) =
        within(p) &&
        p->header.header_len <= TLV_HEADER_MAX && p->header.value_len <= 0xFFFFFF &&
        (p->header.header_len == 0 ==> p->element_len <= TLV_HEADER_MAX) &&
        (p->header.header_len == 0 && p->state < BPP_COMPLETE ==>
         p->element_len < TLV_HEADER_MAX) &&
        (p->header.header_len > 0 ==>
         p->element_len <= p->header.header_len + p->header.value_len <= BPP_SEGMENT_MAX &&
         p->header.header_len + p->header.value_len <= p->package_left &&
         (is_section(p->state) ==>
          p->header.header_len + p->header.value_len <= p->section_left));
    // Between two blocks: no element waits that is whole.
    predicate coming_in(struct bpp_package *p) =
        collected(p) && (p->header.header_len > 0 ==>
                         p->element_len < p->header.header_len + p->header.value_len);
    // What the functions of an element or a section leave as it is.
    predicate kept{Before, After}(struct bpp_package *p) =
        \at(p->state, After) == \at(p->state, Before) &&
        \at(p->header.header_len, After) == \at(p->header.header_len, Before) &&
        \at(p->header.value_len, After) == \at(p->header.value_len, Before) &&
        \at(p->element_len, After) == \at(p->element_len, Before) &&
        \at(p->package_left, After) == \at(p->package_left, Before) &&
        \at(p->section_left, After) == \at(p->section_left, Before) &&
        \at(p->plain_len, After) <= BPP_PACKAGE_COMMAND_MAX; */

#endif
