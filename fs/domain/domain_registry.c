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

int domain_registry_begin_with(struct domain_registry *registry, const struct domain_entry *entry)
{
    return domain_node_add_entry(registry, entry);
}

int domain_registry_begin_with_key(struct domain_registry *registry, const struct domain_key *key)
{
    return domain_node_add_key(registry, key);
}
