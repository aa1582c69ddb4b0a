#include "isd-r/profile_info.h"

#include "isd-r/es10.h"
#include "isd-r/euicc_info.h"
#include "isd-r/tag_list.h"

#define TAG_PROFILE_INFO 0xE3
#define TAG_STATE 0x9F70
#define TAG_PROPRIETARY 0xB8
#define TAG_PROFILE_SIZE 0x9F25

typedef void put_field(const struct registry_profile *profile, uint32_t tag, struct writer *out);

static void put_iccid(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    tlv_put(out, tag, bytes_of(profile->iccid, METADATA_ICCID_SIZE));
}

static void put_aid(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    tlv_put(out, tag, bytes_of(profile->aid, profile->aid_len));
}

static void put_state(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    tlv_put_u8(out, tag, profile->enabled);
}

static void put_nickname(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    if (profile->nickname.len > 0)
        tlv_put(out, tag, profile->nickname);
}

static void put_class(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    der_put_integer(out, tag, profile->metadata.class);
}

/* As the server sent it. */
static void put_metadata(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    struct tlv whole, field;
    if (tlv_whole(profile->metadata.whole, METADATA_TAG, &whole) &&
        tlv_find(whole.value, tag, &field))
        writer_put(out, field.whole);
}

static void put_proprietary(const struct registry_profile *profile, uint32_t tag,
                            struct writer *out)
{
    struct bytes configuration = profile->configuration;
    struct tlv request, field;
    if (tlv_take(&configuration, &request) && tlv_find(request.value, tag, &field))
        writer_put(out, field.whole);
}

static void put_size(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    der_put_integer(out, tag, profile->size);
}

struct field {
    uint32_t tag;
    bool unasked;        /* shown when there is no tag list */
    uint32_t capability; /* EUICC_INFO_* that the chip must have; 0: every chip shows it */
    put_field *put;
};

/* In the order of the answer; ServiceProviderMessage and EstimatedProfileSize, which ProfileInfo
 * lacks, at their place in the metadata. */
/* clang-format off */
static const struct field fields[] = {
    { ES10_TAG_ICCID,                           true,  0,                                   put_iccid },
    { ES10_TAG_AID,                             true,  0,                                   put_aid },
    { TAG_STATE,                                true,  0,                                   put_state },
    { METADATA_TAG_NICKNAME,                    true,  0,                                   put_nickname },
    { METADATA_TAG_SERVICE_PROVIDER,            true,  0,                                   put_metadata },
    { METADATA_TAG_NAME,                        true,  0,                                   put_metadata },
    { METADATA_TAG_ICON_TYPE,                   true,  0,                                   put_metadata },
    { METADATA_TAG_ICON,                        true,  0,                                   put_metadata },
    { METADATA_TAG_CLASS,                       true,  0,                                   put_class },
    { METADATA_TAG_NOTIFICATIONS,               false, 0,                                   put_metadata },
    { METADATA_TAG_OWNER,                       false, 0,                                   put_metadata },
    { TAG_PROPRIETARY,                          false, 0,                                   put_proprietary },
    { METADATA_TAG_RULES,                       false, 0,                                   put_metadata },
    { METADATA_TAG_SERVICE_SPECIFIC_DATA,       false, EUICC_INFO_SERVICE_SPECIFIC_DATA,    put_metadata },
    { METADATA_TAG_RPM_CONFIGURATION,           false, EUICC_INFO_RPM,                      put_metadata },
    { METADATA_TAG_HRI_SERVER_ADDRESS,          false, EUICC_INFO_HRI_SERVER_ADDRESS,       put_metadata },
    { METADATA_TAG_SERVICE_PROVIDER_MESSAGE,    false, EUICC_INFO_SERVICE_PROVIDER_MESSAGE, put_metadata },
    { METADATA_TAG_LPR_CONFIGURATION,           false, EUICC_INFO_LPA_PROXY,                put_metadata },
    { METADATA_TAG_ENTERPRISE_CONFIGURATION,    false, EUICC_INFO_ENTERPRISE_PROFILES,      put_metadata },
    { METADATA_TAG_SERVICE_DESCRIPTION,         false, EUICC_INFO_SERVICE_DESCRIPTION,      put_metadata },
    { METADATA_TAG_DEVICE_CHANGE_CONFIGURATION, false, EUICC_INFO_DEVICE_CHANGE,            put_metadata },
    { METADATA_TAG_ESTIMATED_PROFILE_SIZE,      false, EUICC_INFO_ESTIMATED_PROFILE_SIZE,   put_metadata },
    { TAG_PROFILE_SIZE,                         false, EUICC_INFO_PROFILE_SIZE,             put_size },
};
/* clang-format on */

void profile_info_put(const struct registry_profile *profile, struct bytes tag_list,
                      uint32_t capability, struct writer *out)
{
    const size_t mark = tlv_open(out, TAG_PROFILE_INFO);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const struct field *field = &fields[i];
        const bool asked =
            tag_list.data == NULL ? field->unasked : tag_list_has(tag_list, field->tag);
        if (asked && (field->capability & ~capability) == 0)
            field->put(profile, field->tag, out);
    }
    tlv_close(out, mark);
}
