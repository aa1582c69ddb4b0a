/* euicc_info: what the chip says of itself to LPAs and servers (SGP.22 §4.3, §5.7.8). Constants of
 * a chip's making stand in one struct; what changes (free memory, CI keys) is added when asked. */
#ifndef EMUICC_ISD_R_EUICC_INFO_H
#define EMUICC_ISD_R_EUICC_INFO_H

#include "fs/saip.h"
#include "isd-r/credentials.h"

#define EUICC_INFO_VERSION_SIZE 3 /* VersionType: major, minor, revision */

/* RspCapability bits */
#define EUICC_INFO_ADDITIONAL_PROFILE (1u << 0)
#define EUICC_INFO_CRL (1u << 1)
#define EUICC_INFO_RPM (1u << 2)
#define EUICC_INFO_TEST_PROFILE (1u << 3)
#define EUICC_INFO_DEVICE_INFO_EXTENSIBILITY (1u << 4)

struct euicc_info {
    uint8_t svn[EUICC_INFO_VERSION_SIZE];
    uint8_t profile_version[EUICC_INFO_VERSION_SIZE];
    uint8_t firmware_version[EUICC_INFO_VERSION_SIZE];
    uint8_t ts102241_version[EUICC_INFO_VERSION_SIZE];       /* 0.0.0: left out */
    uint8_t globalplatform_version[EUICC_INFO_VERSION_SIZE]; /* 0.0.0: left out */
    uint8_t protection_profile_version[EUICC_INFO_VERSION_SIZE];
    const struct saip_platform *platform; /* uiccCapability, and what packages may ask for */
    uint32_t rsp_capability;
    uint32_t forbidden_rules; /* PprIds; 0: left out */
    int category;             /* euiccCategory; < 0: left out */
    const char *accreditation_number;
    const char *platform_label; /* certificationDataObject, with the next; NULL: left out */
    const char *discovery_base_url;
    const char *root_ds_address;
    uint64_t memory;            /* non-volatile bytes of the chip for profiles */
    uint32_t ram;               /* free volatile bytes */
    struct bytes card_resource; /* extCardResource as it is; empty: counted from these */
};

/* The chip as it comes by default. */
extern const struct euicc_info euicc_info_default;

/* Bytes left for another profile. */
int euicc_info_free_memory(const struct euicc_info *info, struct store *store, uint64_t *out);

/* EUICCInfo1 and EUICCInfo2, whole. profiles: how many are installed. */
void euicc_info_put_1(const struct euicc_info *info, const struct credentials *credentials,
                      struct writer *out);
int euicc_info_put_2(const struct euicc_info *info, const struct credentials *credentials,
                     struct store *store, size_t profiles, struct writer *out);

#endif
