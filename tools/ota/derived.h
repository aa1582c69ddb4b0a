/* derived: a key set of one card from a root in a token (NIST SP 800-108, as diversify.h has it):
 * the labels are SCP80-KIC, SCP80-KID and SCP80-KIK, the context is the ICCID as EF.ICCID has it
 * and the version of the set, a byte. Of the key for SCP81 the label is SCP81-PSK. */
#ifndef EMUICC_TOOLS_OTA_DERIVED_H
#define EMUICC_TOOLS_OTA_DERIVED_H

#include "fs/profile/iccid.h"
#include "tools/lib/token/diversify.h"

struct derived_set {
    uint8_t iccid[ICCID_SIZE]; /* nibbles swapped */
    uint8_t version;
};

/* len bytes for each; 0 or a failure (traced). */
int derived_keys(const struct diversify *root, const struct derived_set *set, uint8_t *kic,
                 uint8_t *kid, uint8_t *kik, size_t len);
int derived_psk(const struct diversify *root, const struct derived_set *set, uint8_t *psk,
                size_t len);

#endif
