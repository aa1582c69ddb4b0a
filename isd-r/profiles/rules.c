#include "isd-r/profiles/rules.h"

#include "apdu/status.h"
#include "isd-r/profiles/operator_id.h"

#define VALUE_NAME "rules"
#define TAG_RULES 0x80
#define TAG_OPERATORS 0xA1
#define ANY_DIGIT 0x0E /* wildcard in mccMnc (SGP.22 §2.9.2.1) */

int rules_put_table(struct store *store, struct bytes otherwise, struct writer *out)
{
    const int result = store_get(store, VALUE_NAME, out);
    if (result != SW_REFERENCE_NOT_FOUND)
        return result;
    writer_put(out, otherwise);
    return 0;
}

static bool digit_matches(uint8_t rule, uint8_t owner)
{
    return rule == ANY_DIGIT || rule == owner;
}

static bool network_matches(struct bytes rule, struct bytes owner)
{
    for (size_t i = 0; i < rule.len; i++)
        if (!digit_matches(rule.data[i] >> 4, owner.data[i] >> 4) ||
            !digit_matches(rule.data[i] & 0x0F, owner.data[i] & 0x0F))
            return false;
    return true;
}

/* A group id that the table leaves empty stands for any, one that it leaves out for none. */
static bool group_matches(struct bytes rule, struct bytes owner)
{
    if (rule.data != NULL && rule.len == 0)
        return true;
    return bytes_equal(rule, owner);
}

static bool names_operator(struct bytes operators, const struct operator_id *owner)
{
    struct tlv entry;
    struct operator_id rule;
    while (tlv_take_tag(&operators, DER_SEQUENCE, &entry))
        if (operator_id_parse(entry.value, &rule) &&
            network_matches(rule.mcc_mnc, owner->mcc_mnc) &&
            group_matches(rule.gid1, owner->gid1) && group_matches(rule.gid2, owner->gid2))
            return true;
    return false;
}

/* The rules that the table allows to this owner. */
static uint32_t allowed(struct bytes table, const struct operator_id *owner)
{
    struct tlv entry, rules, operators;
    uint32_t result = 0, bits;
    while (tlv_take_tag(&table, DER_SEQUENCE, &entry))
        if (tlv_take_tag(&entry.value, TAG_RULES, &rules) && der_to_bits(rules.value, &bits) &&
            tlv_take_tag(&entry.value, TAG_OPERATORS, &operators) &&
            names_operator(operators.value, owner))
            result |= bits;
    return result;
}

bool rules_allow(struct bytes table, const struct metadata *metadata)
{
    struct operator_id owner;
    const uint32_t wanted = metadata->rules & (METADATA_RULE_PPR1 | METADATA_RULE_PPR2);
    if (wanted == 0)
        return true;
    if (metadata->owner.data == NULL || !operator_id_parse(metadata->owner, &owner))
        return false;
    return (wanted & ~allowed(table, &owner)) == 0;
}
