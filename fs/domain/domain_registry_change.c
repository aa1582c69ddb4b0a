/* Changes of a registry, in memory and in the store. */
#include "fs/domain/domain_registry.h"

#include "fs/domain/domain_node.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/secret.h"

static int store(const struct domain_registry *registry, enum store_domain_kind kind,
                 struct bytes name, struct bytes value)
{
    const struct store_domain record = {kind, name, value};
    return store_domain_put(registry->store, registry->owner, &record);
}

/* A node's record stands behind the node. */
static struct bytes record_of(const void *node, size_t node_size, size_t len)
{
    return bytes_of((const uint8_t *)node + node_size, len);
}

static int store_entry(const struct domain_registry *registry, const struct domain_entry *entry)
{
    return store(registry, STORE_DOMAIN_ENTRY, domain_aid_bytes(&entry->aid),
                 record_of(entry, sizeof(*entry), entry->record_len));
}

static int store_key(const struct domain_registry *registry, const struct domain_key *key)
{
    uint8_t room[DOMAIN_RECORD_NAME_MAX];
    struct writer name = writer_on(room, sizeof(room));
    domain_record_name_key(key, &name);
    return store(registry, STORE_DOMAIN_KEY, writer_bytes(&name),
                 record_of(key, sizeof(*key), key->record_len));
}

static int store_counter(const struct domain_registry *registry,
                         const struct domain_counter *counter)
{
    uint8_t room[DOMAIN_RECORD_NAME_MAX], value_room[DOMAIN_RECORD_FIXED_MAX];
    struct writer name = writer_on(room, sizeof(room));
    struct writer value = writer_on(value_room, sizeof(value_room));
    domain_record_name_counter(counter, &name);
    domain_record_put_counter(counter, &value);
    return store(registry, STORE_DOMAIN_COUNTER, writer_bytes(&name), writer_bytes(&value));
}

static int store_object(const struct domain_registry *registry, const struct domain_object *object)
{
    uint8_t room[DOMAIN_RECORD_NAME_MAX];
    struct writer name = writer_on(room, sizeof(room));
    domain_record_name_object(object, &name);
    return store(registry, STORE_DOMAIN_OBJECT, writer_bytes(&name), object->value);
}

/* The first change of what a package made writes it all. */
static int begin(struct domain_registry *registry)
{
    int result = 0;
    if (registry->stored)
        return 0;
    registry->stored = true;
    for (const struct domain_entry *at = registry->entries; at != NULL && result == 0;
         at = at->next)
        result = store_entry(registry, at);
    for (const struct domain_key *at = registry->keys; at != NULL && result == 0; at = at->next)
        result = store_key(registry, at);
    for (const struct domain_counter *at = registry->counters; at != NULL && result == 0;
         at = at->next)
        result = store_counter(registry, at);
    for (const struct domain_object *at = registry->objects; at != NULL && result == 0;
         at = at->next)
        result = store_object(registry, at);
    return result;
}

int domain_registry_put(struct domain_registry *registry, const struct domain_entry *entry)
{
    int result = begin(registry);
    if (result == 0)
        result = domain_node_add_entry(registry, entry);
    return result == 0 ? store_entry(registry, domain_list_find(registry, &entry->aid)) : result;
}

static int forget_counter(struct domain_registry *registry, const struct domain_aid *domain,
                          uint8_t version)
{
    struct domain_counter *counter = domain_list_find_counter(registry, domain, version);
    uint8_t room[DOMAIN_RECORD_NAME_MAX];
    struct writer name = writer_on(room, sizeof(room));
    if (counter == NULL)
        return 0;
    domain_record_name_counter(counter, &name);
    domain_node_drop_counter(registry, counter);
    return store_domain_forget(registry->store, registry->owner, STORE_DOMAIN_COUNTER,
                               writer_bytes(&name));
}

int domain_registry_put_key(struct domain_registry *registry, const struct domain_key *key)
{
    const struct domain_aid domain = key->domain;
    const uint8_t version = key->version, identifier = key->identifier;
    const bool replaces = domain_list_key(registry, &domain, version, identifier) != NULL;
    int result = begin(registry);
    if (result == 0)
        result = domain_node_add_key(registry, key);
    if (result == 0)
        result = store_key(registry, domain_list_key(registry, &domain, version, identifier));
    return result == 0 && replaces ? forget_counter(registry, &domain, version) : result;
}

int domain_registry_put_counter(struct domain_registry *registry,
                                const struct domain_counter *counter)
{
    int result = begin(registry);
    if (result == 0)
        result = domain_node_add_counter(registry, counter);
    return result == 0 ? store_counter(registry, counter) : result;
}

int domain_registry_put_object(struct domain_registry *registry, const struct domain_object *object)
{
    int result = begin(registry);
    const struct domain_aid domain = object->domain;
    const uint16_t tag = object->tag;
    if (result == 0)
        result = domain_node_add_object(registry, object);
    return result == 0 ? store_object(registry, domain_list_object(registry, &domain, tag))
                       : result;
}

int domain_registry_put_code(struct domain_registry *registry, const struct domain_aid *aid,
                             struct bytes code)
{
    const int result = begin(registry);
    return result == 0 ? store(registry, STORE_DOMAIN_CODE, domain_aid_bytes(aid), code) : result;
}

static bool set_is_empty(const struct domain_registry *registry, const struct domain_aid *domain,
                         uint8_t version)
{
    for (const struct domain_key *at = registry->keys; at != NULL; at = at->next)
        if (at->version == version && domain_aid_equal(&at->domain, domain))
            return false;
    return true;
}

int domain_registry_remove_key(struct domain_registry *registry, struct domain_key *key)
{
    const struct domain_aid domain = key->domain;
    const uint8_t version = key->version;
    uint8_t room[DOMAIN_RECORD_NAME_MAX];
    struct writer name = writer_on(room, sizeof(room));
    int result = begin(registry);
    if (result != 0)
        return result;
    domain_record_name_key(key, &name);
    domain_node_drop_key(registry, key);
    result = store_domain_forget(registry->store, registry->owner, STORE_DOMAIN_KEY,
                                 writer_bytes(&name));
    return result == 0 && set_is_empty(registry, &domain, version)
               ? forget_counter(registry, &domain, version)
               : result;
}

int domain_registry_remove_object(struct domain_registry *registry, struct domain_object *object)
{
    uint8_t room[DOMAIN_RECORD_NAME_MAX];
    struct writer name = writer_on(room, sizeof(room));
    const int result = begin(registry);
    if (result != 0)
        return result;
    domain_record_name_object(object, &name);
    domain_node_drop_object(registry, object);
    return store_domain_forget(registry->store, registry->owner, STORE_DOMAIN_OBJECT,
                               writer_bytes(&name));
}

static int remove_own(struct domain_registry *registry, const struct domain_aid *aid)
{
    int result = 0;
    for (struct domain_key *at = registry->keys, *next; at != NULL && result == 0; at = next) {
        next = at->next;
        if (domain_aid_equal(&at->domain, aid))
            result = domain_registry_remove_key(registry, at);
    }
    for (struct domain_object *at = registry->objects, *next; at != NULL && result == 0;
         at = next) {
        next = at->next;
        if (domain_aid_equal(&at->domain, aid))
            result = domain_registry_remove_object(registry, at);
    }
    return result;
}

int domain_registry_remove(struct domain_registry *registry, struct domain_entry *entry)
{
    const struct domain_aid aid = entry->aid;
    int result = begin(registry);
    if (result == 0)
        result = remove_own(registry, &aid);
    if (result != 0)
        return result;
    domain_node_drop_entry(registry, entry);
    result = store_domain_forget(registry->store, registry->owner, STORE_DOMAIN_CODE,
                                 domain_aid_bytes(&aid));
    return result == 0 ? store_domain_forget(registry->store, registry->owner, STORE_DOMAIN_ENTRY,
                                             domain_aid_bytes(&aid))
                       : result;
}
