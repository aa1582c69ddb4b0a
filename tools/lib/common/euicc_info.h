/* euicc_info: what a chip says of itself (SGP.22 §5.7.8). What is not known here, newer releases'
 * fields among it, is skipped. The slices borrow. */
#ifndef EMUICC_TOOLS_LIB_COMMON_EUICC_INFO_H
#define EMUICC_TOOLS_LIB_COMMON_EUICC_INFO_H

#include "apdu/tlv.h"
#include "tools/lib/common/svn.h"

/* Bits of EuiccRspCapability. */
#define EUICC_INFO_RPM (1u << 2)
#define EUICC_INFO_DEVICE_INFO_EXTENSIBILITY (1u << 4)
#define EUICC_INFO_DEVICE_CHANGE (1u << 11)
#define EUICC_INFO_CRL_STAPLING (1u << 15)
#define EUICC_INFO_CERT_CHAIN (1u << 16)

/* The versions that a chip works with; one that names no highest names one version alone. */
struct euicc_versions {
    struct svn lowest, highest;
};
static inline bool euicc_versions_include(const struct euicc_versions *versions, unsigned major)
{
    return svn_major(&versions->lowest) <= major && major <= svn_major(&versions->highest);
}
#define EUICC_VERSIONS_TEXT_SIZE 32
/* "2.5.0", or "2.2.2 to 3.1.0"; returns text. */
const char *euicc_versions_text(const struct euicc_versions *versions,
                                char text[EUICC_VERSIONS_TEXT_SIZE]);

/* Both of EUICCInfo1 or EUICCInfo2 (whole), whatever else is missing there: what an LPA has to
 * know. The capability is 0 where it is not told. */
bool euicc_versions_read(struct bytes whole, struct euicc_versions *versions, uint32_t *capability);

struct euicc_info1 {
    struct euicc_versions versions;
    uint32_t capability;                /* EuiccRspCapability; 0 where it is not told here */
    struct bytes verification, signing; /* lists of SubjectKeyIdentifier */
    struct bytes signing_v3;            /* the same; empty where there is none */
};

struct euicc_info2 {
    struct svn profile_version;
    struct euicc_versions versions;
    uint32_t capability;
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
