/* EimConfigurationData out of JSON, as an operator writes it. */
#include <stdio.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "tools/lib/common/field.h"
#include "tools/lib/iot/eim_configuration.h"

#define KEY_MAX 2048 /* bytes of a key or certificate */
#define KEYS 5       /* members that stand in hexadecimal digits */

/* What the configuration borrows from while it is written. */
struct room {
    uint8_t data[KEYS][KEY_MAX];
};

struct reading {
    const json_t *object;
    struct eim_configuration configuration;
    struct room *room;
    char *detail;
    size_t size;
};

static bool wrong(struct reading *reading, const char *member, const char *what)
{
    snprintf(reading->detail, reading->size, "%s: %s", member, what);
    return false;
}

static bool read_hex(struct reading *reading, const char *name, size_t at, struct bytes *out)
{
    struct writer writer = writer_on(reading->room->data[at], KEY_MAX);
    const char *text;
    const enum field_result result = field_text(reading->object, name, 2 * KEY_MAX, &text);
    if (result == FIELD_ABSENT)
        return true;
    if (result == FIELD_INVALID || !hex_decode(text, &writer) || writer.len == 0)
        return wrong(reading, name, "hexadecimal digits are needed");
    *out = writer_bytes(&writer);
    return true;
}

static bool read_text(struct reading *reading, const char *name, size_t max, struct bytes *out)
{
    const char *text;
    const enum field_result result = field_text(reading->object, name, max, &text);
    if (result == FIELD_INVALID)
        return wrong(reading, name, "a text is needed, or it is too long");
    if (result == FIELD_OK)
        *out = bytes_of_text(text);
    return true;
}

static bool read_number(struct reading *reading, const char *name, json_int_t least, bool *has,
                        json_int_t *out)
{
    const json_t *member = json_object_get(reading->object, name);
    *has = member != NULL;
    if (!*has)
        return true;
    *out = json_integer_value(member);
    if (!json_is_integer(member) || *out < least || *out > EIM_CONFIGURATION_COUNTER_MAX)
        return wrong(reading, name, "a whole number that is not too large is needed");
    return true;
}

static bool read_numbers(struct reading *reading)
{
    struct eim_configuration *it = &reading->configuration;
    json_int_t type = 0, counter = 0, token = 0;
    bool has_type;
    if (!read_number(reading, "eimIdType", EIM_ID_OID, &has_type, &type) ||
        !read_number(reading, "counterValue", 0, &it->has_counter, &counter) ||
        !read_number(reading, "associationToken", EIM_CONFIGURATION_DRAW_TOKEN, &it->has_token,
                     &token))
        return false;
    if (type > EIM_ID_PROPRIETARY)
        return wrong(reading, "eimIdType", "1 (OID), 2 (FQDN) or 3 (proprietary)");
    it->id_type = (enum eim_id_type)type;
    it->counter = (uint32_t)counter;
    it->token = token;
    return true;
}

static bool read_members(struct reading *reading)
{
    struct eim_configuration *it = &reading->configuration;
    if (!read_text(reading, "eimId", EIM_CONFIGURATION_ID_MAX, &it->id) ||
        !read_text(reading, "eimFqdn", EIM_CONFIGURATION_ADDRESS_MAX, &it->fqdn) ||
        !read_numbers(reading) || !read_hex(reading, "eimPublicKey", 0, &it->key) ||
        !read_hex(reading, "eimCertificate", 1, &it->certificate) ||
        !read_hex(reading, "trustedEimPkTls", 2, &it->tls_key) ||
        !read_hex(reading, "trustedCertificateTls", 3, &it->tls_certificate) ||
        !read_hex(reading, "euiccCiPKId", 4, &it->ci_key_id))
        return false;
    if (it->id.len == 0)
        return wrong(reading, "eimId", "it is needed");
    if (field_boolean(reading->object, "indirectProfileDownload", &it->indirect_download) ==
        FIELD_INVALID)
        return wrong(reading, "indirectProfileDownload", "true or false is needed");
    return true;
}

/* The content of what stands there as a whole. */
static bool put_whole(struct reading *reading, const char *digits, struct writer *out)
{
    uint8_t data[EIM_CONFIGURATION_SIZE];
    struct writer writer = writer_on(data, sizeof(data));
    struct tlv sequence;
    if (!hex_decode(digits, &writer) || !tlv_whole(writer_bytes(&writer), DER_SEQUENCE, &sequence))
        return wrong(reading, "eimConfigurationData", "it is no SEQUENCE in hexadecimal digits");
    writer_put(out, sequence.value);
    return true;
}

static bool put_members(struct reading *reading, struct writer *out)
{
    uint8_t data[EIM_CONFIGURATION_SIZE];
    struct writer writer = writer_on(data, sizeof(data));
    struct tlv sequence;
    if (!read_members(reading))
        return false;
    eim_configuration_put(&reading->configuration, &writer);
    if (!tlv_whole(writer_bytes(&writer), DER_SEQUENCE, &sequence))
        return wrong(reading, "eimId", "the configuration is too long");
    writer_put(out, sequence.value);
    return true;
}

bool eim_configuration_from_json(const json_t *object, struct writer *out, char *detail,
                                 size_t size)
{
    struct room room;
    struct reading reading = {.object = object, .room = &room, .detail = detail, .size = size};
    const char *digits;
    if (field_text(object, "eimConfigurationData", 2 * EIM_CONFIGURATION_SIZE, &digits) == FIELD_OK)
        return put_whole(&reading, digits, out);
    return put_members(&reading, out);
}
