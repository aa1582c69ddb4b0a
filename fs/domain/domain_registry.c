#include "fs/domain/domain_registry.h"

#include "apdu/status.h"
#include "fs/domain/domain_node.h"

static int take_entry(void *context, struct bytes name, struct bytes value)
{
    return domain_node_entry(context, name, value, NULL);
}

static int take_key(void *context, struct bytes name, struct bytes value)
{
    return domain_node_key(context, name, value, NULL);
}

static int take_counter(void *context, struct bytes name, struct bytes value)
{
    return domain_node_counter(context, name, value);
}

static int take_object(void *context, struct bytes name, struct bytes value)
{
    return domain_node_object(context, name, value);
}

static const struct {
    enum store_domain_kind kind;
    store_domain_visitor *take;
} parts[] = {
    {STORE_DOMAIN_ENTRY, take_entry},
    {STORE_DOMAIN_KEY, take_key},
    {STORE_DOMAIN_COUNTER, take_counter},
    {STORE_DOMAIN_OBJECT, take_object},
};

static int load_stored(struct domain_registry *registry)
{
    int result = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && result == 0; i++)
        result = store_each_domain(registry->store, registry->owner, parts[i].kind, parts[i].take,
                                   registry);
    return result;
}

int domain_registry_load(struct store *store, uint32_t owner, struct domain_registry *registry)
{
    *registry = (struct domain_registry){.store = store, .owner = owner};
    int result = store_domain_is_there(store, owner, &registry->stored);
    if (result == 0 && registry->stored)
        result = load_stored(registry);
    else if (result == 0 && owner != DOMAIN_OWNER_CHIP)
        result = domain_package_load(registry);
    if (result != 0)
        domain_registry_finish(registry);
    return result;
}

void domain_registry_finish(struct domain_registry *registry)
{
    while (registry->entries != NULL)
        domain_node_drop_entry(registry, registry->entries);
    while (registry->keys != NULL)
        domain_node_drop_key(registry, registry->keys);
    while (registry->counters != NULL)
        domain_node_drop_counter(registry, registry->counters);
    while (registry->objects != NULL)
        domain_node_drop_object(registry, registry->objects);
    *registry = (struct domain_registry){0};
}

struct domain_entry *domain_registry_find(const struct domain_registry *registry,
                                          const struct domain_aid *aid)
{
    for (struct domain_entry *at = registry->entries; at != NULL; at = at->next)
        if (domain_aid_equal(&at->aid, aid))
            return at;
    return NULL;
}

struct domain_entry *domain_registry_match(const struct domain_registry *registry,
                                           struct bytes front, const struct domain_entry *after)
{
    struct domain_entry *at = after != NULL ? after->next : registry->entries;
    for (; at != NULL && front.len >= DOMAIN_AID_MIN; at = at->next)
        if (bytes_start_with(domain_aid_bytes(&at->aid), front))
            return at;
    return NULL;
}

struct domain_entry *domain_registry_root(const struct domain_registry *registry)
{
    for (struct domain_entry *at = registry->entries; at != NULL; at = at->next)
        if (at->kind == DOMAIN_SECURITY_DOMAIN && domain_aid_equal(&at->domain, &at->aid))
            return at;
    return NULL;
}

static bool has_tar(const struct domain_entry *entry, const uint8_t tar[DOMAIN_TAR_SIZE])
{
    struct bytes left = entry->tars, one;
    while (bytes_take(&left, DOMAIN_TAR_SIZE, &one))
        if (memcmp(one.data, tar, DOMAIN_TAR_SIZE) == 0)
            return true;
    return false;
}

struct domain_entry *domain_registry_by_tar(const struct domain_registry *registry,
                                            const uint8_t tar[DOMAIN_TAR_SIZE])
{
    for (struct domain_entry *at = registry->entries; at != NULL; at = at->next)
        if (has_tar(at, tar))
            return at;
    return NULL;
}

struct domain_key *domain_registry_key(const struct domain_registry *registry,
                                       const struct domain_aid *domain, uint8_t version,
                                       uint8_t identifier)
{
    for (struct domain_key *at = registry->keys; at != NULL; at = at->next)
        if (at->version == version && at->identifier == identifier &&
            domain_aid_equal(&at->domain, domain))
            return at;
    return NULL;
}

struct domain_counter domain_registry_counter(const struct domain_registry *registry,
                                              const struct domain_aid *domain, uint8_t version)
{
    const struct domain_counter *counter = domain_node_find_counter(registry, domain, version);
    return counter != NULL ? *counter
                           : (struct domain_counter){.domain = *domain, .version = version};
}

struct domain_object *domain_registry_object(const struct domain_registry *registry,
                                             const struct domain_aid *domain, uint16_t tag)
{
    for (struct domain_object *at = registry->objects; at != NULL; at = at->next)
        if (at->tag == tag && domain_aid_equal(&at->domain, domain))
            return at;
    return NULL;
}

bool domain_key_take(struct bytes *components, struct domain_key_component *out)
{
    uint16_t len;
    struct bytes left = *components;
    if (!bytes_take_u8(&left, &out->type) || !bytes_take_u8(&left, &out->mac_length) ||
        !bytes_take_u16(&left, &len) || !bytes_take(&left, len, &out->value))
        return false;
    *components = left;
    return true;
}

void domain_key_put_component(struct writer *out, const struct domain_key_component *component)
{
    writer_put_u8(out, component->type);
    writer_put_u8(out, component->mac_length);
    writer_put_u16(out, (uint16_t)component->value.len);
    writer_put(out, component->value);
}

struct domain_key_component domain_key_first(const struct domain_key *key)
{
    struct bytes components = key->components;
    struct domain_key_component first;
    return domain_key_take(&components, &first) ? first : (struct domain_key_component){0};
}
