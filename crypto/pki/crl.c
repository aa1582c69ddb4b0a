#include "crypto/pki/crl.h"

#include "crypto/pki/x509.h"

#define VERSION_2 1
#define EXTENSIONS_TAG 0xA0 /* [0] EXPLICIT Extensions */
#define KEY_ID_TAG 0x80     /* [0] in AuthorityKeyIdentifier */
#define PARTS_MAX 0xFFFF

static bool read_authority_key_id(struct bytes content, struct crl *out)
{
    struct tlv sequence, id;
    if (!x509_take_whole(content, DER_SEQUENCE, &sequence) ||
        !x509_take(&sequence.value, KEY_ID_TAG, &id))
        return false;
    out->authority_key_id = id.value;
    return true;
}

static bool read_number(struct bytes content, struct crl *out)
{
    struct tlv number;
    return x509_take_whole(content, DER_INTEGER, &number) &&
           der_to_integer(number.value, &out->number) && out->number >= 0;
}

static bool read_delta(struct bytes content, struct crl *out)
{
    struct tlv number;
    out->delta = true;
    return x509_take_whole(content, DER_INTEGER, &number) &&
           der_to_integer(number.value, &out->base) && out->base >= 0;
}

static bool read_parts(struct bytes content, struct crl *out)
{
    struct tlv number;
    return x509_take_whole(content, DER_INTEGER, &number) &&
           der_to_unsigned(number.value, PARTS_MAX, &out->parts);
}

static bool read_part(struct bytes content, struct crl *out)
{
    struct tlv number;
    return x509_take_whole(content, DER_INTEGER, &number) &&
           der_to_unsigned(number.value, PARTS_MAX, &out->part);
}

static bool pass_over(struct bytes content, struct crl *out)
{
    (void)content;
    (void)out;
    return true;
}

/* clang-format off */
static const struct extension {
    enum oid oid;
    bool (*read)(struct bytes content, struct crl *out);
} extensions[] = {
    { OID_AUTHORITY_KEY_ID,           read_authority_key_id },
    { OID_CRL_NUMBER,                 read_number },
    { OID_DELTA_CRL_INDICATOR,        read_delta },
    { OID_ISSUING_DISTRIBUTION_POINT, pass_over },
    { OID_RSP_TOTAL_PARTIAL_CRL,      read_parts },
    { OID_RSP_PARTIAL_CRL,            read_part },
};
/* clang-format on */
#define EXTENSIONS (sizeof(extensions) / sizeof(extensions[0]))

/* One that must be understood and is not makes the list unusable (RFC 5280 §5.2). */
static bool read_extension(const struct x509_extension *extension, unsigned *seen, struct crl *out)
{
    for (size_t i = 0; i < EXTENSIONS; i++) {
        if (extensions[i].oid != extension->oid)
            continue;
        const bool twice = (*seen & (1u << i)) != 0;
        *seen |= 1u << i;
        return !twice && extensions[i].read(extension->content, out);
    }
    return !extension->critical;
}

static bool take_extensions(struct bytes *from, struct crl *out)
{
    struct tlv outer, sequence;
    struct x509_extension extension;
    unsigned seen = 0;
    if (!x509_take(from, EXTENSIONS_TAG, &outer) ||
        !x509_take_whole(outer.value, DER_SEQUENCE, &sequence))
        return false;
    out->number = -1;
    out->part = out->parts = 1;
    while (sequence.value.len > 0)
        if (!x509_take_extension(&sequence.value, &extension) ||
            !read_extension(&extension, &seen, out))
            return false;
    return out->authority_key_id.len > 0 && out->number >= 0 && out->part >= 1 &&
           out->part <= out->parts;
}

static bool take_times(struct bytes *from, struct crl *out)
{
    if (!x509_take_time(from, &out->this_update))
        return false;
    const bool more =
        from->len > 0 && (from->data[0] == DER_UTC_TIME || from->data[0] == DER_GENERALIZED_TIME);
    return !more || x509_take_time(from, &out->next_update);
}

static bool take_revoked(struct bytes *from, struct crl *out)
{
    struct tlv list;
    struct bytes serial;
    if (!x509_take_optional(from, DER_SEQUENCE, &list))
        return false;
    out->revoked = list.value;
    while (list.value.len > 0)
        if (!crl_take_revoked(&list.value, &serial))
            return false;
    return true;
}

static bool read_tbs(struct bytes tbs, struct crl *out)
{
    struct tlv version, issuer;
    uint32_t number;
    if (!x509_take(&tbs, DER_INTEGER, &version) ||
        !der_to_unsigned(version.value, VERSION_2, &number) || number != VERSION_2 ||
        !x509_take_ecdsa(&tbs) || !x509_take(&tbs, DER_SEQUENCE, &issuer))
        return false;
    out->issuer = issuer.whole;
    return take_times(&tbs, out) && take_revoked(&tbs, out) && take_extensions(&tbs, out) &&
           tbs.len == 0;
}

bool crl_parse_content(struct bytes content, struct crl *out)
{
    struct crl crl = {0};
    struct tlv tbs;
    if (!x509_take(&content, DER_SEQUENCE, &tbs) || !x509_take_ecdsa(&content) ||
        !x509_take_signature(&content, crl.signature) || content.len != 0)
        return false;
    crl.tbs = tbs.whole;
    if (!read_tbs(tbs.value, &crl))
        return false;
    *out = crl;
    return true;
}

bool crl_parse(struct bytes der, struct crl *out)
{
    struct tlv whole;
    return x509_take_whole(der, DER_SEQUENCE, &whole) && crl_parse_content(whole.value, out);
}

bool crl_verify(const struct crl *crl, const struct certificate *issuer)
{
    return bytes_equal(crl->authority_key_id, issuer->subject_key_id) &&
           (issuer->key_usage & KEY_USAGE_CRL_SIGN) != 0 &&
           ec_verify(issuer->curve, issuer->point, &crl->tbs, 1,
                     bytes_of(crl->signature, EC_SIGNATURE_SIZE));
}

bool crl_take_revoked(struct bytes *revoked, struct bytes *serial)
{
    struct bytes rest = *revoked;
    struct tlv entry, number;
    int64_t seconds;
    if (!x509_take(&rest, DER_SEQUENCE, &entry) || !x509_take(&entry.value, DER_INTEGER, &number) ||
        number.value.len == 0 || !x509_take_time(&entry.value, &seconds))
        return false;
    *serial = number.value;
    *revoked = rest;
    return true;
}
