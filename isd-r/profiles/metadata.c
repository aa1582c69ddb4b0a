#include "isd-r/profiles/metadata.h"

#include "apdu/hex.h"
#include "isd-r/info/euicc_info.h"
#include "isd-r/profiles/metadata_check.h"
#include "isd-r/profiles/rpm_configuration.h"

#define CHANGES (METADATA_UPDATES | METADATA_DELETES)
/* The chip's own part in a change of device is another matter. */
#define STORED_DEVICE_CHANGE (EUICC_INFO_DEVICE_CHANGE | EUICC_INFO_UPDATE_METADATA_V3)
#define SLOT(name) offsetof(struct metadata, name)

/* SGP.22 §5.5.3, Annex H. Access rules for the apps of a device (GlobalPlatform's REF-AR-DO) stand
 * in no release; phones read them in the metadata of every one, and the chip keeps them as they
 * are. */
/* clang-format off */
const struct metadata_field metadata_fields[METADATA_FIELDS] = {
    { 0x5A,                                     0,                                   true,  0,                metadata_check_iccid,            SLOT(iccid) },
    { METADATA_TAG_SERVICE_PROVIDER,            0,                                   true,  METADATA_UPDATES, metadata_check_service_provider, SLOT(service_provider) },
    { METADATA_TAG_NAME,                        0,                                   true,  METADATA_UPDATES, metadata_check_name,             SLOT(name) },
    { METADATA_TAG_ICON_TYPE,                   0,                                   false, CHANGES,          metadata_check_icon_type,        SLOT(icon_type) },
    { METADATA_TAG_ICON,                        0,                                   false, CHANGES,          metadata_check_icon,             SLOT(icon) },
    { METADATA_TAG_CLASS,                       0,                                   false, 0,                metadata_check_class,            SLOT(class_value) },
    { METADATA_TAG_NOTIFICATIONS,               0,                                   false, CHANGES,          metadata_check_notifications,    SLOT(notifications) },
    { METADATA_TAG_OWNER,                       0,                                   false, 0,                metadata_check_owner,            SLOT(owner) },
    { METADATA_TAG_RULES,                       0,                                   false, METADATA_UPDATES, metadata_check_bits,             SLOT(rules_value) },
    { METADATA_TAG_SERVICE_SPECIFIC_DATA,       EUICC_INFO_SERVICE_SPECIFIC_DATA,    false, CHANGES,          metadata_check_vendor_data,      SLOT(service_specific_data) },
    { METADATA_TAG_DATA_NOT_STORED,             EUICC_INFO_SERVICE_SPECIFIC_DATA,    false, 0,                metadata_check_vendor_data,      SLOT(data_not_stored) },
    { METADATA_TAG_RPM_CONFIGURATION,           EUICC_INFO_RPM,                      false, CHANGES,          rpm_configuration_check,         SLOT(rpm_configuration) },
    { METADATA_TAG_HRI_SERVER_ADDRESS,          EUICC_INFO_HRI_SERVER_ADDRESS,       false, CHANGES,          metadata_check_address,          SLOT(hri_server_address) },
    { METADATA_TAG_SERVICE_PROVIDER_MESSAGE,    EUICC_INFO_SERVICE_PROVIDER_MESSAGE, false, 0,                metadata_check_message,          SLOT(service_provider_message) },
    { METADATA_TAG_LPR_CONFIGURATION,           EUICC_INFO_LPA_PROXY,                false, CHANGES,          metadata_check_lpr,              SLOT(lpr_configuration) },
    { METADATA_TAG_ENTERPRISE_CONFIGURATION,    EUICC_INFO_ENTERPRISE_PROFILES,      false, METADATA_UPDATES, metadata_check_enterprise,       SLOT(enterprise_configuration) },
    { METADATA_TAG_SERVICE_DESCRIPTION,         EUICC_INFO_SERVICE_DESCRIPTION,      false, 0,                metadata_check_bits,             SLOT(service_description) },
    { METADATA_TAG_DEVICE_CHANGE_CONFIGURATION, STORED_DEVICE_CHANGE,                false, CHANGES,          metadata_check_device_change,    SLOT(device_change_configuration) },
    { METADATA_TAG_ESTIMATED_PROFILE_SIZE,      EUICC_INFO_ESTIMATED_PROFILE_SIZE,   false, 0,                metadata_check_size,             SLOT(estimated_profile_size) },
    { METADATA_TAG_ECALL,                       EUICC_INFO_IOT_METADATA,             false, 0,                metadata_check_boolean,          SLOT(ecall_value) },
    { METADATA_TAG_FALLBACK_ALLOWED,            EUICC_INFO_IOT_METADATA,             false, 0,                metadata_check_boolean,          SLOT(fallback_allowed_value) },
    { METADATA_TAG_ACCESS_RULES,                0,                                   false, 0,                metadata_check_access_rules,     SLOT(access_rules) },
};
/* clang-format on */

const struct metadata_field *metadata_find_field(uint32_t tag)
{
    for (size_t i = 0; i < METADATA_FIELDS; i++)
        if (metadata_fields[i].tag == tag)
            return &metadata_fields[i];
    return NULL;
}

bool metadata_is_known(const struct metadata_field *field, uint32_t capability)
{
    return field->capability == 0 || (field->capability & capability) != 0;
}

struct bytes *metadata_slot(struct metadata *metadata, const struct metadata_field *field)
{
    return (struct bytes *)((char *)metadata + field->offset);
}

static bool take_field(struct metadata *metadata, const struct tlv *tlv, uint32_t capability)
{
    const struct metadata_field *field = metadata_find_field(tlv->tag);
    if (field == NULL || !metadata_is_known(field, capability))
        return true;
    struct bytes *value = metadata_slot(metadata, field);
    if (value->data != NULL || !field->check(tlv->value))
        return false;
    *value = tlv->value;
    return true;
}

static bool is_complete(struct metadata *metadata)
{
    for (size_t i = 0; i < METADATA_FIELDS; i++)
        if (metadata_fields[i].required &&
            metadata_slot(metadata, &metadata_fields[i])->data == NULL)
            return false;
    return metadata->icon.data == NULL || metadata->icon_type.data != NULL;
}

bool metadata_parse(struct bytes request, uint32_t capability, struct metadata *out)
{
    struct metadata metadata = {.whole = request, .class = METADATA_OPERATIONAL};
    struct tlv whole, tlv;
    if (!tlv_whole(request, METADATA_TAG, &whole))
        return false;
    while (whole.value.len > 0)
        if (!tlv_take(&whole.value, &tlv) || !take_field(&metadata, &tlv, capability))
            return false;
    if (!is_complete(&metadata))
        return false;
    if (metadata.class_value.data != NULL)
        (void)der_to_unsigned(metadata.class_value, METADATA_CLASS_MAX, &metadata.class);
    if (metadata.rules_value.data != NULL)
        (void)der_to_bits(metadata.rules_value, &metadata.rules);
    if (metadata.ecall_value.data != NULL)
        (void)der_to_boolean(metadata.ecall_value, &metadata.ecall);
    if (metadata.fallback_allowed_value.data != NULL)
        (void)der_to_boolean(metadata.fallback_allowed_value, &metadata.fallback_allowed);
    *out = metadata;
    return true;
}

void metadata_put_without(struct bytes request, uint32_t capability, struct writer *out)
{
    struct tlv whole, tlv;
    if (!tlv_whole(request, METADATA_TAG, &whole)) {
        writer_put(out, request);
        return;
    }
    const size_t mark = tlv_open(out, METADATA_TAG);
    while (tlv_take(&whole.value, &tlv)) {
        const struct metadata_field *field = metadata_find_field(tlv.tag);
        if (field == NULL || !(field->capability & capability))
            writer_put(out, tlv.whole);
    }
    writer_put(out, whole.value); /* what is no element */
    tlv_close(out, mark);
}

uint32_t metadata_find_unknown(struct bytes request, uint32_t capability)
{
    struct tlv whole, tlv;
    if (!tlv_whole(request, METADATA_TAG, &whole))
        return 0;
    while (tlv_take(&whole.value, &tlv)) {
        const struct metadata_field *field = metadata_find_field(tlv.tag);
        if (field == NULL || !metadata_is_known(field, capability))
            return tlv.tag;
    }
    return 0;
}

void metadata_iccid_text(const uint8_t iccid[METADATA_ICCID_SIZE],
                         char text[2 * METADATA_ICCID_SIZE + 1])
{
    uint8_t digits[METADATA_ICCID_SIZE];
    iccid_swap(iccid, digits);
    hex_encode(bytes_of(digits, sizeof(digits)), text);
    text[strcspn(text, "F")] = '\0';
}
