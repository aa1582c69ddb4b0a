#include "fs/text/inventory.h"

#include <stdio.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/json_writer.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "fs/domain/access_rules.h"
#include "fs/domain/domain_registry.h"

/* In StoreMetadataRequest (SGP.22 §5.5.3). */
enum metadata_tag { METADATA = 0xBF25, PROVIDER = 0x91, NAME = 0x92, CLASS = 0x95 };

/* A part of an element: its value and what it is. */
struct part {
    const struct pe_schema_type *type;
    struct bytes value;
};

void inventory_iccid_text(const uint8_t iccid[PROFILE_ICCID_SIZE],
                          char text[INVENTORY_ICCID_TEXT_SIZE])
{
    const uint8_t filling = 0x0F;
    size_t len = 0;
    for (size_t i = 0; i < 2 * PROFILE_ICCID_SIZE; i++) {
        const uint8_t digit = (iccid[i / 2] >> (i % 2 == 0 ? 0 : 4)) & 0x0F;
        if (digit != filling)
            text[len++] = "0123456789ABCDEF"[digit];
    }
    text[len] = '\0';
}

/* The field of a SEQUENCE; false if it is not there. */
static bool take_part(const struct part *from, const char *name, struct part *out)
{
    struct tlv fields[PE_SCHEMA_FIELDS_MAX];
    pe_schema_split(from->type, from->value, fields);
    for (size_t i = 0; i < from->type->count; i++)
        if (strcmp(from->type->fields[i].name, name) == 0 && fields[i].tag != 0) {
            *out = (struct part){from->type->fields[i].type, fields[i].value};
            return true;
        }
    return false;
}

static void put_part(struct writer *out, const char *name, const struct part *from,
                     const char *field)
{
    struct part part;
    if (take_part(from, field, &part))
        inventory_put_value(out, name, part.type, part.value);
}

static void open_kind(struct writer *out, const char *kind)
{
    json_writer_open_object(out, NULL);
    json_writer_word(out, "kind", kind);
}

/* What the list says of an element, one function a kind. */
typedef void lister(struct writer *out, const struct part *element);

static void put_byte(struct writer *out, const char *name, uint8_t byte)
{
    json_writer_hex(out, name, bytes_of(&byte, 1));
}

static void put_privileges(struct writer *out, uint32_t privileges)
{
    const uint8_t bytes[] = {(uint8_t)(privileges >> 16), (uint8_t)(privileges >> 8),
                             (uint8_t)privileges};
    json_writer_hex(out, "privileges", bytes_of(bytes, sizeof(bytes)));
}

/* Where it is reached over the air. */
static void put_tars(struct writer *out, const struct domain_entry *entry)
{
    struct bytes left = entry->tars, tar;
    if (left.len == 0)
        return;
    json_writer_open_list(out, "tar");
    while (bytes_take(&left, DOMAIN_TAR_SIZE, &tar))
        json_writer_hex(out, NULL, tar);
    json_writer_close_list(out);
}

static bool is_its(const struct domain_key *key, const struct domain_entry *entry)
{
    return domain_aid_equal(&key->domain, &entry->aid);
}

static int64_t count_keys(const struct domain_registry *registry, const struct domain_entry *entry)
{
    int64_t count = 0;
    for (const struct domain_key *at = registry->keys; at != NULL; at = at->next)
        count += is_its(at, entry);
    return count;
}

/* Of each key its version, identifier and type, as "01/02:88"; never its value. */
static void put_keys(struct writer *out, const struct domain_registry *registry,
                     const struct domain_entry *entry)
{
    char text[16];
    json_writer_open_list(out, "key list");
    for (const struct domain_key *at = registry->keys; at != NULL; at = at->next) {
        if (!is_its(at, entry))
            continue;
        snprintf(text, sizeof(text), "%02X/%02X:%02X", at->version, at->identifier,
                 domain_list_first_component(at).type);
        json_writer_word(out, NULL, text);
    }
    json_writer_close_list(out);
}

/* Of each key set that has been used the counters, as "01: cntr 0000000064, sequence 3". */
static void put_counters(struct writer *out, const struct domain_registry *registry,
                         const struct domain_entry *entry)
{
    char text[64], cntr[HEX_SIZE(DOMAIN_CNTR_SIZE)];
    if (registry->counters == NULL)
        return;
    json_writer_open_list(out, "counters");
    for (const struct domain_counter *at = registry->counters; at != NULL; at = at->next) {
        if (!domain_aid_equal(&at->domain, &entry->aid))
            continue;
        hex_encode(bytes_of(at->cntr, sizeof(at->cntr)), cntr);
        snprintf(text, sizeof(text), "%02X: cntr %s, sequence %u", at->version, cntr,
                 (unsigned)at->sequence);
        json_writer_word(out, NULL, text);
    }
    json_writer_close_list(out);
}

/* What the list says of an entry of the registry, one function a kind. */
typedef void entry_lister(struct writer *out, const struct domain_registry *registry,
                          const struct domain_entry *entry);

static void list_security_domain(struct writer *out, const struct domain_registry *registry,
                                 const struct domain_entry *entry)
{
    open_kind(out, "security domain");
    json_writer_hex(out, "aid", domain_aid_bytes(&entry->aid));
    json_writer_number(out, "keys", count_keys(registry, entry));
    put_keys(out, registry, entry);
    put_counters(out, registry, entry);
    put_byte(out, "state", entry->state);
    put_privileges(out, entry->privileges);
    put_tars(out, entry);
    json_writer_close_object(out);
}

static void list_rfm(struct writer *out, const struct domain_registry *registry,
                     const struct domain_entry *entry)
{
    (void)registry;
    open_kind(out, "remote file management");
    json_writer_hex(out, "aid", domain_aid_bytes(&entry->aid));
    put_tars(out, entry);
    json_writer_close_object(out);
}

static void list_load_package(struct writer *out, const struct domain_registry *registry,
                              const struct domain_entry *entry)
{
    (void)registry;
    open_kind(out, "load package");
    json_writer_hex(out, "aid", domain_aid_bytes(&entry->aid));
    json_writer_number(out, "bytes", entry->size);
    json_writer_close_object(out);
}

static void list_application(struct writer *out, const struct domain_registry *registry,
                             const struct domain_entry *entry)
{
    (void)registry;
    open_kind(out, "application");
    json_writer_hex(out, "aid", domain_aid_bytes(&entry->aid));
    json_writer_hex(out, "package", domain_aid_bytes(&entry->package));
    put_byte(out, "state", entry->state);
    json_writer_close_object(out);
}

static entry_lister *const entry_listers[] = {
    [DOMAIN_LOAD_FILE] = list_load_package,
    [DOMAIN_SECURITY_DOMAIN] = list_security_domain,
    [DOMAIN_APPLICATION] = list_application,
    [DOMAIN_FILE_MANAGEMENT] = list_rfm,
};

/* Access rules as ARA-M tells them, one a line. */
static void put_rules(const struct domain_registry *registry, struct writer *out)
{
    const struct domain_object *object =
        domain_list_object(registry, &access_rules_aid, ACCESS_RULES_TAG);
    struct bytes left = object != NULL ? object->value : (struct bytes){0};
    struct tlv rule;
    if (left.len == 0)
        return;
    open_kind(out, "access rules");
    json_writer_hex(out, "aid", domain_aid_bytes(&access_rules_aid));
    json_writer_open_list(out, "rules");
    while (tlv_take(&left, &rule))
        json_writer_hex(out, NULL, rule.whole);
    json_writer_close_list(out);
    json_writer_close_object(out);
}

static void put_registry(const struct domain_registry *registry, struct writer *out)
{
    const size_t kinds = sizeof(entry_listers) / sizeof(entry_listers[0]);
    for (const struct domain_entry *at = registry->entries; at != NULL; at = at->next)
        if (at->kind < kinds && entry_listers[at->kind] != NULL)
            entry_listers[at->kind](out, registry, at);
    put_rules(registry, out);
}

static void list_non_standard(struct writer *out, const struct part *element)
{
    struct part content = {0};
    (void)take_part(element, "content", &content);
    open_kind(out, "non-standard");
    put_part(out, "issuer", element, "issuerID");
    json_writer_number(out, "bytes", (int64_t)content.value.len);
    json_writer_close_object(out);
}

static void list_cdma(struct writer *out, const struct part *element)
{
    (void)element;
    open_kind(out, "CDMA parameters");
    json_writer_close_object(out);
}

static const struct {
    const char *element;
    lister *list;
} listers[] = {
    {"nonStandard", list_non_standard},
    {"cdmaParameter", list_cdma},
};

/* The element's name and parts; false if the store holds something else. */
static const char *read_element(const struct element *element, struct part *out)
{
    const struct pe_schema_field *field =
        pe_schema_find(&pe_schema_profile_element, 0, element->tag);
    struct pe_schema_fault fault;
    struct tlv tlv;
    if (field == NULL || !tlv_whole(element->whole, element->tag, &tlv))
        return NULL;
    if (!pe_schema_check(field->type, tlv.value, &fault) && fault.kind != PE_SCHEMA_UNKNOWN)
        return NULL;
    *out = (struct part){field->type, tlv.value};
    return field->name;
}

static void put_stored(const struct domain_registry *registry, const struct profile *profile,
                       struct writer *out)
{
    struct part part;
    json_writer_open_list(out, "stored");
    put_registry(registry, out);
    for (const struct element *at = profile->elements; at != NULL; at = at->next) {
        const char *name = read_element(at, &part);
        for (size_t i = 0; name != NULL && i < sizeof(listers) / sizeof(listers[0]); i++)
            if (strcmp(listers[i].element, name) == 0)
                listers[i].list(out, &part);
    }
    json_writer_close_list(out);
}

static void put_elements(const struct profile *profile, struct writer *out)
{
    struct part part;
    json_writer_open_list(out, "elements");
    for (const struct element *at = profile->elements; at != NULL; at = at->next) {
        const char *name = read_element(at, &part);
        if (name == NULL)
            continue;
        json_writer_open_object(out, NULL);
        inventory_put_value(out, name, part.type, part.value);
        json_writer_close_object(out);
    }
    json_writer_close_list(out);
}

static void put_metadata(struct bytes metadata, struct writer *out)
{
    static const char *const classes[] = {"test", "provisioning", "operational"};
    const uint32_t last = sizeof(classes) / sizeof(classes[0]) - 1;
    uint32_t class = last;
    struct tlv all = {0}, field;
    (void)tlv_whole(metadata, METADATA, &all);
    if (tlv_find(all.value, CLASS, &field))
        (void)der_to_unsigned(field.value, last, &class);
    json_writer_word(out, "class", classes[class]);
    if (tlv_find(all.value, PROVIDER, &field))
        json_writer_text(out, "provider", field.value);
    if (tlv_find(all.value, NAME, &field))
        json_writer_text(out, "name", field.value);
}

static int count_file(void *context, struct file *file)
{
    (void)file;
    ++*(int64_t *)context;
    return 0;
}

static void put_row(const struct store_profile *row, const struct domain_registry *registry,
                    struct profile *profile, struct writer *out)
{
    char iccid[INVENTORY_ICCID_TEXT_SIZE];
    int64_t files = 0;
    inventory_iccid_text(row->iccid, iccid);
    json_writer_word(out, "iccid", iccid);
    json_writer_hex(out, "aid", bytes_of(row->aid, row->aid_len));
    json_writer_word(out, "state", row->state != 0 ? "enabled" : "disabled");
    put_metadata(row->metadata, out);
    if (row->nickname.len > 0)
        json_writer_text(out, "nickname", row->nickname);
    json_writer_number(out, "size", row->size);
    profile_each_file(profile, count_file, &files);
    json_writer_number(out, "files", files);
    put_stored(registry, profile, out);
}

struct inventory {
    struct store *store;
    struct writer *out;
    struct bytes iccid; /* the one that is asked for */
    bool found;
};

static int put_profile(const struct inventory *inventory, const struct store_profile *row)
{
    struct domain_registry registry;
    struct profile *profile;
    int result = domain_registry_load(inventory->store, row->id, &registry);
    if (result != 0)
        return result;
    result = store_profile_load(inventory->store, row->id, &profile);
    if (result != 0) {
        domain_registry_finish(&registry);
        return result;
    }
    json_writer_open_object(inventory->out, NULL);
    put_row(row, &registry, profile, inventory->out);
    if (inventory->iccid.len > 0)
        put_elements(profile, inventory->out);
    json_writer_close_object(inventory->out);
    profile_destroy(profile);
    domain_registry_finish(&registry);
    return 0;
}

static int list_profile(void *context, const struct store_profile *row)
{
    return put_profile(context, row);
}

static int show_profile(void *context, const struct store_profile *row)
{
    struct inventory *inventory = context;
    char iccid[INVENTORY_ICCID_TEXT_SIZE];
    inventory_iccid_text(row->iccid, iccid);
    if (!bytes_equal(inventory->iccid, bytes_of_text(iccid)))
        return 0;
    inventory->found = true;
    return put_profile(inventory, row);
}

static int finish(const struct writer *out)
{
    if (!out->overflow)
        return 0;
    trace_error("what is on the chip takes more than %zu bytes to tell", out->capacity);
    return FAILURE_INTERNAL;
}

/* What is the chip's own, once something of it has been used or changed. */
static int put_chip(struct store *store, struct writer *out)
{
    struct domain_registry registry;
    const int result = domain_registry_load(store, DOMAIN_OWNER_CHIP, &registry);
    if (result == 0 && registry.stored) {
        json_writer_open_list(out, "chip");
        put_registry(&registry, out);
        json_writer_close_list(out);
    }
    domain_registry_finish(&registry);
    return result;
}

int inventory_list(struct store *store, struct writer *out)
{
    struct inventory inventory = {.store = store, .out = out};
    json_writer_open_object(out, NULL);
    json_writer_open_list(out, "profiles");
    int result = store_each_profile(store, list_profile, &inventory);
    json_writer_close_list(out);
    if (result == 0)
        result = put_chip(store, out);
    json_writer_close_object(out);
    return result != 0 ? result : finish(out);
}

int inventory_show(struct store *store, struct bytes iccid, struct writer *out)
{
    struct inventory inventory = {.store = store, .out = out, .iccid = iccid};
    const int result = iccid.len > 0 ? store_each_profile(store, show_profile, &inventory) : 0;
    if (result != 0)
        return result;
    return inventory.found ? finish(out) : SW_REFERENCE_NOT_FOUND;
}
