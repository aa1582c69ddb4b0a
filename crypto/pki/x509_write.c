#include "crypto/pki/x509_write.h"

#include "crypto/primitives/ec.h"

#include "apdu/status.h"

#include <time.h>

#define KEY_ID_TAG 0x80
#define YEARS_OF_UTC_TIME 150 /* since 1900 */

void x509_put_oid(struct writer *out, enum oid oid)
{
    tlv_put(out, DER_OBJECT_IDENTIFIER, oid_bytes(oid));
}

void x509_put_algorithm(struct writer *out)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    x509_put_oid(out, OID_ECDSA_SHA256);
    tlv_close(out, mark);
}

/* UTCTime up to 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
void x509_put_time(struct writer *out, int64_t seconds)
{
    const time_t at = (time_t)seconds;
    struct tm tm;
    char text[32] = "";
    if (gmtime_r(&at, &tm) == NULL)
        return;
    const bool utc = tm.tm_year < YEARS_OF_UTC_TIME;
    (void)strftime(text, sizeof(text), utc ? "%y%m%d%H%M%SZ" : "%Y%m%d%H%M%SZ", &tm);
    tlv_put(out, utc ? DER_UTC_TIME : DER_GENERALIZED_TIME, bytes_of_text(text));
}

void x509_put_bit_string(struct writer *out, struct bytes content)
{
    tlv_put_header(out, DER_BIT_STRING, 1 + content.len);
    writer_put_u8(out, 0); /* no unused bits */
    writer_put(out, content);
}

struct x509_marks x509_open_extension(struct writer *out, enum oid oid, bool critical)
{
    struct x509_marks marks;
    marks.extension = tlv_open(out, DER_SEQUENCE);
    x509_put_oid(out, oid);
    if (critical)
        der_put_boolean(out, DER_BOOLEAN, true);
    marks.content = tlv_open(out, DER_OCTET_STRING);
    return marks;
}

void x509_close_extension(struct writer *out, struct x509_marks marks)
{
    tlv_close(out, marks.content);
    tlv_close(out, marks.extension);
}

void x509_put_authority_key_id(struct writer *out, struct bytes id)
{
    const struct x509_marks marks = x509_open_extension(out, OID_AUTHORITY_KEY_ID, false);
    const size_t sequence = tlv_open(out, DER_SEQUENCE);
    tlv_put(out, KEY_ID_TAG, id);
    tlv_close(out, sequence);
    x509_close_extension(out, marks);
}

int x509_sign(struct random *random, const struct ec_private *key, size_t start, struct writer *out)
{
    uint8_t signature[EC_SIGNATURE_SIZE], der[EC_SIGNATURE_DER_MAX];
    struct writer coded = writer_on(der, sizeof(der));
    if (out->overflow)
        return FAILURE_INTERNAL;
    const struct bytes tbs = bytes_of(out->data + start, out->len - start);
    if (ec_sign(key, random, &tbs, 1, signature) != 0)
        return FAILURE_INTERNAL;
    ec_signature_put_der(&coded, signature);
    x509_put_algorithm(out);
    x509_put_bit_string(out, writer_bytes(&coded));
    return 0;
}
