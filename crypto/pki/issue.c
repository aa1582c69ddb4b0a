#include "crypto/pki/issue.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/hash.h"
#include "crypto/pki/role.h"
#include "crypto/pki/x509_write.h"

#define VERSION_TAG 0xA0
#define VERSION_3 2
#define EXTENSIONS_TAG 0xA3
#define REGISTERED_ID_TAG 0x88
#define DNS_NAME_TAG 0x82
#define URI_TAG 0x86
#define DIRECTORY_NAME_TAG 0xA4
#define DISTRIBUTION_POINT_TAG 0xA0 /* [0] distributionPoint, and [0] fullName within it */
#define PERMITTED_TAG 0xA0
#define SERIAL_SIZE 8

struct attribute_row {
    enum oid oid;
    uint8_t string; /* the tag of its text (RFC 5280 appendix A.1) */
};

static const struct attribute_row attribute_rows[] = {
    [ISSUE_COUNTRY] = {OID_COUNTRY, DER_PRINTABLE_STRING},
    [ISSUE_ORGANIZATION] = {OID_ORGANIZATION, DER_UTF8_STRING},
    [ISSUE_ORGANIZATIONAL_UNIT] = {OID_ORGANIZATIONAL_UNIT, DER_UTF8_STRING},
    [ISSUE_COMMON_NAME] = {OID_COMMON_NAME, DER_UTF8_STRING},
    [ISSUE_SERIAL_NUMBER] = {OID_SERIAL_NUMBER, DER_PRINTABLE_STRING},
};

static void put_attribute(struct writer *out, struct issue_attribute attribute)
{
    const struct attribute_row *row = &attribute_rows[attribute.type];
    const size_t set = tlv_open(out, DER_SET);
    const size_t pair = tlv_open(out, DER_SEQUENCE);
    x509_put_oid(out, row->oid);
    tlv_put(out, row->string, attribute.text);
    tlv_close(out, pair);
    tlv_close(out, set);
}

static void put_name(struct writer *out, const struct issue_attribute *attributes, size_t max)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    for (size_t i = 0; i < max && attributes[i].type != ISSUE_END; i++)
        put_attribute(out, attributes[i]);
    tlv_close(out, mark);
}

static void put_validity(struct writer *out, const struct issue *issue)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    x509_put_time(out, issue->not_before);
    x509_put_time(out, issue->not_after);
    tlv_close(out, mark);
}

void issue_put_public_key(struct writer *out, enum ec_curve curve, const uint8_t *point)
{
    const size_t info = tlv_open(out, DER_SEQUENCE);
    const size_t algorithm = tlv_open(out, DER_SEQUENCE);
    x509_put_oid(out, OID_EC_PUBLIC_KEY);
    x509_put_oid(out, oid_of_curve(curve));
    tlv_close(out, algorithm);
    x509_put_bit_string(out, bytes_of(point, EC_POINT_SIZE));
    tlv_close(out, info);
}

static void put_subject_key_id(struct writer *out, struct bytes id)
{
    const struct x509_marks marks = x509_open_extension(out, OID_SUBJECT_KEY_ID, false);
    tlv_put(out, DER_OCTET_STRING, id);
    x509_close_extension(out, marks);
}

static void put_key_usage(struct writer *out, uint32_t key_usage)
{
    const struct x509_marks marks = x509_open_extension(out, OID_KEY_USAGE, true);
    der_put_bits(out, DER_BIT_STRING, key_usage);
    x509_close_extension(out, marks);
}

static void put_extended_key_usage(struct writer *out)
{
    const struct x509_marks marks = x509_open_extension(out, OID_EXTENDED_KEY_USAGE, true);
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    x509_put_oid(out, OID_SERVER_AUTH);
    x509_put_oid(out, OID_CLIENT_AUTH);
    tlv_close(out, sequence);
    x509_close_extension(out, marks);
}

static void put_policy(struct writer *out, const struct issue *issue)
{
    const struct x509_marks marks = x509_open_extension(out, OID_CERTIFICATE_POLICIES, !issue->tls);
    const size_t policies = tlv_open(out, DER_SEQUENCE);
    const size_t policy = tlv_open(out, DER_SEQUENCE);
    const size_t oid = tlv_open(out, DER_OBJECT_IDENTIFIER);
    role_put_policy(out, issue->role, issue->v3);
    tlv_close(out, oid);
    tlv_close(out, policy);
    tlv_close(out, policies);
    x509_close_extension(out, marks);
}

static void put_alt_name(struct writer *out, const struct issue *issue)
{
    const struct x509_marks marks = x509_open_extension(out, OID_SUBJECT_ALT_NAME, false);
    const size_t names = tlv_open(out, DER_SEQUENCE);
    if (issue->dns_name != NULL)
        tlv_put(out, DNS_NAME_TAG, bytes_of_text(issue->dns_name));
    if (issue->registered_id != NULL) {
        const size_t id = tlv_open(out, REGISTERED_ID_TAG);
        if (!der_oid_from_text(issue->registered_id, out))
            out->overflow = true;
        tlv_close(out, id);
    }
    tlv_close(out, names);
    x509_close_extension(out, marks);
}

static void put_basic_constraints(struct writer *out, int path_length)
{
    const struct x509_marks marks = x509_open_extension(out, OID_BASIC_CONSTRAINTS, true);
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    der_put_boolean(out, DER_BOOLEAN, true);
    if (path_length != ISSUE_NO_PATH_LENGTH)
        der_put_integer(out, DER_INTEGER, path_length);
    tlv_close(out, sequence);
    x509_close_extension(out, marks);
}

static void put_crl_url(struct writer *out, const char *url)
{
    const struct x509_marks marks = x509_open_extension(out, OID_CRL_DISTRIBUTION_POINTS, false);
    const size_t points = tlv_open(out, DER_SEQUENCE);
    const size_t point = tlv_open(out, DER_SEQUENCE);
    const size_t name = tlv_open(out, DISTRIBUTION_POINT_TAG);
    const size_t full = tlv_open(out, DISTRIBUTION_POINT_TAG);
    tlv_put(out, URI_TAG, bytes_of_text(url));
    tlv_close(out, full);
    tlv_close(out, name);
    tlv_close(out, point);
    tlv_close(out, points);
    x509_close_extension(out, marks);
}

static void put_name_constraints(struct writer *out, const struct issue *issue)
{
    const struct issue_attribute name[] = {
        {ISSUE_ORGANIZATION, issue->permitted_organization},
        {ISSUE_SERIAL_NUMBER, issue->permitted_iin},
    };
    const struct x509_marks marks = x509_open_extension(out, OID_NAME_CONSTRAINTS, true);
    const size_t constraints = tlv_open(out, DER_SEQUENCE);
    const size_t permitted = tlv_open(out, PERMITTED_TAG);
    const size_t subtree = tlv_open(out, DER_SEQUENCE);
    const size_t directory = tlv_open(out, DIRECTORY_NAME_TAG);
    put_name(out, name, issue->v3 ? 1 : 2);
    tlv_close(out, directory);
    tlv_close(out, subtree);
    tlv_close(out, permitted);
    tlv_close(out, constraints);
    x509_close_extension(out, marks);
}

static void put_permitted_eins(struct writer *out, struct bytes ein)
{
    const struct x509_marks marks = x509_open_extension(out, OID_RSP_PERMITTED_EINS, false);
    const size_t list = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, DER_PRINTABLE_STRING, ein);
    tlv_close(out, list);
    x509_close_extension(out, marks);
}

static void put_extensions(struct writer *out, const struct issue *issue, struct bytes issuer_id,
                           struct bytes own_id)
{
    const size_t outer = tlv_open(out, EXTENSIONS_TAG);
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    if (issuer_id.len > 0)
        x509_put_authority_key_id(out, issuer_id);
    put_subject_key_id(out, own_id);
    if (issue->key_usage != 0)
        put_key_usage(out, issue->key_usage);
    if (issue->tls)
        put_extended_key_usage(out);
    if (issue->role != RSP_ROLE_NONE)
        put_policy(out, issue);
    if (issue->registered_id != NULL || issue->dns_name != NULL)
        put_alt_name(out, issue);
    if (issue->ca)
        put_basic_constraints(out, issue->path_length);
    if (issue->crl_url != NULL)
        put_crl_url(out, issue->crl_url);
    if (issue->permitted_iin.len > 0)
        put_name_constraints(out, issue);
    if (issue->permitted_iin.len > 0 && issue->v3)
        put_permitted_eins(out, issue->permitted_iin);
    tlv_close(out, sequence);
    tlv_close(out, outer);
}

static int put_tbs(struct random *random, const struct issue *issue,
                   const struct certificate *issuer, struct writer *out)
{
    uint8_t serial[SERIAL_SIZE], id[SHA1_SIZE];
    if (random_fill(random, serial, sizeof(serial)) != 0 ||
        sha1(bytes_of(issue->point, EC_POINT_SIZE), id) != 0)
        return FAILURE_INTERNAL;
    serial[0] = (uint8_t)(serial[0] & 0x7F) | 0x01; /* positive, and always of one length */
    const size_t tbs = tlv_open(out, DER_SEQUENCE);
    const size_t version = tlv_open(out, VERSION_TAG);
    der_put_integer(out, DER_INTEGER, VERSION_3);
    tlv_close(out, version);
    tlv_put(out, DER_INTEGER, bytes_of(serial, sizeof(serial)));
    x509_put_algorithm(out);
    if (issuer != NULL)
        writer_put(out, issuer->subject);
    else
        put_name(out, issue->subject, ISSUE_SUBJECT_MAX);
    put_validity(out, issue);
    put_name(out, issue->subject, ISSUE_SUBJECT_MAX);
    issue_put_public_key(out, issue->curve, issue->point);
    put_extensions(out, issue, issuer != NULL ? issuer->subject_key_id : (struct bytes){0},
                   bytes_of(id, sizeof(id)));
    tlv_close(out, tbs);
    return 0;
}

int issue_certificate(struct random *random, const struct issue *issue,
                      const struct certificate *issuer, const struct ec_private *key,
                      struct writer *out)
{
    const size_t certificate = tlv_open(out, DER_SEQUENCE);
    if (put_tbs(random, issue, issuer, out) != 0)
        return FAILURE_INTERNAL;
    if (out->overflow) {
        trace_error("a certificate with these names does not fit");
        return FAILURE_INTERNAL;
    }
    const int result = x509_sign(random, key, certificate, out);
    tlv_close(out, certificate);
    return result == 0 && out->overflow ? FAILURE_INTERNAL : result;
}
