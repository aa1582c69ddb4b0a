/* What certificate promises beyond reading. */
#include "crypto/pki/x509.h"
#include "crypto/pki/certificate.h"

#define PERMITTED_TAG 0xA0      /* [0] permittedSubtrees */
#define DIRECTORY_NAME_TAG 0xA4 /* [4] EXPLICIT in GeneralName */
#define EID_DIGITS 32

static const char *const result_texts[] = {
    [CERTIFICATE_OK] = "is right",
    [CERTIFICATE_MALFORMED] = "is no certificate as GSMA profiles it",
    [CERTIFICATE_UNSUPPORTED_CURVE] = "has a key that is neither on P-256 nor on brainpoolP256r1",
    [CERTIFICATE_BAD_SIGNATURE] = "bears a wrong signature",
    [CERTIFICATE_WRONG_ISSUER] = "was issued by another",
    [CERTIFICATE_WRONG_USAGE] = "may not be used so",
    [CERTIFICATE_NAME_CONSTRAINT] = "names an EID or organisation outside the EUM's range",
};

const char *certificate_result_text(int result)
{
    const bool known = result >= 0 && result <= CERTIFICATE_NAME_CONSTRAINT;
    return known ? result_texts[result] : "could not be checked";
}

static bool self_issued(const struct certificate *certificate)
{
    return bytes_equal(certificate->issuer, certificate->subject);
}

/* A root is known by its key id alone: what a chip holds of a CI is its key, and CIs have changed
 * their names while they kept their keys. */
static bool issued_by(const struct certificate *certificate, const struct certificate *issuer)
{
    const bool same_name = bytes_equal(certificate->issuer, issuer->subject);
    if (certificate->authority_key_id.len == 0)
        return same_name && self_issued(certificate); /* a root may (RFC 5280 §4.2.1.1) */
    return (same_name || self_issued(issuer)) &&
           bytes_equal(certificate->authority_key_id, issuer->subject_key_id);
}

int certificate_verify(const struct certificate *certificate, const struct certificate *issuer)
{
    if (!issued_by(certificate, issuer))
        return CERTIFICATE_WRONG_ISSUER;
    if (!issuer->ca || (issuer->key_usage & KEY_USAGE_KEY_CERT_SIGN) == 0)
        return CERTIFICATE_WRONG_USAGE;
    const struct bytes signature = bytes_of(certificate->signature, EC_SIGNATURE_SIZE);
    if (!ec_verify(issuer->curve, issuer->point, &certificate->tbs, 1, signature))
        return CERTIFICATE_BAD_SIGNATURE;
    return CERTIFICATE_OK;
}

static bool open_permitted(const struct certificate *eum, struct bytes *subtrees)
{
    struct tlv sequence, permitted;
    if (!x509_take_whole(eum->name_constraints, DER_SEQUENCE, &sequence) ||
        !x509_take_whole(sequence.value, PERMITTED_TAG, &permitted))
        return false;
    *subtrees = permitted.value;
    return true;
}

/* The directoryNames among the permitted subtrees, one a call. */
static bool take_permitted(struct bytes *subtrees, struct bytes *organization, struct bytes *iin)
{
    struct tlv subtree, name;
    while (x509_take(subtrees, DER_SEQUENCE, &subtree))
        if (x509_take(&subtree.value, DIRECTORY_NAME_TAG, &name) &&
            x509_name_attribute(name.value, OID_ORGANIZATION, organization) &&
            x509_name_attribute(name.value, OID_SERIAL_NUMBER, iin))
            return true;
    return false;
}

static bool has_ein(const struct certificate *eum, struct bytes digits)
{
    struct bytes eins = eum->permitted_eins;
    struct tlv ein;
    while (x509_take(&eins, DER_PRINTABLE_STRING, &ein))
        if (ein.value.len > 0 && bytes_start_with(digits, ein.value))
            return true;
    return false;
}

int certificate_euicc_permitted(const struct certificate *euicc, const struct certificate *eum)
{
    struct bytes subtrees, organization, iin;
    if (!open_permitted(eum, &subtrees))
        return CERTIFICATE_NAME_CONSTRAINT;
    const bool listed = has_ein(eum, euicc->subject_serial);
    while (take_permitted(&subtrees, &organization, &iin))
        if ((iin.len > 0 ? bytes_start_with(euicc->subject_serial, iin) : listed) &&
            organization.len > 0 && bytes_equal(euicc->subject_organization, organization))
            return CERTIFICATE_OK;
    return CERTIFICATE_NAME_CONSTRAINT;
}

bool certificate_permitted(const struct certificate *eum, struct bytes *organization,
                           struct bytes *iin)
{
    struct bytes subtrees, eins = eum->permitted_eins;
    struct tlv ein;
    if (!open_permitted(eum, &subtrees) || !take_permitted(&subtrees, organization, iin))
        return false;
    if (iin->len == 0 && x509_take(&eins, DER_PRINTABLE_STRING, &ein))
        *iin = ein.value;
    return true;
}

struct bytes certificate_permitted_iin(const struct certificate *eum)
{
    struct bytes organization, iin;
    return certificate_permitted(eum, &organization, &iin) ? iin : (struct bytes){0};
}

bool certificate_eid(const struct certificate *euicc, uint8_t eid[16])
{
    const struct bytes digits = euicc->subject_serial;
    uint8_t coded[EID_DIGITS / 2];
    if (digits.len != EID_DIGITS)
        return false;
    for (size_t i = 0; i < EID_DIGITS; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
        const uint8_t digit = (uint8_t)(digits.data[i] - '0');
        coded[i / 2] = i % 2 == 0 ? (uint8_t)(digit << 4) : coded[i / 2] | digit;
    }
    memcpy(eid, coded, sizeof(coded));
    return true;
}
