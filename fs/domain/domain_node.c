#include "fs/domain/domain_node.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/secret.h"

static int no_memory(void)
{
    trace_error("out of memory for a registry of applications");
    return FAILURE_INTERNAL;
}

static int damaged(const char *what)
{
    trace_error("the store holds %s of a registry that cannot be read", what);
    return FAILURE_INTERNAL;
}

static void free_wiped(void *node, size_t size)
{
    wipe(node, size);
    free(node);
}

/* Every node but a counter's has a copy of its record after it, which its slices borrow. */
static void *node_with(size_t node_size, struct bytes value, struct bytes *copy)
{
    uint8_t *node = calloc(1, node_size + value.len);
    if (node == NULL)
        return NULL;
    if (value.len > 0)
        memcpy(node + node_size, value.data, value.len);
    *copy = bytes_of(node + node_size, value.len);
    return node;
}

static void keep_serial(struct domain_registry *registry, uint32_t serial)
{
    if (serial > registry->serial)
        registry->serial = serial;
}

static void insert_entry(struct domain_registry *registry, struct domain_entry *node)
{
    struct domain_entry **place = &registry->entries;
    while (*place != NULL && (*place)->serial <= node->serial)
        place = &(*place)->next;
    node->next = *place;
    *place = node;
}

int domain_node_entry(struct domain_registry *registry, struct bytes name, struct bytes value,
                      struct domain_entry **out)
{
    struct bytes copy;
    struct domain_entry *node = node_with(sizeof(*node), value, &copy);
    if (node == NULL)
        return no_memory();
    if (!domain_record_read_entry(name, copy, node)) {
        free(node);
        return damaged("an entry");
    }
    node->record_len = copy.len;
    struct domain_entry *old = domain_list_find(registry, &node->aid);
    if (old != NULL)
        domain_node_drop_entry(registry, old);
    keep_serial(registry, node->serial);
    insert_entry(registry, node);
    if (out != NULL)
        *out = node;
    return 0;
}

/* The newest key set first, the highest identifier first in each. */
static bool comes_before(const struct domain_key *one, const struct domain_key *other)
{
    return one->serial != other->serial ? one->serial > other->serial
                                        : one->identifier > other->identifier;
}

int domain_node_key(struct domain_registry *registry, struct bytes name, struct bytes value,
                    struct domain_key **out)
{
    struct bytes copy;
    struct domain_key *node = node_with(sizeof(*node), value, &copy);
    if (node == NULL)
        return no_memory();
    if (!domain_record_read_key(name, copy, node)) {
        free_wiped(node, sizeof(*node) + copy.len);
        return damaged("a key");
    }
    node->record_len = copy.len;
    struct domain_key *old =
        domain_list_key(registry, &node->domain, node->version, node->identifier);
    if (old != NULL)
        domain_node_drop_key(registry, old);
    keep_serial(registry, node->serial);
    struct domain_key **place = &registry->keys;
    while (*place != NULL && comes_before(*place, node))
        place = &(*place)->next;
    node->next = *place;
    *place = node;
    if (out != NULL)
        *out = node;
    return 0;
}

int domain_node_counter(struct domain_registry *registry, struct bytes name, struct bytes value)
{
    struct domain_counter read;
    if (!domain_record_read_counter(name, value, &read))
        return damaged("a counter");
    return domain_node_add_counter(registry, &read);
}

int domain_node_object(struct domain_registry *registry, struct bytes name, struct bytes value)
{
    struct bytes copy;
    struct domain_object *node = node_with(sizeof(*node), value, &copy);
    if (node == NULL)
        return no_memory();
    if (!domain_record_read_object(name, copy, node)) {
        free(node);
        return damaged("a data object");
    }
    struct domain_object *old = domain_list_object(registry, &node->domain, node->tag);
    if (old != NULL)
        domain_node_drop_object(registry, old);
    node->next = registry->objects;
    registry->objects = node;
    return 0;
}

void domain_node_drop_entry(struct domain_registry *registry, struct domain_entry *entry)
{
    struct domain_entry **place = &registry->entries;
    while (*place != entry)
        place = &(*place)->next;
    *place = entry->next;
    free_wiped(entry, sizeof(*entry) + entry->record_len);
}

void domain_node_drop_key(struct domain_registry *registry, struct domain_key *key)
{
    struct domain_key **place = &registry->keys;
    while (*place != key)
        place = &(*place)->next;
    *place = key->next;
    free_wiped(key, sizeof(*key) + key->record_len);
}

void domain_node_drop_counter(struct domain_registry *registry, struct domain_counter *counter)
{
    struct domain_counter **place = &registry->counters;
    while (*place != counter)
        place = &(*place)->next;
    *place = counter->next;
    free(counter);
}

void domain_node_drop_object(struct domain_registry *registry, struct domain_object *object)
{
    struct domain_object **place = &registry->objects;
    while (*place != object)
        place = &(*place)->next;
    *place = object->next;
    free_wiped(object, sizeof(*object) + object->value.len);
}

int domain_node_add_counter(struct domain_registry *registry, const struct domain_counter *counter)
{
    struct domain_counter *node =
        domain_list_find_counter(registry, &counter->domain, counter->version);
    struct domain_counter *next = node != NULL ? node->next : registry->counters;
    if (node == NULL) {
        node = calloc(1, sizeof(*node));
        if (node == NULL)
            return no_memory();
        registry->counters = node;
    }
    *node = *counter;
    node->next = next;
    return 0;
}

/* A record is made in memory of the longest form that it can have. */
static uint8_t *room_for(size_t slices, struct writer *out)
{
    const size_t size = DOMAIN_RECORD_FIXED_MAX + slices;
    uint8_t *room = malloc(size);
    if (room != NULL)
        *out = writer_on(room, size);
    return room;
}

int domain_node_add_entry(struct domain_registry *registry, const struct domain_entry *entry)
{
    const size_t slices =
        entry->tars.len + entry->parameters.len + entry->system.len + entry->modules.len;
    struct writer value;
    uint8_t *room = room_for(slices, &value);
    struct domain_entry numbered = *entry;
    if (room == NULL)
        return no_memory();
    if (numbered.serial == 0)
        numbered.serial = registry->serial + 1;
    domain_record_put_entry(&numbered, &value);
    const int result =
        domain_node_entry(registry, domain_aid_bytes(&entry->aid), writer_bytes(&value), NULL);
    free(room);
    return result;
}

/* Keys of one version are one set, and came when its first one did. */
static uint32_t serial_of_set(const struct domain_registry *registry, const struct domain_key *key)
{
    for (const struct domain_key *at = registry->keys; at != NULL; at = at->next)
        if (at->version == key->version && domain_aid_equal(&at->domain, &key->domain))
            return at->serial;
    return registry->serial + 1;
}

int domain_node_add_key(struct domain_registry *registry, const struct domain_key *key)
{
    uint8_t name_room[DOMAIN_RECORD_NAME_MAX];
    struct writer name = writer_on(name_room, sizeof(name_room)), value;
    uint8_t *room = room_for(key->components.len, &value);
    struct domain_key numbered = *key;
    if (room == NULL)
        return no_memory();
    if (numbered.serial == 0)
        numbered.serial = serial_of_set(registry, key);
    domain_record_name_key(key, &name);
    domain_record_put_key(&numbered, &value);
    const int result = domain_node_key(registry, writer_bytes(&name), writer_bytes(&value), NULL);
    free_wiped(room, value.capacity);
    return result;
}

int domain_node_add_object(struct domain_registry *registry, const struct domain_object *object)
{
    uint8_t name_room[DOMAIN_RECORD_NAME_MAX];
    struct writer name = writer_on(name_room, sizeof(name_room));
    domain_record_name_object(object, &name);
    return domain_node_object(registry, writer_bytes(&name), object->value);
}
