#include "tools/lib/iot/operation_show.h"

#include "apdu/der.h"
#include "tools/lib/common/describe.h"

#define LIST_PROFILES 0xBF2D
#define RULES 0xA6
#define ADD_EIM 0xA8
#define LIST_EIMS 0xAB

/* ProfilePolicyAuthorisationRule (SGP.22 §5.7.22) */
#define RULE_IDS 0x80
#define RULE_OPERATORS 0xA1
#define RULE_FLAGS 0x82
#define PPR_UPDATE_CONTROL 0
#define PPR1 1
#define PPR2 2
#define CONSENT_REQUIRED 0

/* clang-format off */
static const char *const states[] = {"disabled", "enabled", NULL};
static const char *const icon_types[] = {"jpg", "png", NULL};
static const char *const classes[] = {"test", "provisioning", "operational", NULL};
static const struct describe_row profile_rows[] = {
    {0x5A, "iccid", DESCRIBE_HEX, NULL, NULL},
    {0x4F, "isdpAid", DESCRIBE_HEX, NULL, NULL},
    {0x9F70, "profileState", DESCRIBE_NAME, states, NULL},
    {0x90, "profileNickname", DESCRIBE_TEXT, NULL, NULL},
    {0x91, "serviceProviderName", DESCRIBE_TEXT, NULL, NULL},
    {0x92, "profileName", DESCRIBE_TEXT, NULL, NULL},
    {0x93, "iconType", DESCRIBE_NAME, icon_types, NULL},
    {0x94, "icon", DESCRIBE_HEX, NULL, NULL},
    {0x95, "profileClass", DESCRIBE_NAME, classes, NULL},
    {0x9F7B, "ecallIndication", DESCRIBE_NUMBER, NULL, NULL},
    {0x9F26, "fallbackAttribute", DESCRIBE_NUMBER, NULL, NULL},
    {0x9F67, "fallbackAllowed", DESCRIBE_NUMBER, NULL, NULL},
};
static const struct describe_table profile = {profile_rows, sizeof(profile_rows) / sizeof(profile_rows[0])};

static const char *const id_types[] = {"0", "eimIdTypeOid", "eimIdTypeFqdn", "eimIdTypeProprietary", NULL};
static const struct describe_row eim_rows[] = {
    {0x80, "eimId", DESCRIBE_TEXT, NULL, NULL},
    {0x82, "eimIdType", DESCRIBE_NAME, id_types, NULL},
};
static const struct describe_table eim = {eim_rows, sizeof(eim_rows) / sizeof(eim_rows[0])};

static const struct describe_row operator_rows[] = {
    {0x80, "mccMnc", DESCRIBE_HEX, NULL, NULL},
    {0x81, "gid1", DESCRIBE_HEX, NULL, NULL},
    {0x82, "gid2", DESCRIBE_HEX, NULL, NULL},
};
static const struct describe_table operator_id = {operator_rows, sizeof(operator_rows) / sizeof(operator_rows[0])};
/* clang-format on */

/* A list with whether there is one. */
static json_t *show_list(const struct operation_result *result, const char *key,
                         const struct describe_table *table)
{
    if (!result->ok)
        return json_pack("{s:s, s:s}", "finalResult", "errorResult", "error", result->text);
    return json_pack("{s:s, s:o}", "finalResult", "successResult", key,
                     describe_list(table, result->value));
}

static json_t *show_rule(struct bytes rule)
{
    struct tlv ids, operators, flags;
    uint32_t id_bits, flag_bits;
    if (!tlv_take_tag(&rule, RULE_IDS, &ids) || !tlv_take_tag(&rule, RULE_OPERATORS, &operators) ||
        !tlv_take_tag(&rule, RULE_FLAGS, &flags) || !der_to_bits(ids.value, &id_bits) ||
        !der_to_bits(flags.value, &flag_bits))
        return NULL;
    return json_pack("{s:b, s:b, s:b, s:o, s:b}", "pprUpdateControl",
                     der_bit(id_bits, PPR_UPDATE_CONTROL), "ppr1", der_bit(id_bits, PPR1), "ppr2",
                     der_bit(id_bits, PPR2), "allowedOperators",
                     describe_list(&operator_id, operators.value), "consentRequired",
                     der_bit(flag_bits, CONSENT_REQUIRED));
}

static json_t *show_rules(struct bytes list)
{
    json_t *array = json_array();
    struct tlv rule;
    bool good = true;
    while (good && tlv_take_tag(&list, DER_SEQUENCE, &rule))
        good = json_array_append_new(array, show_rule(rule.value)) == 0;
    if (good && list.len == 0)
        return array;
    json_decref(array);
    return NULL;
}

static json_t *show_token(const struct operation_result *result)
{
    int64_t token;
    if (result->token.len == 0)
        return json_pack("{s:s}", "addEimResultCode", result->text);
    if (!der_to_integer(result->token, &token))
        return NULL;
    return json_pack("{s:s, s:I}", "addEimResultCode", result->text, "associationToken",
                     (json_int_t)token);
}

json_t *operation_show(const struct operation_result *result)
{
    switch (result->tag) {
    case LIST_PROFILES:
        return show_list(result, "profileInfoList", &profile);
    case LIST_EIMS:
        return show_list(result, "eimIdList", &eim);
    case RULES:
        return show_rules(result->value);
    case ADD_EIM:
        return show_token(result);
    default:
        return json_string(result->text);
    }
}
