/* euicc_info: what the chip says of itself to LPAs and servers (SGP.22 §4.3, §5.7.8). Constants of
 * a chip's making stand in one struct; what changes (free memory, CI keys) is added when asked. */
#ifndef EMUICC_ISD_R_INFO_EUICC_INFO_H
#define EMUICC_ISD_R_INFO_EUICC_INFO_H

#include "fs/saip/saip.h"
#include "isd-r/info/credentials.h"

#define EUICC_INFO_VERSION_SIZE 3 /* VersionType: major, minor, revision */

/* RspCapability bits */
#define EUICC_INFO_ADDITIONAL_PROFILE (1u << 0)
#define EUICC_INFO_CRL (1u << 1)
#define EUICC_INFO_RPM (1u << 2)
#define EUICC_INFO_TEST_PROFILE (1u << 3)
#define EUICC_INFO_DEVICE_INFO_EXTENSIBILITY (1u << 4)
#define EUICC_INFO_SERVICE_SPECIFIC_DATA (1u << 5)
#define EUICC_INFO_HRI_SERVER_ADDRESS (1u << 6)
#define EUICC_INFO_SERVICE_PROVIDER_MESSAGE (1u << 7)
#define EUICC_INFO_LPA_PROXY (1u << 8)
#define EUICC_INFO_ENTERPRISE_PROFILES (1u << 9)
#define EUICC_INFO_SERVICE_DESCRIPTION (1u << 10)
#define EUICC_INFO_DEVICE_CHANGE (1u << 11)
#define EUICC_INFO_ENCRYPTED_DEVICE_CHANGE (1u << 12)
#define EUICC_INFO_ESTIMATED_PROFILE_SIZE (1u << 13)
#define EUICC_INFO_PROFILE_SIZE (1u << 14)
#define EUICC_INFO_CRL_STAPLING_V3 (1u << 15)
#define EUICC_INFO_CERT_CHAIN_V3 (1u << 16)
#define EUICC_INFO_SIGNED_SMDS_RESPONSE (1u << 17)
#define EUICC_INFO_CAPABILITY_IN_INFO1 (1u << 18) /* never set by hand: it says what is there */
#define EUICC_INFO_CANCEL_FOR_EMPTY_NAMES (1u << 20)
#define EUICC_INFO_UPDATE_NOTIFICATIONS (1u << 21)
#define EUICC_INFO_UPDATE_METADATA_V3 (1u << 22)
#define EUICC_INFO_IOT_METADATA (1u << 26) /* iotSpecificMetadataSupport, of SGP.22 v2.6.1 */

/* The release of SGP.32 that a chip is made by. */
enum euicc_info_iot {
    EUICC_INFO_NOT_IOT,
    EUICC_INFO_IOT_1_0,
    EUICC_INFO_IOT_1_1,
    EUICC_INFO_IOT_1_2,
    EUICC_INFO_IOT_1_3,
};
/* Bits of iot_mechanisms: what an IoT chip may lack */
#define EUICC_INFO_ECALL (1u << 0)
#define EUICC_INFO_FALLBACK (1u << 1)

/* What a chip says otherwise than it would: one field of EUICCInfo1 or EUICCInfo2. */
enum euicc_info_change_kind {
    EUICC_INFO_DROP,
    EUICC_INFO_SET, /* also one that no release has: it comes last */
    EUICC_INFO_ADD, /* at the end of what it would say */
};
struct euicc_info_change {
    uint32_t info; /* ES10_GET_EUICC_INFO1 or ES10_GET_EUICC_INFO2 */
    enum euicc_info_change_kind kind;
    uint32_t tag;
    struct bytes value;
};
#define EUICC_INFO_CHANGES_MAX 32
#define EUICC_INFO_PACKAGES_MAX 8

struct euicc_info {
    uint8_t svn[EUICC_INFO_VERSION_SIZE];         /* lowest that it works with */
    uint8_t highest_svn[EUICC_INFO_VERSION_SIZE]; /* the same, but for a chip of v3 */
    uint8_t profile_version[EUICC_INFO_VERSION_SIZE];
    uint8_t firmware_version[EUICC_INFO_VERSION_SIZE];
    uint8_t ts102241_version[EUICC_INFO_VERSION_SIZE];       /* 0.0.0: left out */
    uint8_t globalplatform_version[EUICC_INFO_VERSION_SIZE]; /* 0.0.0: left out */
    uint8_t protection_profile_version[EUICC_INFO_VERSION_SIZE];
    uint8_t additional_packages[EUICC_INFO_PACKAGES_MAX][EUICC_INFO_VERSION_SIZE];
    uint32_t additional_package_count;    /* additionalProfilePackageVersions; 0: left out */
    const struct saip_platform *platform; /* uiccCapability, and what packages may ask for */
    uint32_t rsp_capability;
    uint32_t forbidden_rules; /* PprIds; 0: left out */
    uint32_t tre_properties;  /* 0: left out */
    int category;             /* euiccCategory; < 0: left out */
    int lpa_mode;             /* < 0: left out */
    const char *accreditation_number;
    const char *platform_label; /* certificationDataObject, with the next; NULL: left out */
    const char *discovery_base_url;
    const char *tre_product_reference; /* NULL: left out */
    const char *root_ds_address;
    const char *additional_root_ds_addresses; /* with commas, from v3 on; NULL: none */
    uint64_t memory;                          /* non-volatile bytes of the chip for profiles */
    uint32_t ram;                             /* volatile bytes of the chip for profiles */
    uint32_t profile_ram;                     /* of which each profile takes so many */
    uint32_t applications;        /* installed beside the profiles, in extCardResource */
    struct bytes card_resource;   /* extCardResource as it is; empty: counted from these */
    struct bytes additional_info; /* additionalEuiccInfo; empty: left out */
    int iot;                      /* enum euicc_info_iot; < 0: none either */
    uint32_t iot_mechanisms;      /* EUICC_INFO_ECALL, EUICC_INFO_FALLBACK */
    const struct euicc_info_change *changes;
    size_t change_count;
};

/* The chip as it comes by default. */
extern const struct euicc_info euicc_info_default;

/* It works with SGP.22 v3 servers; it may with v2 servers too. */
static inline bool euicc_info_is_v3(const struct euicc_info *info)
{
    return info->highest_svn[0] >= 3;
}

/* It is an IoT eUICC, and by which release of SGP.32. */
static inline enum euicc_info_iot euicc_info_iot(const struct euicc_info *info)
{
    return info->iot > 0 ? (enum euicc_info_iot)info->iot : EUICC_INFO_NOT_IOT;
}

/* Volatile bytes that so many profiles leave. */
uint32_t euicc_info_free_ram(const struct euicc_info *info, size_t profiles);
/* Bytes left for another profile. */
int euicc_info_free_memory(const struct euicc_info *info, struct store *store, uint64_t *out);
/* What another profile may ask for and take. 0, 1 if no volatile memory is left for it, or a
 * failure. */
int euicc_info_platform_left(const struct euicc_info *info, struct store *store, size_t profiles,
                             struct saip_platform *out);

/* EUICCInfo1 and EUICCInfo2, whole, with the fields of the highest release. profiles: how many are
 * installed. */
void euicc_info_put_1(const struct euicc_info *info, const struct credentials *credentials,
                      struct writer *out);
int euicc_info_put_2(const struct euicc_info *info, const struct credentials *credentials,
                     struct store *store, size_t profiles, struct writer *out);
/* The value of extCardResource. */
void euicc_info_put_resource(const struct euicc_info *info, uint64_t free_memory, size_t profiles,
                             struct writer *out);
/* The value of the ISD-R's proprietary template (SGP.22 §5.7.1). enabled: a profile is. */
void euicc_info_put_template(const struct euicc_info *info, bool enabled, struct writer *out);
/* The same of the template for IPAs, which SGP.32 has from v1.1 on. */
void euicc_info_put_iot_template(bool enabled, struct writer *out);

#endif
