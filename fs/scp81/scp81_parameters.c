#include "fs/scp81/scp81_parameters.h"

#include "apdu/comprehension.h"
#include "apdu/hex.h"
#include "crypto/tls/psk_client.h"

#define TAG_TRIGGER 0x81
#define TAG_PARAMETERS 0x83
#define TAG_CONNECTION 0x84
#define TAG_SECURITY 0x85
#define TAG_RETRY 0x86
#define TAG_HTTP 0x89
#define TAG_HOST 0x8A
#define TAG_AGENT 0x8B
#define TAG_URI 0x8C
#define TAG_TIMER 0x25
#define TAG_TPDU 0x0B /* of SEND SHORT MESSAGE */
#define TAG_STORED 0x85

/* Objects of OPEN CHANNEL (TS 102 223 §8.52 to §8.59), without the comprehension bit. */
#define TAG_BEARER 0x35
#define TAG_BUFFER 0x39
#define TAG_TRANSPORT 0x3C
#define TAG_ADDRESS 0x3E
#define BEARER_DEFAULT 0x03
#define CONNECTION_MAX 230
#define TEXT_MAX 255

#define VERSION_FIRST 0x40 /* of key sets for SCP81 */
#define VERSION_LAST 0x4F
#define EID_SIZE 16
#define RID_SIZE 5

/* Of a piece of a request: it may not end a line, nor a word. */
static bool is_visible(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    return text.len > 0 && text.len <= TEXT_MAX;
}

static bool add_connection(struct scp81_parameters *parameters, struct bytes value)
{
    struct bytes left = value;
    struct tlv object;
    while (left.len > 0)
        if (!tlv_take(&left, &object))
            return false;
    parameters->connection = value;
    return value.len <= CONNECTION_MAX;
}

/* Identity, then the key: version and identifier. A version that is none of this protocol's beside
 * an identifier that would be one: they have changed places, as in pySim's example. */
static bool add_security(struct scp81_parameters *parameters, struct bytes value)
{
    uint8_t identity_len, key_len, version, identifier;
    struct bytes identity;
    if (!bytes_take_u8(&value, &identity_len) || !bytes_take(&value, identity_len, &identity) ||
        identity.len > PSK_CLIENT_IDENTITY_MAX ||
        (identity.len > 0 && memchr(identity.data, 0, identity.len) != NULL))
        return false;
    parameters->identity = identity;
    if (value.len == 0)
        return true;
    if (!bytes_take_u8(&value, &key_len) || key_len != 2 || !bytes_take_u8(&value, &version) ||
        !bytes_take_u8(&value, &identifier))
        return false;
    const bool changed = version == 0 && identifier >= VERSION_FIRST && identifier <= VERSION_LAST;
    parameters->key_version = changed ? identifier : version;
    parameters->key_identifier = changed ? 0 : identifier;
    return true;
}

/* How often, the time between, and the report of a failure: what is no short message is passed
 * over.
 */
static bool add_retry(struct scp81_parameters *parameters, struct bytes value)
{
    struct tlv timer, message;
    if (!bytes_take_u16(&value, &parameters->retries))
        return false;
    parameters->timer = parameters->report = (struct bytes){0};
    if (value.len == 0)
        return true;
    if (!comprehension_take(&value, TAG_TIMER, &timer) || timer.value.len != SCP81_TIMER_SIZE)
        return false;
    parameters->timer = timer.value;
    if (comprehension_find(value, TAG_TPDU, &message))
        parameters->report = value;
    return true;
}

static bool add_text(struct bytes in, uint32_t tag, struct bytes *out)
{
    struct tlv text;
    if (!tlv_find(in, tag, &text) || text.value.len == 0)
        return true;
    *out = text.value;
    return is_visible(text.value);
}

static bool add_http(struct scp81_parameters *parameters, struct bytes value)
{
    return add_text(value, TAG_HOST, &parameters->host) &&
           add_text(value, TAG_AGENT, &parameters->agent) &&
           add_text(value, TAG_URI, &parameters->uri);
}

static const struct {
    uint32_t tag;
    bool (*add)(struct scp81_parameters *parameters, struct bytes value);
} rows[] = {
    {TAG_CONNECTION, add_connection},
    {TAG_SECURITY, add_security},
    {TAG_RETRY, add_retry},
    {TAG_HTTP, add_http},
};

bool scp81_parameters_add(struct scp81_parameters *parameters, struct bytes elements)
{
    struct tlv element;
    while (elements.len > 0) {
        if (!tlv_take(&elements, &element))
            return false;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            if (rows[i].tag == element.tag && element.value.len > 0 &&
                !rows[i].add(parameters, element.value))
                return false;
    }
    return true;
}

static bool are_elements(struct bytes value)
{
    struct tlv element;
    while (value.len > 0)
        if (!tlv_take(&value, &element) || element.tag < TAG_CONNECTION || element.tag > 0xBF)
            return false;
    return true;
}

/* With the tag of the whole around them, or without it. */
struct bytes scp81_parameters_stored(struct bytes object)
{
    struct tlv whole;
    return tlv_whole(object, TAG_STORED, &whole) && are_elements(whole.value) ? whole.value
                                                                              : object;
}

bool scp81_parameters_trigger(struct bytes data, struct bytes *elements)
{
    struct tlv trigger, parameters;
    if (!tlv_whole(data, TAG_TRIGGER, &trigger))
        return false;
    *elements = (struct bytes){0};
    if (trigger.value.len == 0)
        return true;
    if (!tlv_take_tag(&trigger.value, TAG_PARAMETERS, &parameters))
        return false;
    *elements = parameters.value;
    return true;
}

static bool is_object(const struct tlv *object, uint32_t tag)
{
    return (object->tag & ~COMPREHENSION_REQUIRED) == tag;
}

/* The bearer, the buffer, then the rest in its order (TS 102 223 §6.6.27). */
bool scp81_parameters_open(const struct scp81_parameters *parameters, struct writer *out)
{
    struct bytes left = parameters->connection;
    struct tlv object;
    bool transport = false, address = false;
    if (comprehension_find(left, TAG_BEARER, &object))
        writer_put(out, object.whole);
    else
        tlv_put_u8(out, TAG_BEARER, BEARER_DEFAULT);
    if (comprehension_find(left, TAG_BUFFER, &object))
        writer_put(out, object.whole);
    else
        tlv_put(out, TAG_BUFFER,
                BYTES(SCP81_BUFFER_DEFAULT >> 8, (uint8_t)(SCP81_BUFFER_DEFAULT & 0xFF)));
    while (tlv_take(&left, &object)) {
        transport |= is_object(&object, TAG_TRANSPORT);
        address |= is_object(&object, TAG_ADDRESS);
        if (!is_object(&object, TAG_BEARER) && !is_object(&object, TAG_BUFFER))
            writer_put(out, object.whole);
    }
    return transport && address && !out->overflow;
}

static void put_hex(struct writer *out, struct bytes bytes)
{
    char digits[HEX_SIZE(EID_SIZE + DOMAIN_AID_MAX)];
    hex_encode(bytes, digits);
    writer_put(out, bytes_of_text(digits));
}

void scp81_parameters_identity(const uint8_t eid[16], const struct domain_aid *domain,
                               uint8_t key_version, uint8_t key_identifier, struct writer *out)
{
    put_hex(out, BYTES(0x80, 0x01, 0x02, 0x81, EID_SIZE));
    put_hex(out, bytes_of(eid, EID_SIZE));
    put_hex(out, BYTES(0x4F, domain->len));
    put_hex(out, domain_aid_bytes(domain));
    put_hex(out, BYTES(0x82, 0x01, key_identifier, 0x83, 0x01, key_version));
}

void scp81_parameters_agent(const uint8_t eid[16], const struct domain_aid *domain,
                            struct writer *out)
{
    const size_t rid = domain->len < RID_SIZE ? domain->len : RID_SIZE;
    writer_put(out, bytes_of_text("//se-id/eid/"));
    put_hex(out, bytes_of(eid, EID_SIZE));
    writer_put(out, bytes_of_text(";//aa-id/aid/"));
    put_hex(out, bytes_of(domain->data, rid));
    writer_put(out, bytes_of_text("/"));
    put_hex(out, bytes_of(domain->data + rid, domain->len - rid));
}
