#include "isd-r/euicc_info.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "isd-r/es10.h"

#define MEDIUM_EUICC 2
#define TAG_PROFILE_VERSION 0x81
#define TAG_SVN 0x82
#define TAG_FIRMWARE_VERSION 0x83
#define TAG_EXT_CARD_RESOURCE 0x84
#define TAG_UICC_CAPABILITY 0x85
#define TAG_TS102241_VERSION 0x86
#define TAG_GLOBALPLATFORM_VERSION 0x87
#define TAG_RSP_CAPABILITY 0x88
#define TAG_CI_LIST_FOR_VERIFICATION 0xA9
#define TAG_CI_LIST_FOR_SIGNING 0xAA
#define TAG_CATEGORY 0x8B
#define TAG_FORBIDDEN_RULES 0x99
#define TAG_CERTIFICATION_DATA 0xAC
#define TAG_PLATFORM_LABEL 0x80
#define TAG_DISCOVERY_BASE_URL 0x81
#define TAG_INSTALLED_APPLICATIONS 0x81 /* TS 102 226 §8.2.1.7.2 */
#define TAG_FREE_NON_VOLATILE 0x82
#define TAG_FREE_VOLATILE 0x83

const struct euicc_info euicc_info_default = {
    .svn = {2, 5, 0},
    .profile_version = {2, 3, 1},
    .firmware_version = {1, 0, 0},
    .globalplatform_version = {2, 3, 0},
    .protection_profile_version = {1, 0, 0},
    .platform = &saip_default_platform,
    .rsp_capability = EUICC_INFO_ADDITIONAL_PROFILE | EUICC_INFO_CRL | EUICC_INFO_TEST_PROFILE |
                      EUICC_INFO_DEVICE_INFO_EXTENSIBILITY,
    .category = MEDIUM_EUICC,
    .accreditation_number = "EMUICC-TEST",
    .root_ds_address = "testrootsmds.example.com",
    .memory = 1 << 20,
    .ram = 1 << 14,
};

int euicc_info_free_memory(const struct euicc_info *info, struct store *store, uint64_t *out)
{
    uint64_t used;
    const int result = store_used(store, &used);
    if (result == 0)
        *out = used < info->memory ? info->memory - used : 0;
    return result;
}

static void put_version(struct writer *out, uint32_t tag,
                        const uint8_t version[EUICC_INFO_VERSION_SIZE])
{
    tlv_put(out, tag, bytes_of(version, EUICC_INFO_VERSION_SIZE));
}

static void put_optional_version(struct writer *out, uint32_t tag,
                                 const uint8_t version[EUICC_INFO_VERSION_SIZE])
{
    if (version[0] != 0 || version[1] != 0 || version[2] != 0)
        put_version(out, tag, version);
}

static void put_u32(struct writer *out, uint32_t tag, uint32_t value)
{
    tlv_put_header(out, tag, sizeof(value));
    writer_put_u16(out, (uint16_t)(value >> 16));
    writer_put_u16(out, (uint16_t)value);
}

static void put_ci_lists(const struct credentials *credentials, struct writer *out)
{
    size_t mark = tlv_open(out, TAG_CI_LIST_FOR_VERIFICATION);
    for (size_t i = 0; i < credentials->count; i++)
        if (credentials->list[i].verifies)
            tlv_put(out, DER_OCTET_STRING, credentials->list[i].ci.subject_key_id);
    tlv_close(out, mark);
    mark = tlv_open(out, TAG_CI_LIST_FOR_SIGNING);
    for (size_t i = 0; i < credentials->count; i++)
        if (credentials->list[i].signs)
            tlv_put(out, DER_OCTET_STRING, credentials->list[i].ci.subject_key_id);
    tlv_close(out, mark);
}

void euicc_info_put_1(const struct euicc_info *info, const struct credentials *credentials,
                      struct writer *out)
{
    const size_t mark = tlv_open(out, ES10_GET_EUICC_INFO1);
    put_version(out, TAG_SVN, info->svn);
    put_ci_lists(credentials, out);
    tlv_close(out, mark);
}

static void put_resources(const struct euicc_info *info, uint64_t free_memory, size_t profiles,
                          struct writer *out)
{
    if (info->card_resource.len > 0) {
        tlv_put(out, TAG_EXT_CARD_RESOURCE, info->card_resource);
        return;
    }
    const size_t mark = tlv_open(out, TAG_EXT_CARD_RESOURCE);
    der_put_integer(out, TAG_INSTALLED_APPLICATIONS, (int64_t)profiles);
    put_u32(out, TAG_FREE_NON_VOLATILE,
            free_memory > UINT32_MAX ? UINT32_MAX : (uint32_t)free_memory);
    put_u32(out, TAG_FREE_VOLATILE, info->ram);
    tlv_close(out, mark);
}

static void put_certification_data(const struct euicc_info *info, struct writer *out)
{
    if (info->platform_label == NULL || info->discovery_base_url == NULL)
        return;
    const size_t mark = tlv_open(out, TAG_CERTIFICATION_DATA);
    tlv_put(out, TAG_PLATFORM_LABEL, bytes_of_text(info->platform_label));
    tlv_put(out, TAG_DISCOVERY_BASE_URL, bytes_of_text(info->discovery_base_url));
    tlv_close(out, mark);
}

int euicc_info_put_2(const struct euicc_info *info, const struct credentials *credentials,
                     struct store *store, size_t profiles, struct writer *out)
{
    uint64_t free_memory;
    const int result = euicc_info_free_memory(info, store, &free_memory);
    if (result != 0)
        return result;
    const size_t mark = tlv_open(out, ES10_GET_EUICC_INFO2);
    put_version(out, TAG_PROFILE_VERSION, info->profile_version);
    put_version(out, TAG_SVN, info->svn);
    put_version(out, TAG_FIRMWARE_VERSION, info->firmware_version);
    put_resources(info, free_memory, profiles, out);
    der_put_bits(out, TAG_UICC_CAPABILITY, info->platform->services);
    put_optional_version(out, TAG_TS102241_VERSION, info->ts102241_version);
    put_optional_version(out, TAG_GLOBALPLATFORM_VERSION, info->globalplatform_version);
    der_put_bits(out, TAG_RSP_CAPABILITY, info->rsp_capability);
    put_ci_lists(credentials, out);
    if (info->category >= 0)
        der_put_integer(out, TAG_CATEGORY, info->category);
    if (info->forbidden_rules != 0)
        der_put_bits(out, TAG_FORBIDDEN_RULES, info->forbidden_rules);
    put_version(out, DER_OCTET_STRING, info->protection_profile_version);
    tlv_put(out, DER_UTF8_STRING, bytes_of_text(info->accreditation_number));
    put_certification_data(info, out);
    tlv_close(out, mark);
    return 0;
}
