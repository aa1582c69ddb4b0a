#include "crypto/pki/x509.h"

#include "crypto/primitives/ec.h"

#define DER_TRUE 0xFF

bool x509_take(struct bytes *from, uint32_t tag, struct tlv *out)
{
    struct bytes rest = *from;
    struct tlv tlv;
    if (!tlv_take_tag(&rest, tag, &tlv) ||
        tlv.whole.len != tlv_header_len(tag, tlv.value.len) + tlv.value.len)
        return false;
    *from = rest;
    *out = tlv;
    return true;
}

bool x509_take_whole(struct bytes from, uint32_t tag, struct tlv *out)
{
    struct tlv tlv;
    if (!x509_take(&from, tag, &tlv) || from.len != 0)
        return false;
    *out = tlv;
    return true;
}

bool x509_take_optional(struct bytes *from, uint32_t tag, struct tlv *out)
{
    *out = (struct tlv){0};
    return from->len == 0 || from->data[0] != tag || x509_take(from, tag, out);
}

bool x509_take_ecdsa(struct bytes *from)
{
    struct bytes rest = *from;
    struct tlv sequence, oid;
    if (!x509_take(&rest, DER_SEQUENCE, &sequence) ||
        !x509_take_whole(sequence.value, DER_OBJECT_IDENTIFIER, &oid) ||
        oid_find(oid.value) != OID_ECDSA_SHA256)
        return false;
    *from = rest;
    return true;
}

bool x509_take_signature(struct bytes *from, uint8_t signature[EC_SIGNATURE_SIZE])
{
    struct bytes rest = *from;
    struct tlv bits;
    uint8_t unused;
    if (!x509_take(&rest, DER_BIT_STRING, &bits) || !bytes_take_u8(&bits.value, &unused) ||
        unused != 0 || !ec_signature_from_der(bits.value, signature))
        return false;
    *from = rest;
    return true;
}

static bool take_digits(struct bytes *text, size_t count, unsigned *out)
{
    unsigned number = 0;
    uint8_t digit;
    for (size_t i = 0; i < count; i++) {
        if (!bytes_take_u8(text, &digit) || digit < '0' || digit > '9')
            return false;
        number = 10 * number + (digit - '0');
    }
    *out = number;
    return true;
}

/* Days since 1970-01-01 in the Gregorian calendar; years are counted from March, so that the leap
 * day is the last. */
static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
    const int64_t shifted = (int64_t)year - (month <= 2);
    const int64_t era = shifted / 400, of_era = shifted % 400;
    const int64_t of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool x509_take_time(struct bytes *from, int64_t *seconds)
{
    struct bytes rest = *from;
    struct tlv tlv;
    unsigned year, month, day, hour, minute, second;
    const bool utc = from->len > 0 && from->data[0] == DER_UTC_TIME;
    if (!x509_take(&rest, utc ? DER_UTC_TIME : DER_GENERALIZED_TIME, &tlv) ||
        !take_digits(&tlv.value, utc ? 2 : 4, &year) || !take_digits(&tlv.value, 2, &month) ||
        !take_digits(&tlv.value, 2, &day) || !take_digits(&tlv.value, 2, &hour) ||
        !take_digits(&tlv.value, 2, &minute) || !take_digits(&tlv.value, 2, &second) ||
        !bytes_equal(tlv.value, BYTES('Z')))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
        return false;
    if (utc)
        year += year < 50 ? 2000 : 1900;
    *seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *from = rest;
    return true;
}

bool x509_take_extension(struct bytes *from, struct x509_extension *out)
{
    struct bytes rest = *from;
    struct tlv extension, oid, critical, content;
    if (!x509_take(&rest, DER_SEQUENCE, &extension) ||
        !x509_take(&extension.value, DER_OBJECT_IDENTIFIER, &oid) ||
        !x509_take_optional(&extension.value, DER_BOOLEAN, &critical) ||
        !x509_take_whole(extension.value, DER_OCTET_STRING, &content))
        return false;
    if (critical.tag != 0 && !bytes_equal(critical.value, BYTES(DER_TRUE)))
        return false; /* DER leaves the default out */
    *out = (struct x509_extension){oid_find(oid.value), critical.tag != 0, content.value};
    *from = rest;
    return true;
}

static bool take_attribute(struct bytes *from, enum oid *type, struct bytes *value)
{
    struct tlv pair, oid, text;
    if (!x509_take(from, DER_SEQUENCE, &pair) ||
        !x509_take(&pair.value, DER_OBJECT_IDENTIFIER, &oid) || !tlv_take(&pair.value, &text) ||
        pair.value.len != 0)
        return false;
    *type = oid_find(oid.value);
    *value = text.value;
    return true;
}

bool x509_name_attribute(struct bytes name, enum oid attribute, struct bytes *value)
{
    struct tlv sequence, set;
    struct bytes found = {0}, text;
    enum oid type;
    if (!x509_take_whole(name, DER_SEQUENCE, &sequence))
        return false;
    while (sequence.value.len > 0) {
        if (!x509_take(&sequence.value, DER_SET, &set) || set.value.len == 0)
            return false;
        while (set.value.len > 0) {
            if (!take_attribute(&set.value, &type, &text))
                return false;
            if (type == attribute && found.data == NULL)
                found = text;
        }
    }
    *value = found;
    return true;
}
