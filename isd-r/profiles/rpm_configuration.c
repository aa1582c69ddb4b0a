#include "isd-r/profiles/rpm_configuration.h"

#include "isd-r/info/es10_tag.h"
#include "isd-r/profiles/metadata_check.h"
#include "isd-r/info/tag_list.h"

#define TAG_MANAGERS 0xA0
#define TAG_POLLING_ADDRESS 0x81
#define TAG_ALLOWED_CI 0x82
#define TAG_OWNER 0x83
#define TAG_OID 0x80
#define TAG_TYPE 0x81

static bool take_manager(struct bytes *from, struct bytes *oid, struct rpm_manager *out)
{
    struct tlv entry, name, type, tag_list;
    if (!tlv_take_tag(from, DER_SEQUENCE, &entry) || !tlv_take_tag(&entry.value, TAG_OID, &name) ||
        !tlv_take_optional(&entry.value, TAG_TYPE, &type) ||
        !tlv_take_optional(&entry.value, ES10_TAG_TAG_LIST, &tag_list) ||
        !tag_list_is_one(tag_list.value))
        return false;
    out->types = 0;
    if (type.tag != 0 && !der_to_bits(type.value, &out->types))
        return false;
    *oid = name.value;
    out->tag_list = tag_list.value;
    return true;
}

static bool are_managers(struct bytes value)
{
    struct bytes oid;
    struct rpm_manager manager;
    while (value.len > 0)
        if (!take_manager(&value, &oid, &manager))
            return false;
    return true;
}

bool rpm_configuration_parse(struct bytes value, struct rpm_configuration *out)
{
    struct tlv managers, address, ci, owner;
    if (!tlv_take_tag(&value, TAG_MANAGERS, &managers) || !are_managers(managers.value) ||
        !tlv_take_optional(&value, TAG_POLLING_ADDRESS, &address) ||
        !metadata_check_address(address.value) || !tlv_take_optional(&value, TAG_ALLOWED_CI, &ci) ||
        !tlv_take_tag(&value, TAG_OWNER, &owner))
        return false;
    *out = (struct rpm_configuration){managers.value, address.value, ci.value, owner.value};
    return true;
}

bool rpm_configuration_check(struct bytes value)
{
    struct rpm_configuration configuration;
    return rpm_configuration_parse(value, &configuration);
}

bool rpm_configuration_find(const struct rpm_configuration *configuration, struct bytes oid,
                            struct bytes ci_key_id, struct rpm_manager *out)
{
    struct bytes rest = configuration->managers, manager_oid;
    struct rpm_manager manager;
    if (configuration->allowed_ci.data != NULL &&
        !bytes_equal(configuration->allowed_ci, ci_key_id))
        return false;
    while (take_manager(&rest, &manager_oid, &manager)) {
        if (!bytes_equal(manager_oid, oid))
            continue;
        *out = manager;
        return true;
    }
    return false;
}
