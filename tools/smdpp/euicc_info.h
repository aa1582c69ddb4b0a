/* euicc_info: what a chip says of itself (SGP.22 §5.7.8). What is not known here, newer releases'
 * fields among it, is skipped. The slices borrow. */
#ifndef EMUICC_TOOLS_SMDPP_EUICC_INFO_H
#define EMUICC_TOOLS_SMDPP_EUICC_INFO_H

#include "apdu/tlv.h"

#define EUICC_INFO_VERSION_SIZE 3

struct euicc_info1 {
    uint8_t svn[EUICC_INFO_VERSION_SIZE]; /* major, minor, revision */
    struct bytes verification, signing;   /* lists of SubjectKeyIdentifier */
};

struct euicc_info2 {
    uint8_t profile_version[EUICC_INFO_VERSION_SIZE];
    uint8_t svn[EUICC_INFO_VERSION_SIZE];
    struct bytes verification, signing;
    bool has_free_memory;
    uint32_t free_memory;     /* bytes of non-volatile memory */
    uint32_t forbidden_rules; /* PprIds that no profile may bring */
};

/* All of `whole` is an EUICCInfo1 (BF20), with all that is mandatory. */
bool euicc_info1_read(struct bytes whole, struct euicc_info1 *out);
/* value: the content of an EUICCInfo2 (BF22). */
bool euicc_info2_read(struct bytes value, struct euicc_info2 *out);

/* Takes the next key identifier off a list; false at its end. */
bool euicc_info_take_key_id(struct bytes *list, struct bytes *out);

#endif
