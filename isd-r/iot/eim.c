#include "isd-r/iot/eim.h"

#define KEY 0xA0         /* SubjectPublicKeyInfo */
#define CERTIFICATE 0xA1 /* or the certificate that holds it */
#define ID_TYPE_OID 1
#define ID_TYPE_PROPRIETARY 3
#define PROTOCOL_PROPRIETARY (1u << 4)
#define FQDN_MAX 255
#define ASKS_FOR_TOKEN (-1)

typedef enum eim_result check(struct bytes value);

static enum eim_result check_id(struct bytes value)
{
    return value.len >= 1 && value.len <= EIM_ID_MAX && der_is_utf8(value, EIM_ID_MAX)
               ? EIM_OK
               : EIM_COMMAND_ERROR;
}

static enum eim_result check_fqdn(struct bytes value)
{
    return value.len <= FQDN_MAX && der_is_utf8(value, FQDN_MAX) ? EIM_OK : EIM_COMMAND_ERROR;
}

static enum eim_result check_id_type(struct bytes value)
{
    uint32_t type;
    return der_to_unsigned(value, ID_TYPE_PROPRIETARY, &type) && type >= ID_TYPE_OID
               ? EIM_OK
               : EIM_COMMAND_ERROR;
}

static enum eim_result check_counter(struct bytes value)
{
    uint32_t counter;
    return der_to_unsigned(value, EIM_COUNTER_MAX, &counter) ? EIM_OK : EIM_BAD_COUNTER;
}

static enum eim_result check_token(struct bytes value)
{
    int64_t token;
    return der_to_integer(value, &token) ? EIM_OK : EIM_BAD_TOKEN;
}

/* The object inside its choice, without a tag of its own: it came so, or its tag is taken off. */
static struct bytes unwrap(struct bytes value)
{
    struct tlv nested;
    return tlv_whole(value, DER_SEQUENCE, &nested) ? nested.value : value;
}

static bool find_key(struct bytes data, enum ec_curve *curve, struct bytes *point)
{
    struct tlv choice;
    if (!tlv_take(&data, &choice) || data.len > 0)
        return false;
    const struct bytes content = unwrap(choice.value);
    if (choice.tag == KEY)
        return certificate_parse_key(content, curve, point) == CERTIFICATE_OK;
    return choice.tag == CERTIFICATE &&
           certificate_find_key(content, curve, point) == CERTIFICATE_OK;
}

/* A certificate is kept for its key: no public text says what else of it is to be looked at. */
static enum eim_result check_key(struct bytes value)
{
    enum ec_curve curve;
    struct bytes point;
    return find_key(value, &curve, &point) ? EIM_OK : EIM_COMMAND_ERROR;
}

/* It is the IPA that uses it. */
static enum eim_result check_tls_key(struct bytes value)
{
    struct tlv choice;
    return tlv_take(&value, &choice) && value.len == 0 &&
                   (choice.tag == KEY || choice.tag == CERTIFICATE)
               ? EIM_OK
               : EIM_COMMAND_ERROR;
}

static enum eim_result check_bits(struct bytes value)
{
    uint32_t bits;
    return der_to_bits(value, &bits) ? EIM_OK : EIM_COMMAND_ERROR;
}

static enum eim_result check_ci(struct bytes value)
{
    return value.len >= 1 && value.len <= CREDENTIALS_KEY_ID_MAX ? EIM_OK : EIM_COMMAND_ERROR;
}

static enum eim_result check_null(struct bytes value)
{
    return value.len == 0 ? EIM_OK : EIM_COMMAND_ERROR;
}

static enum eim_result check_nothing(struct bytes value)
{
    (void)value;
    return EIM_OK;
}

/* clang-format off */
static const struct row {
    uint32_t tag;
    enum euicc_info_iot since;
    check *check;
} rows[EIM_FIELDS] = {
    [EIM_ID]          = { EIM_TAG_ID,    EUICC_INFO_IOT_1_0, check_id },
    [EIM_FQDN]        = { 0x81,          EUICC_INFO_IOT_1_0, check_fqdn },
    [EIM_ID_TYPE]     = { 0x82,          EUICC_INFO_IOT_1_0, check_id_type },
    [EIM_COUNTER]     = { 0x83,          EUICC_INFO_IOT_1_0, check_counter },
    [EIM_TOKEN]       = { EIM_TAG_TOKEN, EUICC_INFO_IOT_1_0, check_token },
    [EIM_KEY]         = { 0xA5,          EUICC_INFO_IOT_1_0, check_key },
    [EIM_TLS_KEY]     = { 0xA6,          EUICC_INFO_IOT_1_0, check_tls_key },
    [EIM_PROTOCOLS]   = { 0x87,          EUICC_INFO_IOT_1_0, check_bits },
    [EIM_CI]          = { 0x88,          EUICC_INFO_IOT_1_0, check_ci },
    [EIM_INDIRECT]    = { 0x89,          EUICC_INFO_IOT_1_1, check_null },
    [EIM_PROPRIETARY] = { 0xAA,          EUICC_INFO_IOT_1_3, check_nothing },
};
/* clang-format on */

static int64_t integer_of(const struct tlv *field)
{
    int64_t value = 0;
    (void)der_to_integer(field->value, &value);
    return value;
}

enum eim_result eim_parse(struct bytes content, enum euicc_info_iot release, struct eim *out)
{
    struct eim eim = {0};
    for (int i = 0; i < EIM_FIELDS; i++) {
        struct tlv *field = &eim.fields[i];
        if (rows[i].since > release)
            continue;
        if (!tlv_take_optional(&content, rows[i].tag, field))
            return EIM_COMMAND_ERROR;
        const enum eim_result result = field->tag != 0 ? rows[i].check(field->value) : EIM_OK;
        if (result != EIM_OK)
            return result;
    }
    eim.counter = integer_of(&eim.fields[EIM_COUNTER]);
    eim.token = integer_of(&eim.fields[EIM_TOKEN]);
    *out = eim;
    return EIM_OK;
}

static bool has(const struct eim *eim, enum eim_field field)
{
    return eim->fields[field].tag != 0;
}

/* Both of the lists under whose CIs the chip signs. */
static const struct credential *find_signer(const struct credentials *credentials, struct bytes ci)
{
    const struct credential *signer = credentials_for_signing(credentials, ci);
    return signer != NULL ? signer : credentials_for_signing_v3(credentials, ci);
}

static bool has_unknown_ci(const struct eim *eim, const struct credentials *credentials)
{
    return has(eim, EIM_CI) && find_signer(credentials, eim->fields[EIM_CI].value) == NULL;
}

enum eim_result eim_check_new(const struct eim *eim, const struct credentials *credentials)
{
    if (!has(eim, EIM_ID) || !has(eim, EIM_COUNTER) || !has(eim, EIM_KEY))
        return EIM_COMMAND_ERROR;
    if (has(eim, EIM_TOKEN) && eim->token != ASKS_FOR_TOKEN)
        return EIM_BAD_TOKEN;
    return has_unknown_ci(eim, credentials) ? EIM_UNKNOWN_CI : EIM_OK;
}

enum eim_result eim_check_update(const struct eim *eim, const struct credentials *credentials)
{
    if (!has(eim, EIM_ID))
        return EIM_COMMAND_ERROR;
    return has_unknown_ci(eim, credentials) ? EIM_UNKNOWN_CI : EIM_OK;
}

void eim_update(struct eim *eim, const struct eim *update)
{
    for (int i = 0; i < EIM_FIELDS; i++)
        if (has(update, (enum eim_field)i) && i != EIM_TOKEN)
            eim->fields[i] = update->fields[i];
    if (has(update, EIM_COUNTER))
        eim->counter = update->counter;
}

static void put_field(const struct eim *eim, enum eim_field field, struct writer *out)
{
    if (field == EIM_COUNTER)
        der_put_integer(out, rows[field].tag, eim->counter);
    else if (field != EIM_TOKEN)
        writer_put(out, eim->fields[field].whole);
    else if (eim->token != 0)
        der_put_integer(out, rows[field].tag, eim->token);
}

void eim_put(const struct eim *eim, struct writer *out)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    for (int i = 0; i < EIM_FIELDS; i++)
        put_field(eim, (enum eim_field)i, out);
    tlv_close(out, mark);
}

static void put_default(enum eim_field field, const struct credentials *credentials,
                        struct writer *out)
{
    const struct credential *first = credentials_first_signer(credentials);
    if (field == EIM_ID_TYPE)
        der_put_integer(out, rows[field].tag, ID_TYPE_PROPRIETARY);
    else if (field == EIM_PROTOCOLS)
        der_put_bits(out, rows[field].tag, PROTOCOL_PROPRIETARY);
    else if (field == EIM_CI && first != NULL)
        tlv_put(out, rows[field].tag, first->ci.subject_key_id);
}

void eim_put_new(const struct eim *eim, enum euicc_info_iot release,
                 const struct credentials *credentials, struct writer *out)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    for (int i = 0; i < EIM_FIELDS; i++) {
        const size_t before = out->len;
        put_field(eim, (enum eim_field)i, out);
        if (out->len == before && release >= EUICC_INFO_IOT_1_2)
            put_default((enum eim_field)i, credentials, out);
    }
    tlv_close(out, mark);
}

void eim_put_token(const struct eim *eim, struct writer *out)
{
    der_put_integer(out, EIM_TAG_TOKEN, eim->token);
}

bool eim_find_key(const struct eim *eim, enum ec_curve *curve, struct bytes *point)
{
    return find_key(eim->fields[EIM_KEY].value, curve, point);
}

const struct credential *eim_signer(const struct eim *eim, const struct credentials *credentials)
{
    const struct credential *signer =
        has(eim, EIM_CI) ? find_signer(credentials, eim->fields[EIM_CI].value) : NULL;
    return signer != NULL ? signer : credentials_first_signer(credentials);
}
