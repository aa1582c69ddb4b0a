/* PUT KEY, and DELETE of keys (GlobalPlatform §11.8, §11.2). */
#include "fs/domain/domain_commands.h"

#include "apdu/status.h"
#include "fs/domain/domain_lv.h"

#define P2_SEVERAL 0x80
#define VERSION_MAX 0x7F
#define CHECK_VALUE_SIZE 3
#define TYPE_PARAMETER 0xF0 /* a reference to a curve */
#define KEYS_MAX 16
#define NEW_KEYS_MAX 1024 /* bytes of all components of one command */

/* Keys of one command, checked before the first is kept. */
struct new_key {
    struct bytes components; /* for domain_list_put_component() */
    uint8_t type;            /* of the first */
    uint8_t check_value[CHECK_VALUE_SIZE];
    size_t check_len;
};
struct new_keys {
    uint8_t version;
    size_t count;
    struct new_key keys[KEYS_MAX];
    struct writer store; /* what they borrow */
    uint8_t room[NEW_KEYS_MAX];
};

static bool is_public(uint8_t type)
{
    static const uint8_t types[] = {0xA0, 0xA1, 0xA2, 0xB0, 0xB2,          0xB3,
                                    0xB4, 0xB5, 0xB6, 0xB7, TYPE_PARAMETER};
    return memchr(types, type, sizeof(types)) != NULL;
}

static bool is_component(uint8_t type)
{
    return (type >= 0xA0 && type <= 0xA8) || (type >= 0xB0 && type <= 0xB7) ||
           type == TYPE_PARAMETER;
}

/* Symmetric keys have the lengths of their algorithm, and versions are kept for protocols. */
static bool fits(uint8_t version, uint8_t type, size_t len)
{
    switch (type) {
    case DOMAIN_KEY_DES:
        return (len == 8 || len == 16 || len == 24) && !(version >= 0x30 && version <= 0x3F);
    case DOMAIN_KEY_AES:
        return len == 16 || len == 24 || len == 32; /* 20 to 2F as well: pySim's test does it */
    case DOMAIN_KEY_PSK:
        return len > 0 && version >= 0x40 && version <= 0x4F;
    case 0x90:
    case 0x91:
        return len > 0;
    default:
        return is_component(type) && len > 0;
    }
}

static size_t block_of(const struct domain_dek *dek)
{
    return dek->type == DOMAIN_KEY_DES ? DES_BLOCK : dek->type == DOMAIN_KEY_AES ? AES_BLOCK : 1;
}

int domain_decipher(const struct domain_context *context, struct bytes in, uint8_t *room)
{
    static const uint8_t zeros[AES_BLOCK];
    const struct domain_dek *dek = &context->dek;
    if (in.len % block_of(dek) != 0)
        return SW_WRONG_DATA;
    switch (dek->type) {
    case DOMAIN_KEY_DES:
        return des_ecb_decrypt(secret_bytes(&dek->key), in, room);
    case DOMAIN_KEY_AES:
        return aes_cbc_decrypt(secret_bytes(&dek->key), zeros, in, room);
    default:
        memcpy(room, in.data, in.len);
        return 0;
    }
}

/* Of a block that is not whole blocks of the cipher, the clear length comes first. Without a cipher
 * that can be told by the length that the first byte names alone. */
static bool has_clear_length(const struct domain_dek *dek, struct bytes block)
{
    return dek->type != 0 ? block.len % block_of(dek) != 0
                          : block.len > 1 && block.data[0] == block.len - 1;
}

/* One component in the clear, in *store. */
static int read_value(const struct domain_context *context, uint8_t type, struct bytes block,
                      struct writer *store, struct bytes *out)
{
    size_t clear = 0;
    const bool cut = !is_public(type) && has_clear_length(&context->dek, block);
    if (cut && !domain_lv_take_length(&block, &clear))
        return SW_WRONG_DATA;
    uint8_t *room = writer_reserve(store, block.len);
    if (room == NULL || block.len == 0)
        return SW_WRONG_DATA;
    *out = bytes_of(room, block.len);
    if (is_public(type)) {
        memcpy(room, block.data, block.len);
        return 0;
    }
    if (cut && clear > block.len)
        return SW_WRONG_DATA;
    if (cut)
        out->len = clear;
    return domain_decipher(context, block, room);
}

/* The first bytes of a block that the key enciphers: zeros for DES, ones for AES (§B.5, Amendment D
 * §6.2.3). Other keys have the one that came with them. */
static int make_check_value(uint8_t type, struct bytes key, struct bytes sent, struct new_key *out)
{
    static const uint8_t zeros[DES_BLOCK];
    uint8_t block[AES_BLOCK];
    int result = 0;
    memset(block, 0x01, sizeof(block));
    out->check_len = CHECK_VALUE_SIZE;
    if (type == DOMAIN_KEY_DES) {
        result = des_ecb_encrypt(key, bytes_of(zeros, sizeof(zeros)), block);
    } else if (type == DOMAIN_KEY_AES) {
        result = aes_ecb_encrypt(key, block, block);
    } else {
        out->check_len = sent.len == CHECK_VALUE_SIZE ? CHECK_VALUE_SIZE : 0;
        memcpy(out->check_value, sent.data, out->check_len);
        return 0;
    }
    memcpy(out->check_value, block, CHECK_VALUE_SIZE);
    if (result == 0 && sent.len > 0 &&
        !bytes_equal(sent, bytes_of(out->check_value, CHECK_VALUE_SIZE)))
        return SW_WRONG_CHECK_VALUE;
    return result;
}

static int read_component(const struct domain_context *context, struct new_keys *keys,
                          struct bytes *data, struct writer *components, struct bytes *value,
                          uint8_t *type)
{
    struct bytes block;
    size_t len;
    uint8_t room[UINT8_MAX];
    struct writer clear = writer_on(room, sizeof(room));
    if (!bytes_take_u8(data, type) || !domain_lv_take_length(data, &len) ||
        !bytes_take(data, len, &block))
        return SW_WRONG_DATA;
    int result = read_value(context, *type, block, &clear, value);
    if (result == 0 && !fits(keys->version, *type, value->len))
        result = SW_WRONG_DATA;
    if (result == 0) {
        const struct domain_key_component component = {*type, 8, *value};
        domain_list_put_component(components, &component);
        if (components->overflow)
            result = SW_WRONG_DATA;
        else
            *value = bytes_of(components->data + components->len - value->len, value->len);
    }
    wipe(room, sizeof(room));
    return result;
}

/* One key: its components, then its check value. */
static int read_key(const struct domain_context *context, struct new_keys *keys, struct bytes *data)
{
    struct new_key *key = &keys->keys[keys->count];
    const size_t start = keys->store.len;
    struct bytes value, check;
    uint8_t type, check_len;
    if (keys->count == KEYS_MAX)
        return SW_WRONG_DATA;
    int result = read_component(context, keys, data, &keys->store, &value, &key->type);
    while (result == 0 && is_component(key->type) && data->len > 0 && is_component(data->data[0])) {
        struct bytes more;
        result = read_component(context, keys, data, &keys->store, &more, &type);
    }
    if (result != 0)
        return result;
    if (!bytes_take_u8(data, &check_len) || !bytes_take(data, check_len, &check))
        return SW_WRONG_DATA;
    key->components = bytes_of(keys->store.data + start, keys->store.len - start);
    keys->count++;
    return make_check_value(key->type, value, check, key);
}

static int read_keys(const struct domain_context *context, struct bytes data, struct new_keys *keys)
{
    int result = 0;
    if (!bytes_take_u8(&data, &keys->version) || keys->version == 0 ||
        keys->version > VERSION_MAX || data.len == 0)
        return SW_WRONG_DATA;
    while (data.len > 0 && result == 0)
        result = read_key(context, keys, &data);
    return result;
}

/* Adding must find nothing there, replacing must find it. */
static int check_places(const struct domain_registry *registry, const struct domain_aid *domain,
                        const struct apdu *apdu, const struct new_keys *keys)
{
    const uint8_t first = apdu->p2 & (uint8_t)~P2_SEVERAL;
    if ((apdu->p2 & P2_SEVERAL) == 0 && keys->count != 1)
        return SW_WRONG_DATA;
    for (size_t i = 0; i < keys->count; i++) {
        const uint8_t identifier = (uint8_t)(first + i);
        const bool there = domain_list_key(registry, domain, keys->version, identifier) != NULL;
        if (apdu->p1 != 0 && domain_list_key(registry, domain, apdu->p1, identifier) == NULL)
            return SW_REFERENCE_NOT_FOUND;
        if (there && apdu->p1 != keys->version)
            return SW_WRONG_DATA;
    }
    return 0;
}

static void set_usage(uint8_t identifier, uint8_t type, uint8_t usage[2])
{
    static const uint8_t usages[] = {0x18, 0x14, 0x48};
    if (type == DOMAIN_KEY_PSK)
        usage[0] = 0x3C;
    else if (identifier >= 1 && identifier <= sizeof(usages))
        usage[0] = usages[identifier - 1];
}

static int keep_key(struct domain_registry *registry, const struct domain_aid *domain,
                    uint8_t old_version, uint8_t identifier, const struct new_keys *keys,
                    const struct new_key *new)
{
    struct domain_key key = {.domain = *domain,
                             .version = keys->version,
                             .identifier = identifier,
                             .components = new->components};
    struct domain_key *old = domain_list_key(registry, domain, old_version, identifier);
    set_usage(identifier, new->type, key.usage);
    if (old != NULL)
        key.access = old->access;
    int result = 0;
    if (old != NULL && old_version != keys->version)
        result = domain_registry_remove_key(registry, old);
    return result == 0 ? domain_registry_put_key(registry, &key) : result;
}

static int keep_keys(struct domain_registry *registry, const struct domain_aid *domain,
                     const struct apdu *apdu, const struct new_keys *keys, struct writer *response)
{
    const uint8_t first = apdu->p2 & (uint8_t)~P2_SEVERAL;
    int result = 0;
    for (size_t i = 0; i < keys->count && result == 0; i++)
        result = keep_key(registry, domain, apdu->p1, (uint8_t)(first + i), keys, &keys->keys[i]);
    writer_put_u8(response, keys->version);
    for (size_t i = 0; i < keys->count; i++)
        writer_put(response, bytes_of(keys->keys[i].check_value, keys->keys[i].check_len));
    return result;
}

int domain_put_key(struct domain_context *context, const struct apdu *apdu, struct writer *response)
{
    struct domain_registry *registry;
    struct domain_entry *entry;
    struct new_keys keys = {0};
    int result = domain_context_entry(context, &registry, &entry);
    if (result != 0)
        return result;
    if (apdu->p1 > VERSION_MAX || (apdu->p2 & ~P2_SEVERAL) == 0)
        return SW_WRONG_P1_P2;
    keys.store = writer_on(keys.room, sizeof(keys.room));
    result = read_keys(context, apdu->data, &keys);
    if (result == 0)
        result = check_places(registry, &context->aid, apdu, &keys);
    if (result == 0)
        result = keep_keys(registry, &context->aid, apdu, &keys, response);
    wipe(&keys, sizeof(keys));
    return result;
}

static bool is_meant(const struct domain_key *key, const struct domain_aid *domain,
                     uint8_t identifier, uint8_t version)
{
    return domain_aid_equal(&key->domain, domain) &&
           (identifier == 0 || key->identifier == identifier) &&
           (version == 0 || key->version == version);
}

/* The set by which the channel was opened stays: who deletes it would shut himself out. */
int domain_delete_keys(struct domain_context *context, uint8_t identifier, uint8_t version)
{
    struct domain_registry *registry;
    struct domain_entry *entry;
    bool found = false;
    int result = domain_context_entry(context, &registry, &entry);
    if (result != 0)
        return result;
    for (const struct domain_key *at = registry->keys; at != NULL; at = at->next) {
        if (!is_meant(at, &context->aid, identifier, version))
            continue;
        if (at->version == context->key_version)
            return SW_CONDITIONS_NOT_SATISFIED;
        found = true;
    }
    for (struct domain_key *at = registry->keys, *next; at != NULL && result == 0; at = next) {
        next = at->next;
        if (is_meant(at, &context->aid, identifier, version))
            result = domain_registry_remove_key(registry, at);
    }
    return result != 0 || found ? result : SW_REFERENCE_NOT_FOUND;
}
