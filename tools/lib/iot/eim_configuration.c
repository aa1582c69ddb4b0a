#include "tools/lib/iot/eim_configuration.h"

#include "apdu/der.h"
#include "crypto/pki/certificate.h"

#define ADD_INITIAL_EIM 0xBF57
#define LIST 0xA0
#define ID 0x80
#define FQDN 0x81
#define ID_TYPE 0x82
#define COUNTER 0x83
#define TOKEN 0x84
#define KEY_DATA 0xA5
#define TLS_KEY_DATA 0xA6
#define PROTOCOLS 0x87
#define CI_KEY_ID 0x88
#define INDIRECT_DOWNLOAD 0x89
#define CHOICE_KEY 0xA0
#define CHOICE_CERTIFICATE 0xA1

static void put_text(struct writer *out, uint32_t tag, struct bytes value)
{
    if (value.len > 0)
        tlv_put(out, tag, value);
}

/* One alternative of a CHOICE around a whole SEQUENCE. */
static void put_alternative(struct writer *out, uint32_t tag, struct bytes whole, bool nested)
{
    struct tlv sequence;
    if (whole.len == 0 || !tlv_whole(whole, DER_SEQUENCE, &sequence))
        return;
    tlv_put(out, tag, nested ? whole : sequence.value);
}

static void put_key_data(struct writer *out, uint32_t tag, struct bytes key,
                         struct bytes certificate, bool nested)
{
    if (key.len == 0 && certificate.len == 0)
        return;
    const size_t mark = tlv_open(out, tag);
    put_alternative(out, CHOICE_KEY, key, nested);
    put_alternative(out, CHOICE_CERTIFICATE, key.len > 0 ? (struct bytes){0} : certificate, nested);
    tlv_close(out, mark);
}

static void put_content(const struct eim_configuration *it, struct writer *out)
{
    put_text(out, ID, it->id);
    put_text(out, FQDN, it->fqdn);
    if (it->id_type != EIM_ID_NONE)
        der_put_integer(out, ID_TYPE, it->id_type);
    if (it->has_counter)
        der_put_integer(out, COUNTER, it->counter);
    if (it->has_token)
        der_put_integer(out, TOKEN, it->token);
    put_key_data(out, KEY_DATA, it->key, it->certificate, it->nested);
    put_key_data(out, TLS_KEY_DATA, it->tls_key, it->tls_certificate, it->nested);
    if (it->has_protocols)
        der_put_bits(out, PROTOCOLS, it->protocols);
    put_text(out, CI_KEY_ID, it->ci_key_id);
    if (it->indirect_download)
        tlv_put(out, INDIRECT_DOWNLOAD, (struct bytes){0});
}

void eim_configuration_put(const struct eim_configuration *configuration, struct writer *out)
{
    const size_t mark = tlv_open(out, DER_SEQUENCE);
    put_content(configuration, out);
    tlv_close(out, mark);
}

void eim_configuration_put_request(const struct eim_configuration *configuration,
                                   struct writer *out)
{
    const size_t request = tlv_open(out, ADD_INITIAL_EIM);
    const size_t list = tlv_open(out, LIST);
    eim_configuration_put(configuration, out);
    tlv_close(out, list);
    tlv_close(out, request);
}

/* Nested is what holds one SEQUENCE that itself begins with one: no key and no certificate is like
 * that inside. */
static bool is_nested(struct bytes content)
{
    struct tlv only, inner;
    return tlv_whole(content, DER_SEQUENCE, &only) && tlv_take(&only.value, &inner) &&
           inner.tag == DER_SEQUENCE;
}

static bool read_alternative(struct bytes content, struct writer *room, bool *nested,
                             struct bytes *out)
{
    *nested = is_nested(content);
    if (*nested) {
        *out = content;
        return true;
    }
    const size_t start = room->len;
    tlv_put(room, DER_SEQUENCE, content);
    if (room->overflow)
        return false;
    *out = bytes_of(room->data + start, room->len - start);
    return true;
}

static bool read_key_data(const struct tlv *data, struct writer *room, bool *nested,
                          struct bytes *key, struct bytes *certificate)
{
    struct bytes content = data->value;
    struct tlv choice;
    if (data->tag == 0)
        return true;
    if (!tlv_take(&content, &choice) || content.len > 0)
        return false;
    if (choice.tag == CHOICE_KEY)
        return read_alternative(choice.value, room, nested, key);
    return choice.tag == CHOICE_CERTIFICATE &&
           read_alternative(choice.value, room, nested, certificate);
}

/* The elements, each where it may stand. */
struct elements {
    struct tlv id, fqdn, id_type, counter, token, key, tls, protocols, ci, indirect;
};

static bool take_elements(struct bytes content, struct elements *out)
{
    return tlv_take_tag(&content, ID, &out->id) && tlv_take_optional(&content, FQDN, &out->fqdn) &&
           tlv_take_optional(&content, ID_TYPE, &out->id_type) &&
           tlv_take_optional(&content, COUNTER, &out->counter) &&
           tlv_take_optional(&content, TOKEN, &out->token) &&
           tlv_take_optional(&content, KEY_DATA, &out->key) &&
           tlv_take_optional(&content, TLS_KEY_DATA, &out->tls) &&
           tlv_take_optional(&content, PROTOCOLS, &out->protocols) &&
           tlv_take_optional(&content, CI_KEY_ID, &out->ci) &&
           tlv_take_optional(&content, INDIRECT_DOWNLOAD, &out->indirect);
}

static bool read_numbers(const struct elements *from, struct eim_configuration *out)
{
    uint32_t type = 0;
    out->has_counter = from->counter.tag != 0;
    out->has_token = from->token.tag != 0;
    out->has_protocols = from->protocols.tag != 0;
    if ((from->id_type.tag != 0 &&
         !der_to_unsigned(from->id_type.value, EIM_ID_PROPRIETARY, &type)) ||
        (out->has_counter && !der_to_unsigned(from->counter.value, UINT32_MAX, &out->counter)) ||
        (out->has_token && !der_to_integer(from->token.value, &out->token)) ||
        (out->has_protocols && !der_to_bits(from->protocols.value, &out->protocols)))
        return false;
    out->id_type = (enum eim_id_type)type;
    return true;
}

bool eim_configuration_read(struct bytes content, struct writer *room,
                            struct eim_configuration *out)
{
    struct elements elements;
    struct eim_configuration read = {0};
    bool tls_nested = false;
    if (!take_elements(content, &elements) || elements.id.value.len == 0 ||
        elements.id.value.len > EIM_CONFIGURATION_ID_MAX ||
        elements.fqdn.value.len > EIM_CONFIGURATION_ADDRESS_MAX || !read_numbers(&elements, &read))
        return false;
    if (!read_key_data(&elements.key, room, &read.nested, &read.key, &read.certificate) ||
        !read_key_data(&elements.tls, room, &tls_nested, &read.tls_key, &read.tls_certificate))
        return false;
    read.id = elements.id.value;
    read.fqdn = elements.fqdn.value;
    read.ci_key_id = elements.ci.value;
    read.indirect_download = elements.indirect.tag != 0;
    *out = read;
    return true;
}

bool eim_configuration_key(const struct eim_configuration *configuration, enum ec_curve *curve,
                           struct bytes *point)
{
    struct certificate certificate;
    struct tlv key;
    if (configuration->key.len > 0)
        return tlv_whole(configuration->key, DER_SEQUENCE, &key) &&
               certificate_parse_key(key.value, curve, point) == CERTIFICATE_OK;
    if (certificate_parse(configuration->certificate, &certificate) != CERTIFICATE_OK)
        return false;
    *curve = certificate.curve;
    *point = certificate.point;
    return true;
}
