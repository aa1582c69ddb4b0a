/* bpp_stream: the bytes of a bound package in their order (SGP.22 §2.5.4). A table says which
 * element may come when; each is handed to its function (bpp_command) once its last byte is there.
 */
#ifndef EMUICC_ISD_R_DOWNLOAD_BPP_STREAM_H
#define EMUICC_ISD_R_DOWNLOAD_BPP_STREAM_H

#include "isd-r/download/bpp_package.h"
#include "isd-r/download/download.h"

/* Takes the next bytes, to the end of the package at most: state says afterwards how it stands. A
 * package that is all zero is one before its first byte. 0 or a failure. */
/*@ requires \valid(download) && download->segment_max <= BPP_SEGMENT_MAX;
    requires \valid(package) && coming_in(package) && readable(bytes);
    requires \separated(package, download) && \separated(package, bytes.data + (0 .. bytes.len -
   1)); assigns *package; ensures coming_in(package); */
int bpp_stream_feed(struct download *download, struct bpp_package *package, struct bytes bytes);

/* No byte more of it is taken. */
/*@ requires \valid(package);
    assigns package->state, package->failed_command, package->failed_reason;
    ensures package->state == BPP_REFUSED; */
void bpp_stream_refuse(struct bpp_package *package, enum bpp_reason reason);

/* An element that may come next starts like this block. */
/*@ requires \valid_read(package) && readable(block);
    assigns \nothing; */
bool bpp_stream_expects(const struct bpp_package *package, struct bytes block);

/* The block starts with this two-byte tag, or with its first byte and ends there. */
/*@ requires readable(block);
    assigns \nothing;
    ensures \result ==> block.len > 0; */
bool bpp_stream_starts(struct bytes block, uint32_t tag);

/* The function that a state belongs to; where two may come, the first. */
/*@ assigns \nothing; */
enum bpp_command bpp_stream_command(enum bpp_state state);

#endif
