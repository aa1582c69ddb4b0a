#include "isd-r/profiles/profile_info.h"

#include "isd-r/info/es10_tag.h"
#include "isd-r/info/euicc_info.h"
#include "isd-r/info/tag_list.h"

#define TAG_PROFILE_INFO 0xE3
#define TAG_STATE 0x9F70
#define TAG_PROPRIETARY 0xB8
#define TAG_PROFILE_SIZE 0x9F25
#define TAG_FALLBACK 0x9F26

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

/* DEFAULT FALSE */
static void put_fallback(const struct registry_profile *profile, uint32_t tag, struct writer *out)
{
    if (profile->fallback)
        der_put_boolean(out, tag, true);
}

struct field {
    uint32_t tag;
    bool unasked; /* shown when there is no tag list, by chips of every release */
    put_field *put;
    uint32_t capability; /* EUICC_INFO_* that the chip must have; 0: of the metadata, if it is */
};

/* In the order of the answer; the service provider's message and the estimated size, which
 * ProfileInfo lacks, at their place in the metadata. */
/* clang-format off */
static const struct field fields[] = {
    { ES10_TAG_ICCID,                           true,  put_iccid,       0 },
    { ES10_TAG_AID,                             true,  put_aid,         0 },
    { TAG_STATE,                                true,  put_state,       0 },
    { METADATA_TAG_NICKNAME,                    true,  put_nickname,    0 },
    { METADATA_TAG_SERVICE_PROVIDER,            true,  put_metadata,    0 },
    { METADATA_TAG_NAME,                        true,  put_metadata,    0 },
    { METADATA_TAG_ICON_TYPE,                   true,  put_metadata,    0 },
    { METADATA_TAG_ICON,                        true,  put_metadata,    0 },
    { METADATA_TAG_CLASS,                       true,  put_class,       0 },
    { METADATA_TAG_NOTIFICATIONS,               false, put_metadata,    0 },
    { METADATA_TAG_OWNER,                       false, put_metadata,    0 },
    { TAG_PROPRIETARY,                          false, put_proprietary, 0 },
    { METADATA_TAG_RULES,                       false, put_metadata,    0 },
    { METADATA_TAG_SERVICE_SPECIFIC_DATA,       false, put_metadata,    0 },
    { METADATA_TAG_RPM_CONFIGURATION,           false, put_metadata,    0 },
    { METADATA_TAG_HRI_SERVER_ADDRESS,          false, put_metadata,    0 },
    { METADATA_TAG_SERVICE_PROVIDER_MESSAGE,    false, put_metadata,    0 },
    { METADATA_TAG_LPR_CONFIGURATION,           false, put_metadata,    0 },
    { METADATA_TAG_ENTERPRISE_CONFIGURATION,    false, put_metadata,    0 },
    { METADATA_TAG_SERVICE_DESCRIPTION,         false, put_metadata,    0 },
    { METADATA_TAG_DEVICE_CHANGE_CONFIGURATION, false, put_metadata,    0 },
    { METADATA_TAG_ESTIMATED_PROFILE_SIZE,      false, put_metadata,    0 },
    { TAG_PROFILE_SIZE,                         false, put_size,        EUICC_INFO_PROFILE_SIZE },
    { METADATA_TAG_ECALL,                       false, put_metadata,    0 },
    { METADATA_TAG_ACCESS_RULES,                false, put_metadata,    0 },
    { TAG_FALLBACK,                             false, put_fallback,    EUICC_INFO_IOT_METADATA },
    { METADATA_TAG_FALLBACK_ALLOWED,            false, put_metadata,    0 },
};
/* clang-format on */

static bool is_known(const struct field *field, uint32_t capability)
{
    const struct metadata_field *of_metadata = metadata_find_field(field->tag);
    return of_metadata != NULL ? metadata_is_known(of_metadata, capability)
                               : (field->capability & ~capability) == 0;
}

void profile_info_put(const struct registry_profile *profile, struct bytes tag_list,
                      uint32_t capability, struct writer *out)
{
    const size_t mark = tlv_open(out, TAG_PROFILE_INFO);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const struct field *field = &fields[i];
        const bool asked =
            tag_list.data == NULL ? field->unasked : tag_list_has(tag_list, field->tag);
        if (asked && (field->unasked || is_known(field, capability)))
            field->put(profile, field->tag, out);
    }
    tlv_close(out, mark);
}
