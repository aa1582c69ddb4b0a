/* diversify: keys from a root that never leaves its token: KDF in counter mode (NIST SP 800-108
 * §4.1) with AES-CMAC, a counter of 32 bits before the fixed input data. */
#ifndef EMUICC_TOOLS_LIB_TOKEN_DIVERSIFY_H
#define EMUICC_TOOLS_LIB_TOKEN_DIVERSIFY_H

#include "crypto/primitives/aes.h"
#include "fs/profile/iccid.h"
#include "tools/lib/binder/binder.h"

#define DIVERSIFY_FIXED_MAX 124 /* bytes of fixed input data */

/* The pseudorandom function with its key: token_cmac() with a token. 0 or a failure (traced). */
struct diversify {
    int (*cmac)(void *context, struct bytes message, uint8_t mac[AES_BLOCK]);
    void *context;
};

/* len bytes: K(i) = CMAC([i] ‖ fixed), i from 1. 0 or a failure. */
int diversify_fixed(const struct diversify *root, struct bytes fixed, uint8_t *out, size_t len);
/* The same, where the fixed input data are label ‖ 00 ‖ context ‖ [bits of out]. */
int diversify(const struct diversify *root, const char *label, struct bytes context, uint8_t *out,
              size_t len);

/* What a profile is for: the context of its keys is EID ‖ ICCID. */
struct diversify_target {
    uint8_t eid[BINDER_EID_SIZE];
    uint8_t iccid[ICCID_SIZE]; /* nibbles swapped */
};
/* The profile protection keys of this chip and profile. 0 or a failure. */
int diversify_keys(const struct diversify *root, const struct diversify_target *target,
                   struct binder_keys *out);
/* Over a digest of what goes with them: whoever has no token can make none. */
int diversify_seal(const struct diversify *root, const struct diversify_target *target,
                   struct bytes digest, uint8_t seal[AES_BLOCK]);
/* Tells two roots apart, and nothing else of them. */
int diversify_mark(const struct diversify *root, uint8_t mark[AES_BLOCK]);

#endif
