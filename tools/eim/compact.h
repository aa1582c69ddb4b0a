/* compact: what a chip has signed, made again out of an IPA's compact form of it: what the eIM or
 * the SM-DP+ knows is left out there (SGP.32 §2.11.2, minimizeEsipaBytes). */
#ifndef EMUICC_TOOLS_EIM_COMPACT_H
#define EMUICC_TOOLS_EIM_COMPACT_H

#include "tools/eim/chips.h"

/* What a session knows beside the message. */
struct compact_context {
    struct bytes server_signed1; /* 30 whole, as the SM-DP+ has signed it */
    struct bytes transaction_id;
    struct bytes smdp_oid; /* content; of CancelSession */
    struct bytes hash_cc;  /* 32 bytes that the eIM has given the chip, or empty */
    const struct chip_blobs *chip;
};

/* True of the third alternative, A2, of AuthenticateServer, PrepareDownload and CancelSession. */
bool compact_is(struct bytes answer);

/* The whole form of a compact answer (BF38, BF21 or BF41 whole), appended. False if it is malformed
 * or the chip has not told enough of itself. */
bool compact_expand(const struct compact_context *context, struct bytes answer, struct writer *out);

#endif
