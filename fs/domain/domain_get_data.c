/* GET DATA (GlobalPlatform §11.3): what was stored for the domain, else what it has to say itself.
 */
#include "fs/domain/domain_commands.h"

#include "apdu/status.h"
#include "apdu/tlv.h"

#define ISSUER_SIZE 4 /* of the EID: what begins a number of its maker */
#define PRODUCTION_SIZE 42
#define PRODUCTION_SERIAL_AT 12
#define PRODUCTION_SERIAL_SIZE 4
#define EID_SERIAL_AT 11 /* the last digits but the check digits */
#define TAG_KEYS 0xE0
#define TAG_KEY 0xC0
#define TAG_APPLICATION 0x61
#define TAG_AID 0x4F
#define TAG_OID 0x06
#define TAG_PROTOCOL 0x81 /* in C9 */

/* What a provider is asked with. */
struct asked {
    const struct domain_context *context;
    struct domain_registry *registry;
    struct domain_entry *entry;
    uint16_t tag;
};
/* Appends the object, tag included; SW_REFERENCE_NOT_FOUND if there is none. */
typedef int provider(const struct asked *asked, struct writer *out);

static int put_issuer(const struct asked *asked, struct writer *out)
{
    tlv_put(out, asked->tag, bytes_of(asked->context->domains->eid, ISSUER_SIZE));
    return 0;
}

/* Of a component the type and the length; several of one key stand together. */
static void put_key(const struct domain_key *key, struct writer *out)
{
    struct bytes left = key->components;
    struct domain_key_component component;
    const size_t mark = tlv_open(out, TAG_KEY);
    writer_put_u8(out, key->identifier);
    writer_put_u8(out, key->version);
    while (domain_list_take_component(&left, &component)) {
        writer_put_u8(out, component.type);
        writer_put_u8(out, (uint8_t)component.value.len);
    }
    tlv_close(out, mark);
}

static int put_keys(const struct asked *asked, struct writer *out)
{
    const size_t mark = tlv_open(out, TAG_KEYS);
    for (const struct domain_key *at = asked->registry->keys; at != NULL; at = at->next)
        if (domain_aid_equal(&at->domain, &asked->entry->aid))
            put_key(at, out);
    tlv_close(out, mark);
    return 0;
}

/* An object identifier of GlobalPlatform's, in a template of its own. */
static void put_oid(struct writer *out, uint8_t template, struct bytes end)
{
    static const uint8_t root[] = {0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B};
    const size_t outer = template != 0 ? tlv_open(out, template) : 0;
    const size_t inner = tlv_open(out, TAG_OID);
    writer_put(out, bytes_of(root, sizeof(root)));
    writer_put(out, end);
    tlv_close(out, inner);
    if (template != 0)
        tlv_close(out, outer);
}

/* Protocols that the installation names; without any, what the keys are for is not told. */
static void put_protocols(const struct domain_entry *entry, struct writer *out)
{
    struct bytes left = entry->parameters;
    struct tlv tlv;
    bool any = false;
    const size_t mark = tlv_open(out, 0x64);
    while (tlv_take(&left, &tlv))
        if (tlv.tag == TAG_PROTOCOL && tlv.value.len == 2 && tlv.value.data[0] != 0) {
            const uint8_t end[] = {0x04, tlv.value.data[0], tlv.value.data[1]};
            put_oid(out, 0, bytes_of(end, sizeof(end)));
            any = true;
        }
    if (!any)
        put_oid(out, 0, BYTES(0x04, 0x03, 0x70));
    tlv_close(out, mark);
}

/* Card recognition data (GlobalPlatform annex H.2). */
static int put_recognition(const struct asked *asked, struct writer *out)
{
    const size_t outer = tlv_open(out, 0x66), inner = tlv_open(out, 0x73);
    put_oid(out, 0, BYTES(0x01));
    put_oid(out, 0x60, BYTES(0x02, 0x02, 0x03, 0x01));
    put_oid(out, 0x63, BYTES(0x03));
    put_protocols(asked->entry, out);
    tlv_close(out, inner);
    tlv_close(out, outer);
    return 0;
}

/* Of the set that INITIALIZE UPDATE would take without being told. */
static int put_sequence(const struct asked *asked, struct writer *out)
{
    for (const struct domain_key *at = asked->registry->keys; at != NULL; at = at->next) {
        if (!domain_aid_equal(&at->domain, &asked->entry->aid))
            continue;
        const struct domain_counter counter =
            domain_list_counter(asked->registry, &at->domain, at->version);
        const uint8_t bytes[] = {(uint8_t)(counter.sequence >> 16),
                                 (uint8_t)(counter.sequence >> 8), (uint8_t)counter.sequence};
        const bool three = domain_list_first_component(at).type == DOMAIN_KEY_AES;
        tlv_put(out, asked->tag, bytes_of(bytes + (three ? 0 : 1), three ? 3 : 2));
        return 0;
    }
    return SW_REFERENCE_NOT_FOUND;
}

static int put_level(const struct asked *asked, struct writer *out)
{
    tlv_put_u8(out, asked->tag, asked->context->level);
    return 0;
}

static int put_applications(const struct asked *asked, struct writer *out)
{
    struct domain_registry *registry;
    const int result = domain_context_managed(asked->context, &registry);
    if (result != 0)
        return result;
    const size_t mark = tlv_open(out, asked->tag);
    for (const struct domain_entry *at = registry->entries; at != NULL; at = at->next) {
        if (at->kind != DOMAIN_APPLICATION && at->kind != DOMAIN_SECURITY_DOMAIN)
            continue;
        const size_t one = tlv_open(out, TAG_APPLICATION);
        tlv_put(out, TAG_AID, domain_aid_bytes(&at->aid));
        tlv_close(out, one);
    }
    tlv_close(out, mark);
    return 0;
}

static int put_resources(const struct asked *asked, struct writer *out)
{
    const struct domains *domains = asked->context->domains;
    if (domains->resources == NULL)
        return SW_REFERENCE_NOT_FOUND;
    const size_t mark = tlv_open(out, asked->tag);
    domains->resources(domains->resources_context, out);
    tlv_close(out, mark);
    return 0;
}

/* Card production life cycle data: 21 fields of two bytes, of which a software chip has one, its
 * serial number, of twice the length; the rest are zero. */
static int put_production(const struct asked *asked, struct writer *out)
{
    const size_t mark = tlv_open(out, asked->tag);
    writer_fill(out, 0, PRODUCTION_SERIAL_AT);
    writer_put(out, bytes_of(asked->context->domains->eid + EID_SERIAL_AT, PRODUCTION_SERIAL_SIZE));
    writer_fill(out, 0, PRODUCTION_SIZE - PRODUCTION_SERIAL_AT - PRODUCTION_SERIAL_SIZE);
    tlv_close(out, mark);
    return 0;
}

static const struct {
    uint16_t tag;
    provider *put;
} providers[] = {
    {0x9F7F, put_production},   {0x0042, put_issuer},    {0x0066, put_recognition},
    {0x00C1, put_sequence},     {0x00D3, put_level},     {TAG_KEYS, put_keys},
    {0x2F00, put_applications}, {0xFF21, put_resources},
};

/* Groupings that bring keys (GlobalPlatform UICC Configuration): kept, and told to nobody. */
static bool is_secret(uint16_t tag)
{
    return tag >> 8 == 0x81 || tag >> 8 == 0x80 || tag == 0x00B9 || tag == 0x0036;
}

int domain_get_data(struct domain_context *context, const struct apdu *apdu,
                    struct writer *response)
{
    struct asked asked = {.context = context, .tag = (uint16_t)(apdu->p1 << 8 | apdu->p2)};
    const int result = domain_context_entry(context, &asked.registry, &asked.entry);
    if (result != 0)
        return result;
    const struct domain_object *object =
        domain_list_object(asked.registry, &context->aid, asked.tag);
    if (object != NULL && !is_secret(asked.tag)) {
        writer_put(response, object->value);
        return 0;
    }
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++)
        if (providers[i].tag == asked.tag)
            return providers[i].put(&asked, response);
    return SW_REFERENCE_NOT_FOUND;
}
