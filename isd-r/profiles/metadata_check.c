#include "isd-r/profiles/metadata_check.h"

#include "isd-r/profiles/device_change_configuration.h"
#include "isd-r/profiles/enterprise_configuration.h"
#include "isd-r/profiles/metadata_tag.h"
#include "isd-r/profiles/notification_configuration.h"
#include "isd-r/profiles/operator_id.h"

#define SERVICE_PROVIDER_MAX 32 /* characters */
#define NAME_MAX_CHARACTERS 64
#define ICON_MAX 1024 /* bytes */
#define ICON_TYPE_MAX 1

bool metadata_check_iccid(struct bytes value)
{
    return value.len == METADATA_ICCID_SIZE;
}

bool metadata_check_service_provider(struct bytes value)
{
    return der_is_utf8(value, SERVICE_PROVIDER_MAX);
}

bool metadata_check_name(struct bytes value)
{
    return der_is_utf8(value, NAME_MAX_CHARACTERS);
}

bool metadata_check_icon_type(struct bytes value)
{
    uint32_t number;
    return der_to_unsigned(value, ICON_TYPE_MAX, &number);
}

bool metadata_check_icon(struct bytes value)
{
    return value.len <= ICON_MAX;
}

bool metadata_check_class(struct bytes value)
{
    uint32_t number;
    return der_to_unsigned(value, METADATA_CLASS_MAX, &number);
}

bool metadata_check_boolean(struct bytes value)
{
    bool is;
    return der_to_boolean(value, &is);
}

bool metadata_check_bits(struct bytes value)
{
    uint32_t bits;
    return der_to_bits(value, &bits);
}

bool metadata_check_owner(struct bytes value)
{
    struct operator_id owner;
    return operator_id_parse(value, &owner);
}

bool metadata_check_notifications(struct bytes value)
{
    uint32_t events;
    struct bytes address;
    while (value.len > 0)
        if (!notification_configuration_take(&value, &events, &address))
            return false;
    return true;
}

/* SEQUENCE OF { [0] OID, [1] what this OID stands for } */
bool metadata_check_vendor_data(struct bytes value)
{
    struct tlv entry, oid, data;
    while (value.len > 0)
        if (!tlv_take_tag(&value, DER_SEQUENCE, &entry) ||
            !tlv_take_tag(&entry.value, 0x80, &oid) || !tlv_take_tag(&entry.value, 0xA1, &data))
            return false;
    return true;
}

bool metadata_check_address(struct bytes value)
{
    return value.len <= METADATA_CHECK_ADDRESS_MAX && der_is_utf8(value, value.len);
}

/* { [0] languageTag DEFAULT "en", [1] message } */
bool metadata_check_message(struct bytes value)
{
    struct tlv language, message;
    return tlv_take_optional(&value, 0x80, &language) &&
           der_is_utf8(language.value, language.value.len) &&
           tlv_take_tag(&value, 0x81, &message) && der_is_utf8(message.value, message.value.len);
}

/* { [0] pcmpAddress, [1] dpiEnable OPTIONAL, [2] triggerLprOnEnableProfile OPTIONAL } */
bool metadata_check_lpr(struct bytes value)
{
    struct tlv address, dpi, trigger;
    return tlv_take_tag(&value, METADATA_TAG_PCMP_ADDRESS, &address) &&
           metadata_check_address(address.value) && tlv_take_optional(&value, 0x81, &dpi) &&
           der_is_utf8(dpi.value, dpi.value.len) && tlv_take_optional(&value, 0x82, &trigger) &&
           trigger.value.len == 0;
}

bool metadata_check_enterprise(struct bytes value)
{
    struct enterprise_configuration configuration;
    return enterprise_configuration_parse(value, &configuration);
}

bool metadata_check_device_change(struct bytes value)
{
    struct device_change_configuration configuration;
    return device_change_configuration_parse(value, &configuration);
}

/* Nobody is refused for what a phone alone reads. */
bool metadata_check_access_rules(struct bytes value)
{
    (void)value;
    return true;
}

bool metadata_check_size(struct bytes value)
{
    uint32_t size;
    return der_to_unsigned(value, UINT32_MAX, &size);
}
