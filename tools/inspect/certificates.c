#include "tools/inspect/certificates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apdu/hex.h"
#include "apdu/tlv.h"
#include "crypto/pki/certificate.h"
#include "tools/lib/common/text.h"

#define MOST 32
#define DATE_SIZE 32
#define OID_TAG 0x06

struct entry {
    const json_t *said;
    uint8_t *der; /* heap */
    struct certificate certificate;
    bool readable;
};

static void read_entry(const json_t *said, struct entry *out)
{
    const char *digits = json_string_value(json_object_get(said, "der"));
    *out = (struct entry){.said = said};
    if (digits == NULL)
        return;
    out->der = malloc(strlen(digits) / 2 + 1);
    if (out->der == NULL)
        return;
    struct writer der = writer_on(out->der, strlen(digits) / 2 + 1);
    out->readable = hex_decode(digits, &der) &&
                    certificate_parse(writer_bytes(&der), &out->certificate) == CERTIFICATE_OK;
}

/* The common name in a Name: RDNs of attributes of type and value (RFC 5280 §4.1.2.4). */
static bool find_common_name(struct bytes name, struct bytes *out)
{
    const struct bytes common_name = BYTES(0x55, 0x04, 0x03);
    struct tlv whole, rdn, attribute, type, value;
    if (!tlv_take(&name, &whole))
        return false;
    while (tlv_take(&whole.value, &rdn)) {
        struct bytes in = rdn.value;
        while (tlv_take(&in, &attribute))
            if (tlv_take(&attribute.value, &type) && type.tag == OID_TAG &&
                bytes_equal(type.value, common_name) && tlv_take(&attribute.value, &value)) {
                *out = value.value;
                return true;
            }
    }
    return false;
}

static json_t *date(int64_t seconds)
{
    char text[DATE_SIZE];
    const time_t at = (time_t)seconds;
    struct tm broken;
    if (gmtime_r(&at, &broken) == NULL || strftime(text, sizeof(text), "%Y-%m-%d", &broken) == 0)
        return json_null();
    return json_string(text);
}

static const struct entry *find_issuer(const struct entry *entries, size_t count,
                                       const struct certificate *of)
{
    for (size_t i = 0; i < count; i++)
        if (entries[i].readable && entries[i].certificate.subject_key_id.len > 0 &&
            bytes_equal(entries[i].certificate.subject_key_id,
                        of->authority_key_id.len > 0 ? of->authority_key_id : of->subject_key_id))
            return &entries[i];
    return NULL;
}

static const char *check(const struct entry *entries, size_t count, const struct certificate *of)
{
    const struct entry *issuer = find_issuer(entries, count, of);
    if (issuer == NULL)
        return "its issuer is not on the chip";
    const int result = certificate_verify(of, &issuer->certificate);
    return result == CERTIFICATE_OK ? "good" : certificate_result_text(result);
}

static json_t *describe(const struct entry *entries, size_t count, const struct entry *entry)
{
    const struct certificate *certificate = &entry->certificate;
    const int64_t now = time(NULL);
    struct bytes name;
    json_t *object = json_copy((json_t *)entry->said);
    if (object == NULL || !entry->readable)
        return object;
    if (find_common_name(certificate->subject, &name))
        json_object_set_new(object, "subject", text_json(name));
    json_object_set_new(object, "organization", text_json(certificate->subject_organization));
    json_object_set_new(object, "eid", text_json(certificate->subject_serial));
    json_object_set_new(object, "serial", text_json_hex(certificate->serial));
    json_object_set_new(object, "curve",
                        json_string(certificate->curve == EC_P256 ? "P-256" : "brainpoolP256r1"));
    json_object_set_new(object, "notBefore", date(certificate->not_before));
    json_object_set_new(object, "notAfter", date(certificate->not_after));
    json_object_set_new(
        object, "valid",
        json_boolean(certificate->not_before <= now && now <= certificate->not_after));
    json_object_set_new(object, "keyId", text_json_hex(certificate->subject_key_id));
    json_object_set_new(object, "issuerKeyId", text_json_hex(certificate->authority_key_id));
    json_object_set_new(object, "checked", json_string(check(entries, count, certificate)));
    return object;
}

json_t *certificates_describe(const json_t *answer)
{
    const json_t *list = json_object_get(answer, "certificates");
    json_t *out = json_array();
    struct entry entries[MOST];
    size_t count = json_array_size(list);
    if (count > MOST)
        count = MOST;
    for (size_t i = 0; i < count; i++)
        read_entry(json_array_get(list, i), &entries[i]);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(out, describe(entries, count, &entries[i]));
    for (size_t i = 0; i < count; i++)
        free(entries[i].der);
    return out;
}
