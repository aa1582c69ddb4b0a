/* bpp_command: the ES8+ functions that a bound package carries (SGP.22 §5.5). */
#ifndef EMUICC_ISD_R_DOWNLOAD_BPP_COMMAND_H
#define EMUICC_ISD_R_DOWNLOAD_BPP_COMMAND_H

#include "isd-r/download/bpp_package.h"
#include "isd-r/download/download.h"

/* An enum bpp_reason if the package is to be refused, 0, or a
 * failure. element: BF23, or a segment as it came. */
typedef int bpp_element_handler(struct download *download, struct bpp_package *package,
                                const struct tlv *element);
/*@ requires \valid(download) && \valid(package) && \separated(package, download);
    requires package->plain_len <= BPP_PACKAGE_COMMAND_MAX && \valid_read(element);
    requires readable_tlv(*element);
    assigns *package;
    ensures kept{Pre, Post}(package); */
bpp_element_handler bpp_initialise_secure_channel;
/*@ requires \valid(download) && \valid(package) && \separated(package, download);
    requires package->plain_len <= BPP_PACKAGE_COMMAND_MAX && \valid_read(element);
    requires readable_tlv(*element);
    assigns *package;
    ensures kept{Pre, Post}(package); */
bpp_element_handler bpp_open_encrypted;
/*@ requires \valid(download) && \valid(package) && \separated(package, download);
    requires package->plain_len <= BPP_PACKAGE_COMMAND_MAX && \valid_read(element);
    requires readable_tlv(*element);
    assigns *package;
    ensures kept{Pre, Post}(package); */
bpp_element_handler bpp_open_plain;
/*@ requires \valid(download) && \valid(package) && \separated(package, download);
    requires package->plain_len <= BPP_PACKAGE_COMMAND_MAX && \valid_read(element);
    requires readable_tlv(*element);
    assigns *package;
    ensures kept{Pre, Post}(package); */
bpp_element_handler bpp_load_profile_element;
/* What follows when a section has ended: its plain bytes are there as a whole. */
typedef int bpp_section_handler(struct download *download, struct bpp_package *package);
/*@ requires \valid(download) && \valid(package) && \separated(package, download);
    requires package->plain_len <= BPP_PACKAGE_COMMAND_MAX;
    assigns *package;
    ensures kept{Pre, Post}(package); */
bpp_section_handler bpp_configure_isdp;
/*@ requires \valid(download) && \valid(package) && \separated(package, download);
    requires package->plain_len <= BPP_PACKAGE_COMMAND_MAX;
    assigns *package;
    ensures kept{Pre, Post}(package); */
bpp_section_handler bpp_store_metadata;
/*@ requires \valid(download) && \valid(package) && \separated(package, download);
    requires package->plain_len <= BPP_PACKAGE_COMMAND_MAX;
    assigns *package;
    ensures kept{Pre, Post}(package); */
bpp_section_handler bpp_replace_session_keys;
/*@ requires \valid(download) && \valid(package) && \separated(package, download);
    requires package->plain_len <= BPP_PACKAGE_COMMAND_MAX;
    assigns *package;
    ensures kept{Pre, Post}(package); */
bpp_section_handler bpp_end_profile_elements;

#endif
