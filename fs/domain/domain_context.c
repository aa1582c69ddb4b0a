#include "fs/domain/domain_context.h"

#include <stdlib.h>

#include "apdu/status.h"

#define BLOCKS_MAX (1u << 20) /* bytes of a load file or of data for a domain */
#define FIRST_CAPACITY 256
#define CHIP_PRIVILEGES 0x82DC00

const struct domain_settings domain_settings_default = {.rules = DOMAIN_RULES_PACKAGE};

static int add_factory_key(struct domain_registry *registry, const struct domain_aid *domain,
                           const struct domain_factory_key *factory)
{
    static const uint8_t usages[] = {0x18, 0x14, 0x48};
    uint8_t room[sizeof(factory->value) + 8];
    struct writer components = writer_on(room, sizeof(room));
    const struct domain_key_component component = {factory->type, 8,
                                                   bytes_of(factory->value, factory->len)};
    domain_list_put_component(&components, &component);
    struct domain_key key = {.domain = *domain,
                             .version = factory->version,
                             .identifier = factory->identifier,
                             .components = writer_bytes(&components)};
    if (factory->identifier >= 1 && factory->identifier <= sizeof(usages))
        key.usage[0] = usages[factory->identifier - 1];
    const int result = domain_registry_begin_with_key(registry, &key);
    wipe(room, sizeof(room));
    return result;
}

/* The chip's own domain, as it leaves the factory. */
static int make_chip(const struct domains *domains, struct domain_registry *registry)
{
    const struct domain_entry entry = {.kind = DOMAIN_SECURITY_DOMAIN,
                                       .aid = domains->chip_aid,
                                       .domain = domains->chip_aid,
                                       .state = DOMAIN_PERSONALIZED,
                                       .privileges = CHIP_PRIVILEGES};
    int result = domain_registry_begin_with(registry, &entry);
    for (size_t i = 0; i < domains->settings->key_count && result == 0; i++)
        result = add_factory_key(registry, &domains->chip_aid, &domains->settings->keys[i]);
    return result;
}

static int read_chip(struct domains *domains)
{
    struct domain_registry *registry = &domains->chip_registry;
    if (domains->chip_read)
        return 0;
    int result = domain_registry_load(domains->store, DOMAIN_OWNER_CHIP, registry);
    if (result == 0 && !registry->stored && domains->chip_aid.len > 0)
        result = make_chip(domains, registry);
    domains->chip_read = result == 0;
    return result;
}

static int read_profile(struct domains *domains)
{
    if (domains->profile_read)
        return 0;
    const int result =
        domain_registry_load(domains->store, domains->profile, &domains->profile_registry);
    domains->profile_read = result == 0;
    return result;
}

int domain_context_registry(struct domains *domains, uint32_t owner, struct domain_registry **out)
{
    if (owner != DOMAIN_OWNER_CHIP && owner != domains->profile)
        return SW_CONDITIONS_NOT_SATISFIED;
    const bool chip = owner == DOMAIN_OWNER_CHIP;
    *out = chip ? &domains->chip_registry : &domains->profile_registry;
    return (chip ? read_chip : read_profile)(domains);
}

int domain_context_entry(const struct domain_context *context, struct domain_registry **registry,
                         struct domain_entry **entry)
{
    const int result = domain_context_registry(context->domains, context->owner, registry);
    if (result != 0)
        return result;
    *entry = domain_list_find(*registry, &context->aid);
    return *entry != NULL ? 0 : SW_CONDITIONS_NOT_SATISFIED;
}

int domain_context_managed(const struct domain_context *context, struct domain_registry **out)
{
    const bool of_chip = context->owner == DOMAIN_OWNER_CHIP && context->domains->profile != 0;
    return domain_context_registry(context->domains,
                                   of_chip ? context->domains->profile : context->owner, out);
}

void domain_context_init(struct domain_context *context, struct domains *domains)
{
    *context = (struct domain_context){.domains = domains};
}

void domain_context_end_session(struct domain_context *context)
{
    if (context->session != NULL)
        wipe(context->session, sizeof(*context->session));
    free(context->session);
    context->session = NULL;
    wipe(&context->dek, sizeof(context->dek));
    context->authenticated = false;
    context->key_version = 0;
    context->level = 0;
}

void domain_context_end(struct domain_context *context)
{
    struct domains *domains = context->domains;
    domain_context_end_session(context);
    domain_context_end_work(context);
    wipe(context, sizeof(*context));
    domain_context_init(context, domains);
}

void domain_context_end_work(struct domain_context *context)
{
    domain_context_drop(&context->load);
    domain_context_drop(&context->data);
    context->cursor = (struct domain_cursor){0};
    context->personalized = (struct domain_aid){0};
    context->loading = (struct domain_entry){0};
}

void domain_context_move_work(struct domain_context *from, struct domain_context *to)
{
    domain_context_end_work(to);
    to->cursor = from->cursor;
    to->personalized = from->personalized;
    to->loading = from->loading;
    to->load = from->load;
    to->data = from->data;
    from->cursor = (struct domain_cursor){0};
    from->personalized = (struct domain_aid){0};
    from->loading = (struct domain_entry){0};
    from->load = from->data = (struct domain_blocks){0};
}

int domain_context_append(struct domain_blocks *blocks, struct bytes block)
{
    if (block.len > BLOCKS_MAX - blocks->len)
        return SW_NOT_ENOUGH_MEMORY;
    size_t capacity = blocks->capacity > 0 ? blocks->capacity : FIRST_CAPACITY;
    while (capacity < blocks->len + block.len)
        capacity *= 2;
    if (capacity != blocks->capacity) {
        uint8_t *data = malloc(capacity);
        if (data == NULL)
            return FAILURE_INTERNAL;
        if (blocks->len > 0) {
            memcpy(data, blocks->data, blocks->len);
            wipe(blocks->data, blocks->len);
        }
        free(blocks->data);
        blocks->data = data;
        blocks->capacity = capacity;
    }
    if (block.len > 0)
        memcpy(blocks->data + blocks->len, block.data, block.len);
    blocks->len += block.len;
    blocks->next++;
    return 0;
}

void domain_context_drop(struct domain_blocks *blocks)
{
    if (blocks->data != NULL)
        wipe(blocks->data, blocks->capacity);
    free(blocks->data);
    *blocks = (struct domain_blocks){0};
}
