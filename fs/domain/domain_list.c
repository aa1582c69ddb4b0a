#include "fs/domain/domain_list.h"

struct domain_entry *domain_list_find(const struct domain_registry *registry,
                                      const struct domain_aid *aid)
{
    for (struct domain_entry *at = registry->entries; at != NULL; at = at->next)
        if (domain_aid_equal(&at->aid, aid))
            return at;
    return NULL;
}

struct domain_entry *domain_list_match(const struct domain_registry *registry, struct bytes front,
                                       const struct domain_entry *after)
{
    struct domain_entry *at = after != NULL ? after->next : registry->entries;
    for (; at != NULL && front.len >= DOMAIN_AID_MIN; at = at->next)
        if (bytes_start_with(domain_aid_bytes(&at->aid), front))
            return at;
    return NULL;
}

struct domain_entry *domain_list_root(const struct domain_registry *registry)
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

struct domain_entry *domain_list_by_tar(const struct domain_registry *registry,
                                        const uint8_t tar[DOMAIN_TAR_SIZE])
{
    for (struct domain_entry *at = registry->entries; at != NULL; at = at->next)
        if (has_tar(at, tar))
            return at;
    return NULL;
}

struct domain_key *domain_list_key(const struct domain_registry *registry,
                                   const struct domain_aid *domain, uint8_t version,
                                   uint8_t identifier)
{
    for (struct domain_key *at = registry->keys; at != NULL; at = at->next)
        if (at->version == version && at->identifier == identifier &&
            domain_aid_equal(&at->domain, domain))
            return at;
    return NULL;
}

struct domain_counter *domain_list_find_counter(const struct domain_registry *registry,
                                                const struct domain_aid *domain, uint8_t version)
{
    for (struct domain_counter *at = registry->counters; at != NULL; at = at->next)
        if (at->version == version && domain_aid_equal(&at->domain, domain))
            return at;
    return NULL;
}

struct domain_counter domain_list_counter(const struct domain_registry *registry,
                                          const struct domain_aid *domain, uint8_t version)
{
    const struct domain_counter *counter = domain_list_find_counter(registry, domain, version);
    return counter != NULL ? *counter
                           : (struct domain_counter){.domain = *domain, .version = version};
}

struct domain_object *domain_list_object(const struct domain_registry *registry,
                                         const struct domain_aid *domain, uint16_t tag)
{
    for (struct domain_object *at = registry->objects; at != NULL; at = at->next)
        if (at->tag == tag && domain_aid_equal(&at->domain, domain))
            return at;
    return NULL;
}

bool domain_list_take_component(struct bytes *components, struct domain_key_component *out)
{
    uint16_t len;
    struct bytes left = *components;
    if (!bytes_take_u8(&left, &out->type) || !bytes_take_u8(&left, &out->mac_length) ||
        !bytes_take_u16(&left, &len) || !bytes_take(&left, len, &out->value))
        return false;
    *components = left;
    return true;
}

void domain_list_put_component(struct writer *out, const struct domain_key_component *component)
{
    writer_put_u8(out, component->type);
    writer_put_u8(out, component->mac_length);
    writer_put_u16(out, (uint16_t)component->value.len);
    writer_put(out, component->value);
}

struct domain_key_component domain_list_first_component(const struct domain_key *key)
{
    struct bytes components = key->components;
    struct domain_key_component first;
    return domain_list_take_component(&components, &first) ? first
                                                           : (struct domain_key_component){0};
}
