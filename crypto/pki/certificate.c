#include "crypto/pki/certificate.h"

#include "crypto/pki/role.h"
#include "crypto/pki/x509.h"

#define VERSION_TAG 0xA0    /* [0] EXPLICIT Version */
#define EXTENSIONS_TAG 0xA3 /* [3] EXPLICIT Extensions */
#define VERSION_3 2
#define SERIAL_MAX 20   /* RFC 5280 §4.1.2.2 */
#define KEY_ID_TAG 0x80 /* [0] in AuthorityKeyIdentifier */
#define DNS_NAME_TAG 0x82
#define REGISTERED_ID_TAG 0x88 /* [8] in GeneralName */
#define PATH_LENGTH_MAX 255
#define PARTS_BEFORE_KEY 4

static bool take_version(struct bytes *from)
{
    struct tlv outer, version;
    uint32_t number;
    return x509_take(from, VERSION_TAG, &outer) &&
           x509_take_whole(outer.value, DER_INTEGER, &version) &&
           der_to_unsigned(version.value, VERSION_3, &number) && number == VERSION_3;
}

static bool take_serial(struct bytes *from, struct bytes *serial)
{
    struct tlv number;
    if (!x509_take(from, DER_INTEGER, &number) || number.value.len == 0 ||
        number.value.len > SERIAL_MAX)
        return false;
    *serial = number.value;
    return true;
}

static bool take_name(struct bytes *from, struct bytes *name)
{
    struct tlv sequence;
    struct bytes ignored;
    if (!x509_take(from, DER_SEQUENCE, &sequence) ||
        !x509_name_attribute(sequence.whole, OID_UNKNOWN, &ignored))
        return false;
    *name = sequence.whole;
    return true;
}

static bool take_validity(struct bytes *from, struct certificate *out)
{
    struct tlv sequence;
    return x509_take(from, DER_SEQUENCE, &sequence) &&
           x509_take_time(&sequence.value, &out->not_before) &&
           x509_take_time(&sequence.value, &out->not_after) && sequence.value.len == 0;
}

/* The curve is this certificate's own: SGP.22 §4.5.2.1 names the curves that a key may be on and
 * does not ask that a chain keeps to one, so that a Brainpool leaf below a NIST CI is accepted. */
int certificate_parse_key(struct bytes info, enum ec_curve *curve, struct bytes *point)
{
    struct tlv algorithm, oid, name, bits;
    uint8_t unused;
    if (!x509_take(&info, DER_SEQUENCE, &algorithm) ||
        !x509_take(&algorithm.value, DER_OBJECT_IDENTIFIER, &oid) ||
        !x509_take_whole(info, DER_BIT_STRING, &bits))
        return CERTIFICATE_MALFORMED;
    if (oid_find(oid.value) != OID_EC_PUBLIC_KEY ||
        !x509_take_whole(algorithm.value, DER_OBJECT_IDENTIFIER, &name) ||
        !oid_to_curve(name.value, curve))
        return CERTIFICATE_UNSUPPORTED_CURVE;
    if (!bytes_take_u8(&bits.value, &unused) || unused != 0 || bits.value.len != EC_POINT_SIZE)
        return CERTIFICATE_MALFORMED;
    *point = bits.value;
    return CERTIFICATE_OK;
}

int certificate_find_key(struct bytes content, enum ec_curve *curve, struct bytes *point)
{
    struct tlv tbs, part;
    if (!x509_take(&content, DER_SEQUENCE, &tbs) || !take_version(&tbs.value) ||
        !x509_take(&tbs.value, DER_INTEGER, &part))
        return CERTIFICATE_MALFORMED;
    /* signature, issuer, validity, subject; then the key */
    for (int i = 0; i < PARTS_BEFORE_KEY; i++)
        if (!x509_take(&tbs.value, DER_SEQUENCE, &part))
            return CERTIFICATE_MALFORMED;
    return x509_take(&tbs.value, DER_SEQUENCE, &part)
               ? certificate_parse_key(part.value, curve, point)
               : CERTIFICATE_MALFORMED;
}

static int take_key(struct bytes *from, struct certificate *out)
{
    struct tlv info;
    return x509_take(from, DER_SEQUENCE, &info)
               ? certificate_parse_key(info.value, &out->curve, &out->point)
               : CERTIFICATE_MALFORMED;
}

static bool read_subject_key_id(struct bytes content, struct certificate *out)
{
    struct tlv id;
    if (!x509_take_whole(content, DER_OCTET_STRING, &id) || id.value.len == 0)
        return false;
    out->subject_key_id = id.value;
    return true;
}

/* authorityCertIssuer and authorityCertSerialNumber may follow; the key id alone counts. */
static bool read_authority_key_id(struct bytes content, struct certificate *out)
{
    struct tlv sequence, id;
    if (!x509_take_whole(content, DER_SEQUENCE, &sequence) ||
        !x509_take_optional(&sequence.value, KEY_ID_TAG, &id))
        return false;
    out->authority_key_id = id.value;
    return true;
}

static bool read_key_usage(struct bytes content, struct certificate *out)
{
    struct tlv bits;
    return x509_take_whole(content, DER_BIT_STRING, &bits) &&
           der_to_bits(bits.value, &out->key_usage);
}

static bool read_path_length(struct bytes value, struct certificate *out)
{
    uint32_t number;
    if (!der_to_unsigned(value, PATH_LENGTH_MAX, &number))
        return false;
    out->path_length = (int)number;
    return true;
}

static bool read_basic_constraints(struct bytes content, struct certificate *out)
{
    struct tlv sequence, ca, length;
    return x509_take_whole(content, DER_SEQUENCE, &sequence) &&
           x509_take_optional(&sequence.value, DER_BOOLEAN, &ca) &&
           (ca.tag == 0 || der_to_boolean(ca.value, &out->ca)) &&
           x509_take_optional(&sequence.value, DER_INTEGER, &length) &&
           (length.tag == 0 || read_path_length(length.value, out)) && sequence.value.len == 0;
}

/* The first policy that names a role. */
static bool read_policies(struct bytes content, struct certificate *out)
{
    struct tlv sequence, policy, oid;
    if (!x509_take_whole(content, DER_SEQUENCE, &sequence))
        return false;
    while (sequence.value.len > 0) {
        if (!x509_take(&sequence.value, DER_SEQUENCE, &policy) ||
            !x509_take(&policy.value, DER_OBJECT_IDENTIFIER, &oid))
            return false;
        if (out->role == RSP_ROLE_NONE)
            (void)role_of_policy(oid.value, &out->role, &out->v3);
    }
    return true;
}

static bool read_alt_name(struct bytes content, struct certificate *out)
{
    struct tlv sequence, name;
    if (!x509_take_whole(content, DER_SEQUENCE, &sequence))
        return false;
    while (sequence.value.len > 0) {
        if (!tlv_take(&sequence.value, &name))
            return false;
        if (name.tag == DNS_NAME_TAG && out->dns_name.len == 0)
            out->dns_name = name.value;
        if (name.tag == REGISTERED_ID_TAG && out->registered_id.data == NULL)
            out->registered_id = name.value;
    }
    return true;
}

static bool read_name_constraints(struct bytes content, struct certificate *out)
{
    struct tlv sequence;
    out->name_constraints = content;
    return x509_take_whole(content, DER_SEQUENCE, &sequence);
}

static bool read_permitted_eins(struct bytes content, struct certificate *out)
{
    struct tlv sequence, ein;
    if (!x509_take_whole(content, DER_SEQUENCE, &sequence))
        return false;
    out->permitted_eins = sequence.value;
    while (sequence.value.len > 0)
        if (!x509_take(&sequence.value, DER_PRINTABLE_STRING, &ein))
            return false;
    return true;
}

/* Known, and of no use to a card. */
static bool read_nothing(struct bytes content, struct certificate *out)
{
    (void)content;
    (void)out;
    return true;
}

struct extension_row {
    enum oid oid;
    bool (*read)(struct bytes content, struct certificate *out);
};

static const struct extension_row extension_rows[] = {
    {OID_SUBJECT_KEY_ID, read_subject_key_id},
    {OID_AUTHORITY_KEY_ID, read_authority_key_id},
    {OID_KEY_USAGE, read_key_usage},
    {OID_BASIC_CONSTRAINTS, read_basic_constraints},
    {OID_CERTIFICATE_POLICIES, read_policies},
    {OID_SUBJECT_ALT_NAME, read_alt_name},
    {OID_NAME_CONSTRAINTS, read_name_constraints},
    {OID_RSP_PERMITTED_EINS, read_permitted_eins},
    {OID_EXTENDED_KEY_USAGE, read_nothing},
    {OID_CRL_DISTRIBUTION_POINTS, read_nothing},
};

static bool read_extension(const struct x509_extension *extension, uint32_t *seen,
                           struct certificate *out)
{
    for (size_t i = 0; i < sizeof(extension_rows) / sizeof(*extension_rows); i++) {
        if (extension_rows[i].oid != extension->oid)
            continue;
        const uint32_t bit = UINT32_C(1) << i;
        if (*seen & bit)
            return false;
        *seen |= bit;
        return extension_rows[i].read(extension->content, out);
    }
    return !extension->critical;
}

static bool read_extensions(struct bytes from, struct certificate *out)
{
    struct tlv outer, sequence;
    struct x509_extension extension;
    uint32_t seen = 0;
    if (!x509_take_whole(from, EXTENSIONS_TAG, &outer) ||
        !x509_take_whole(outer.value, DER_SEQUENCE, &sequence) || sequence.value.len == 0)
        return false;
    while (sequence.value.len > 0)
        if (!x509_take_extension(&sequence.value, &extension) ||
            !read_extension(&extension, &seen, out))
            return false;
    return true;
}

static int parse_tbs(struct bytes from, struct certificate *out)
{
    if (!take_version(&from) || !take_serial(&from, &out->serial) || !x509_take_ecdsa(&from) ||
        !take_name(&from, &out->issuer) || !take_validity(&from, out) ||
        !take_name(&from, &out->subject))
        return CERTIFICATE_MALFORMED;
    (void)x509_name_attribute(out->subject, OID_SERIAL_NUMBER, &out->subject_serial);
    (void)x509_name_attribute(out->subject, OID_ORGANIZATION, &out->subject_organization);
    const int result = take_key(&from, out);
    if (result != CERTIFICATE_OK)
        return result;
    return read_extensions(from, out) ? CERTIFICATE_OK : CERTIFICATE_MALFORMED;
}

int certificate_parse(struct bytes der, struct certificate *out)
{
    struct certificate result = {
        .role = RSP_ROLE_NONE, .path_length = CERTIFICATE_NO_PATH_LENGTH, .whole = der};
    struct tlv sequence, tbs;
    if (!x509_take_whole(der, DER_SEQUENCE, &sequence) ||
        !x509_take(&sequence.value, DER_SEQUENCE, &tbs) || !x509_take_ecdsa(&sequence.value) ||
        !x509_take_signature(&sequence.value, result.signature) || sequence.value.len != 0)
        return CERTIFICATE_MALFORMED;
    result.tbs = tbs.whole;
    const int parsed = parse_tbs(tbs.value, &result);
    if (parsed == CERTIFICATE_OK)
        *out = result;
    return parsed;
}
