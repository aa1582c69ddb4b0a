/* DELETE (GlobalPlatform §11.2): applications, domains, load files; keys are domain_keys.c's. */
#include "fs/domain/domain_commands.h"

#include "apdu/status.h"
#include "apdu/tlv.h"

#define P2_RELATED 0x80 /* of a load file, what was installed from it as well */
#define TAG_AID 0x4F
#define TAG_KEY_IDENTIFIER 0xD0
#define TAG_KEY_VERSION 0xD2

static bool comes_from(const struct domain_entry *entry, const struct domain_entry *file)
{
    return entry->kind != DOMAIN_LOAD_FILE && domain_aid_equal(&entry->package, &file->aid);
}

static struct domain_entry *find_instance(const struct domain_registry *registry,
                                          const struct domain_entry *file)
{
    for (struct domain_entry *at = registry->entries; at != NULL; at = at->next)
        if (comes_from(at, file))
            return at;
    return NULL;
}

/* A domain with something associated stays (§11.2.2.3). */
static bool has_associated(const struct domain_registry *registry,
                           const struct domain_entry *domain)
{
    for (const struct domain_entry *at = registry->entries; at != NULL; at = at->next)
        if (at != domain && domain_aid_equal(&at->domain, &domain->aid))
            return true;
    return false;
}

static bool may_delete(const struct domain_entry *domain, const struct domain_entry *entry)
{
    return domain_may(domain, DOMAIN_PRIVILEGE_GLOBAL_DELETE) ||
           (domain_is_of(entry, domain) && domain_may(domain, DOMAIN_PRIVILEGE_AUTHORIZED));
}

static int delete_file(struct domain_registry *registry, struct domain_entry *file, bool related)
{
    const struct domain_aid aid = file->aid;
    struct domain_entry *instance;
    int result = 0;
    if (find_instance(registry, file) != NULL && !related)
        return SW_CONDITIONS_NOT_SATISFIED;
    for (instance = find_instance(registry, file); instance != NULL; instance = instance->next)
        if (comes_from(instance, file) && has_associated(registry, instance))
            return SW_CONDITIONS_NOT_SATISFIED;
    while (result == 0 && (instance = find_instance(registry, file)) != NULL)
        result = domain_registry_remove(registry, instance);
    return result == 0 ? domain_registry_remove(registry, domain_list_find(registry, &aid))
                       : result;
}

static int delete_entry(struct domain_context *context, struct bytes value, bool related)
{
    struct domain_registry *own, *registry;
    struct domain_entry *domain, *entry;
    struct domain_aid aid;
    int result = domain_context_entry(context, &own, &domain);
    if (result == 0)
        result = domain_context_managed(context, &registry);
    if (result != 0)
        return result;
    if (value.len == 0 || !domain_aid_set(&aid, value))
        return SW_WRONG_DATA;
    entry = domain_list_find(registry, &aid);
    if (entry == NULL)
        return SW_FILE_NOT_FOUND;
    if (domain_aid_equal(&aid, &context->aid) || entry == domain_list_root(registry) ||
        !may_delete(domain, entry) || has_associated(registry, entry))
        return SW_CONDITIONS_NOT_SATISFIED;
    return entry->kind == DOMAIN_LOAD_FILE ? delete_file(registry, entry, related)
                                           : domain_registry_remove(registry, entry);
}

/* Of a key the identifier, the version or both, each of one byte. */
static int delete_keys(struct domain_context *context, struct bytes data)
{
    struct tlv identifier, version;
    if (!tlv_take_optional(&data, TAG_KEY_IDENTIFIER, &identifier) ||
        !tlv_take_optional(&data, TAG_KEY_VERSION, &version) || data.len > 0)
        return SW_WRONG_DATA;
    if ((identifier.tag != 0 && (identifier.value.len != 1 || identifier.value.data[0] == 0)) ||
        (version.tag != 0 && (version.value.len != 1 || version.value.data[0] == 0)))
        return SW_WRONG_DATA;
    return domain_delete_keys(context, identifier.tag != 0 ? identifier.value.data[0] : 0,
                              version.tag != 0 ? version.value.data[0] : 0);
}

int domain_delete(struct domain_context *context, const struct apdu *apdu, struct writer *response)
{
    struct bytes data = apdu->data;
    struct tlv aid;
    int result;
    if (apdu->p1 != 0 || (apdu->p2 & ~P2_RELATED) != 0)
        return SW_WRONG_P1_P2;
    if (data.len == 0)
        return SW_WRONG_DATA;
    if (tlv_take_tag(&data, TAG_AID, &aid))
        result = delete_entry(context, aid.value, (apdu->p2 & P2_RELATED) != 0);
    else
        result = delete_keys(context, data);
    if (result == 0)
        writer_put_u8(response, 0); /* no receipt */
    return result;
}
