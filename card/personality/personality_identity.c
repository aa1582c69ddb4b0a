/* The kinds of values that say which card this is: ATR, EID, AIDs, and whose rules it obeys. */
#include "apdu/hex.h"
#include "card/personality/factory.h"
#include "card/personality/personality_value.h"
#include "card/personality/words.h"

#define FLAG_CONSENT (1u << 0)
#define TAG_RULES 0x80
#define TAG_OPERATORS 0xA1
#define TAG_FLAGS 0x82
#define TAG_NETWORK 0x80
#define TAG_GROUP_1 0x81
#define TAG_GROUP_2 0x82
#define ANY_DIGIT 0x0E /* SGP.22 §2.9.2.1 */
#define NO_DIGIT 0x0F
#define MCC_DIGITS 3
#define GROUP_MAX 32 /* bytes of a group id */

bool personality_value_atr(struct personality *personality, const struct personality_row *row,
                           const char *value, bool again)
{
    (void)row;
    (void)again;
    uint8_t room[ATR_SIZE_MAX];
    struct writer atr = writer_on(room, sizeof(room));
    return hex_decode(value, &atr) && atr_parse(writer_bytes(&atr), &personality->atr);
}

bool personality_value_historical(struct personality *personality,
                                  const struct personality_row *row, const char *value, bool again)
{
    (void)row;
    (void)again;
    uint8_t room[ATR_HISTORICAL_MAX];
    struct writer historical = writer_on(room, sizeof(room));
    return hex_decode(value, &historical) &&
           atr_compose_with(writer_bytes(&historical), &personality->atr);
}

bool personality_value_eid(struct personality *personality, const struct personality_row *row,
                           const char *value, bool again)
{
    (void)row;
    (void)again;
    personality->has_eid = pki_eid_from_text(value, personality->eid);
    return personality->has_eid;
}

bool personality_value_aid(struct personality *personality, const struct personality_row *row,
                           const char *value, bool again)
{
    (void)again;
    struct isd_r_aid *aid = (struct isd_r_aid *)((uint8_t *)personality + row->offset);
    if (!personality_value_is_none(row, value))
        return words_to_aid(value, aid);
    aid->len = 0;
    return true;
}

bool personality_value_aids(struct personality *personality, const struct personality_row *row,
                            const char *value, bool again)
{
    struct isd_r_settings *settings = &personality->settings;
    const bool none = personality_value_is_none(row, value);
    if (again && (none || settings->aid_count == 0 || settings->aid_count == ISD_R_AIDS_MAX))
        return false;
    if (!again)
        settings->aid_count = 0;
    if (none)
        return true;
    if (!words_to_aid(value, &settings->aids[settings->aid_count]))
        return false;
    settings->aid_count++;
    return true;
}

/* Two or three digits of a network, stars among them; what is not there is F. */
static bool to_digits(struct bytes text, size_t least, uint8_t out[MCC_DIGITS])
{
    if (text.len < least || text.len > MCC_DIGITS)
        return false;
    memset(out, NO_DIGIT, MCC_DIGITS);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '*' && (text.data[i] < '0' || text.data[i] > '9'))
            return false;
        out[i] = text.data[i] == '*' ? ANY_DIGIT : (uint8_t)(text.data[i] - '0');
    }
    return true;
}

/* MCC-MNC, coded as in EF.LOCI (TS 24.008 §10.5.1.3). */
static bool put_network(struct bytes text, struct writer *out)
{
    uint8_t mcc[MCC_DIGITS], mnc[MCC_DIGITS];
    struct bytes country;
    if (!words_take(&text, "-", &country) || !to_digits(country, MCC_DIGITS, mcc) ||
        !to_digits(text, MCC_DIGITS - 1, mnc))
        return false;
    tlv_put(out, TAG_NETWORK,
            BYTES((uint8_t)(mcc[1] << 4 | mcc[0]), (uint8_t)(mnc[2] << 4 | mcc[2]),
                  (uint8_t)(mnc[1] << 4 | mnc[0])));
    return true;
}

/* A group id: `*` any, `-` none, or its bytes. */
static bool put_group(struct bytes text, uint32_t tag, struct writer *out)
{
    char digits[HEX_SIZE(GROUP_MAX)] = {0};
    uint8_t room[GROUP_MAX];
    struct writer group = writer_on(room, sizeof(room));
    if (bytes_equal(text, bytes_of_text("-")))
        return true;
    if (text.len == 0 || text.len >= sizeof(digits))
        return false;
    memcpy(digits, text.data, text.len);
    if (strcmp(digits, "*") != 0 && !hex_decode(digits, &group))
        return false;
    tlv_put(out, tag, writer_bytes(&group));
    return true;
}

static bool put_operator(struct bytes text, struct writer *out)
{
    static const uint32_t groups[] = {TAG_GROUP_1, TAG_GROUP_2};
    struct bytes part;
    if (bytes_equal(text, bytes_of_text("any")))
        text = bytes_of_text("***-***/*/*");
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    bool right = words_take(&text, "/", &part) && put_network(part, out);
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]) && right; i++)
        if (words_take(&text, "/", &part))
            right = put_group(part, groups[i], out);
    tlv_close(out, mark);
    return right && text.len == 0;
}

static bool put_operators(struct bytes text, struct writer *out)
{
    struct bytes one;
    bool right = text.len > 0;
    const size_t mark = tlv_open(out, TAG_OPERATORS);
    while (right && words_take(&text, ",", &one))
        right = put_operator(one, out);
    tlv_close(out, mark);
    return right;
}

/* ProfilePolicyAuthorisationRule */
static bool put_rule(const struct personality_row *row, struct bytes text, struct writer *out)
{
    struct bytes rules, operators = {0};
    uint32_t bits;
    if (!words_take(&text, " \t", &rules) || !personality_value_to_bits(row, rules, &bits) ||
        !words_take(&text, " \t", &operators))
        return false;
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    der_put_bits(out, TAG_RULES, bits);
    const bool right = put_operators(operators, out);
    der_put_bits(out, TAG_FLAGS, text.len > 0 ? FLAG_CONSENT : 0);
    tlv_close(out, mark);
    return right && (text.len == 0 || bytes_equal(text, bytes_of_text("consent")));
}

bool personality_value_rule(struct personality *personality, const struct personality_row *row,
                            const char *value, bool again)
{
    struct bytes *rules = &personality->settings.rules;
    const bool none = personality_value_is_none(row, value);
    struct writer table = writer_on(personality->rules, sizeof(personality->rules));
    table.len = again ? rules->len : 0;
    if (again && (none || rules->len == 0))
        return false;
    if (!none && (!put_rule(row, bytes_of_text(value), &table) || table.overflow))
        return false;
    *rules = writer_bytes(&table);
    return true;
}

bool personality_value_profile(struct personality *personality, const struct personality_row *row,
                               const char *value, bool again)
{
    const bool none = personality_value_is_none(row, value);
    if (!again)
        personality->profile_count = 0;
    if (none)
        return !again;
    if (personality->profile_count == PERSONALITY_PROFILES_MAX || !factory_is_profile(value))
        return false;
    const char *kept = personality_value_keep(personality, value);
    personality->profiles[personality->profile_count++] = kept;
    return kept != NULL;
}
