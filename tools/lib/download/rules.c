#include "tools/lib/download/rules.h"

#include "apdu/der.h"

enum {
    TAG_PROFILE_RULES = 0x99,
    TAG_PROFILE_OWNER = 0xB7,
    TAG_RULES = 0x80,
    TAG_OPERATORS = 0xA1,
    TAG_FLAGS = 0x82,
    TAG_MCC_MNC = 0x80,
    TAG_GID1 = 0x81,
    TAG_GID2 = 0x82,
};
#define PPR1 1 /* bit numbers in PprIds */
#define PPR2 2
#define CONSENT_REQUIRED 0
#define ANY_DIGIT 0x0E
#define MCC_MNC_LEN 3

static bool nibble_matches(uint8_t rule, uint8_t owner)
{
    return rule == ANY_DIGIT || rule == owner;
}

/* Digit by digit, E standing for any. */
static bool mcc_mnc_matches(struct bytes rule, struct bytes owner)
{
    if (rule.len != MCC_MNC_LEN || owner.len != MCC_MNC_LEN)
        return false;
    for (size_t i = 0; i < MCC_MNC_LEN; i++)
        if (!nibble_matches(rule.data[i] >> 4, owner.data[i] >> 4) ||
            !nibble_matches(rule.data[i] & 0x0F, owner.data[i] & 0x0F))
            return false;
    return true;
}

/* A rule without the group identifier means any. */
static bool gid_matches(struct bytes rule, struct bytes owner, uint32_t tag)
{
    struct tlv wanted, has = {0};
    if (!tlv_find(rule, tag, &wanted))
        return true;
    tlv_find(owner, tag, &has);
    return bytes_equal(wanted.value, has.value);
}

static bool operator_matches(struct bytes rule, struct bytes owner)
{
    struct tlv wanted, has;
    return tlv_find(rule, TAG_MCC_MNC, &wanted) && tlv_find(owner, TAG_MCC_MNC, &has) &&
           mcc_mnc_matches(wanted.value, has.value) && gid_matches(rule, owner, TAG_GID1) &&
           gid_matches(rule, owner, TAG_GID2);
}

static bool any_operator_matches(struct bytes operators, struct bytes owner)
{
    struct tlv operator;
    while (tlv_take(&operators, &operator))
        if (operator_matches(operator.value, owner))
            return true;
    return false;
}

/* The first rule of the table for this bit that names the owner decides. */
static enum rules_verdict judge_bit(struct bytes table, unsigned bit, struct bytes owner)
{
    struct tlv rule, ids, operators, flags;
    uint32_t bits, flag_bits;
    while (tlv_take_tag(&table, DER_SEQUENCE, &rule)) {
        if (!tlv_find(rule.value, TAG_RULES, &ids) || !der_to_bits(ids.value, &bits) ||
            !tlv_find(rule.value, TAG_OPERATORS, &operators))
            return RULES_FORBIDDEN;
        if (!der_bit(bits, bit) || !any_operator_matches(operators.value, owner))
            continue;
        if (!tlv_find(rule.value, TAG_FLAGS, &flags) || !der_to_bits(flags.value, &flag_bits))
            return RULES_FORBIDDEN;
        return der_bit(flag_bits, CONSENT_REQUIRED) ? RULES_CONSENT : RULES_ALLOWED;
    }
    return RULES_FORBIDDEN;
}

bool rules_wanted(struct bytes metadata)
{
    struct tlv rules;
    return tlv_find(metadata, TAG_PROFILE_RULES, &rules);
}

enum rules_verdict rules_judge(struct bytes table, struct bytes metadata)
{
    struct tlv rules, owner = {0};
    uint32_t bits;
    enum rules_verdict worst = RULES_ALLOWED;
    if (!tlv_find(metadata, TAG_PROFILE_RULES, &rules))
        return RULES_ALLOWED;
    if (!der_to_bits(rules.value, &bits))
        return RULES_FORBIDDEN;
    tlv_find(metadata, TAG_PROFILE_OWNER, &owner);
    for (unsigned bit = PPR1; bit <= PPR2; bit++) {
        if (!der_bit(bits, bit))
            continue;
        const enum rules_verdict verdict = judge_bit(table, bit, owner.value);
        worst = verdict > worst ? verdict : worst;
    }
    return worst;
}
