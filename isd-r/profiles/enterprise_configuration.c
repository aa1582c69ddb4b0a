#include "isd-r/profiles/enterprise_configuration.h"

#define TAG_OID 0x80
#define TAG_NAME 0x81
#define TAG_RULES 0xA2
#define TAG_RULE_BITS 0x80
#define TAG_OTHERS_ENABLED 0x81 /* numberOfNonEnterpriseProfiles */
#define NAME_MAX_CHARACTERS 64

static bool parse_rules(struct bytes value, struct enterprise_configuration *out)
{
    struct tlv bits, number;
    return tlv_take_tag(&value, TAG_RULE_BITS, &bits) && der_to_bits(bits.value, &out->rules) &&
           tlv_take_tag(&value, TAG_OTHERS_ENABLED, &number) &&
           der_to_unsigned(number.value, UINT32_MAX, &out->others_enabled);
}

bool enterprise_configuration_parse(struct bytes value, struct enterprise_configuration *out)
{
    struct tlv oid, name, rules;
    struct enterprise_configuration parsed = {0};
    if (!tlv_take_tag(&value, TAG_OID, &oid) || !tlv_take_tag(&value, TAG_NAME, &name) ||
        !der_is_utf8(name.value, NAME_MAX_CHARACTERS) ||
        !tlv_take_optional(&value, TAG_RULES, &rules) ||
        (rules.tag != 0 && !parse_rules(rules.value, &parsed)))
        return false;
    parsed.oid = oid.value;
    parsed.name = name.value;
    parsed.has_rules = rules.tag != 0;
    *out = parsed;
    return true;
}
