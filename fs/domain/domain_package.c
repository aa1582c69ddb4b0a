/* A profile's registry as its package makes it: PE-SecurityDomain, PE-RFM, PE-Application
 * (TCA §8.6 to TCA §8.8). What a package says wrongly has been refused when it was installed;
 * what is still odd is left out here. */
#include "fs/domain/domain_dgi.h"
#include "fs/domain/domain_node.h"
#include "fs/domain/domain_toolkit.h"

#include "apdu/der.h"
#include "apdu/status.h"
#include "crypto/primitives/secret.h"
#include "fs/saip/pe_schema.h"

/* Fields in the order of the module (PE-SecurityDomain, ApplicationInstance, KeyObject, ...). */
enum { SD_INSTANCE = 1, SD_KEYS, SD_DATA };
enum {
    INSTANCE_PACKAGE,
    INSTANCE_MODULE,
    INSTANCE_AID,
    INSTANCE_DOMAIN,
    INSTANCE_PRIVILEGES,
    INSTANCE_STATE,
    INSTANCE_PARAMETERS,
    INSTANCE_SYSTEM,
    INSTANCE_UICC,
    INSTANCE_DATA,
};
enum { KEY_USAGE, KEY_ACCESS, KEY_IDENTIFIER, KEY_VERSION, KEY_COUNTER, KEY_COMPONENTS };
enum { COMPONENT_TYPE, COMPONENT_DATA, COMPONENT_MAC };
enum { RFM_AID = 1, RFM_DOMAIN, RFM_TARS, RFM_LEVEL };
enum { APPLICATION_LOAD_BLOCK = 1, APPLICATION_INSTANCES };
enum { LOAD_AID, LOAD_DOMAIN, LOAD_OBJECT = 6 };

#define TAG_TOOLKIT 0x80     /* in EA */
#define TAG_SIM_TOOLKIT 0xCA /* in EF */
#define TARS_OF_AID 12       /* without a list, bytes 13 to 15 of the AID are the TAR */
#define MAC_LENGTH_MAX 16
#define MAC_LENGTH_DEFAULT 8
#define COMPONENTS_MAX 1024 /* bytes of one key */

static void set_aid(struct domain_aid *out, const struct tlv *field)
{
    (void)domain_aid_set(out, field->value);
}

static uint32_t read_privileges(struct bytes value)
{
    uint32_t privileges = 0;
    for (size_t i = 0; i < 3; i++)
        privileges = privileges << 8 | (i < value.len ? value.data[i] : 0);
    return privileges;
}

/* Where it is reached and from which security level on. */
static void read_toolkit(const struct tlv *fields, struct domain_entry *out)
{
    struct domain_toolkit toolkit;
    struct tlv tlv;
    if ((tlv_find(fields[INSTANCE_UICC].value, TAG_TOOLKIT, &tlv) &&
         domain_toolkit_read(tlv.value, &toolkit)) ||
        (tlv_find(fields[INSTANCE_SYSTEM].value, TAG_SIM_TOOLKIT, &tlv) &&
         domain_toolkit_read_sim(tlv.value, &toolkit))) {
        out->tars = toolkit.tars;
        out->level = toolkit.level;
    }
}

static const struct domain_aid *root_aid(const struct domain_registry *registry,
                                         const struct domain_aid *otherwise)
{
    const struct domain_entry *root = domain_list_root(registry);
    return root != NULL ? &root->aid : otherwise;
}

static int add_instance(struct domain_registry *registry, enum domain_kind kind,
                        const struct tlv *fields)
{
    struct domain_entry entry = {.kind = (uint8_t)kind, .state = DOMAIN_SELECTABLE};
    set_aid(&entry.aid, &fields[INSTANCE_AID]);
    set_aid(&entry.package, &fields[INSTANCE_PACKAGE]);
    set_aid(&entry.module, &fields[INSTANCE_MODULE]);
    set_aid(&entry.domain, &fields[INSTANCE_DOMAIN]);
    if (entry.domain.len == 0)
        entry.domain = *root_aid(registry, &entry.aid);
    entry.privileges = read_privileges(fields[INSTANCE_PRIVILEGES].value);
    if (fields[INSTANCE_STATE].value.len == 1)
        entry.state = fields[INSTANCE_STATE].value.data[0];
    entry.parameters = fields[INSTANCE_PARAMETERS].value;
    entry.system = fields[fields[INSTANCE_UICC].tag != 0 ? INSTANCE_UICC : INSTANCE_SYSTEM].whole;
    read_toolkit(fields, &entry);
    return entry.aid.len > 0 ? domain_node_add_entry(registry, &entry) : 0;
}

static void put_components(const struct pe_schema_type *list, struct bytes components,
                           struct writer *out)
{
    struct tlv one, fields[PE_SCHEMA_FIELDS_MAX];
    while (tlv_take(&components, &one)) {
        uint32_t mac = MAC_LENGTH_DEFAULT;
        pe_schema_split(list->element, one.value, fields);
        if (fields[COMPONENT_MAC].tag != 0)
            (void)der_to_unsigned(fields[COMPONENT_MAC].value, MAC_LENGTH_MAX, &mac);
        const struct bytes type = fields[COMPONENT_TYPE].value;
        const struct domain_key_component component = {
            .type = type.len > 0 ? type.data[0] : 0,
            .mac_length = (uint8_t)mac,
            .value = fields[COMPONENT_DATA].value,
        };
        domain_list_put_component(out, &component);
    }
}

static int add_counter(struct domain_registry *registry, const struct domain_key *key,
                       struct bytes value)
{
    struct domain_counter counter = {.domain = key->domain, .version = key->version};
    if (value.len == 0 || value.len > DOMAIN_CNTR_SIZE)
        return 0;
    memcpy(counter.cntr + DOMAIN_CNTR_SIZE - value.len, value.data, value.len);
    if (value.len <= sizeof(uint32_t))
        (void)bytes_to_u32(value, &counter.sequence);
    return domain_node_add_counter(registry, &counter);
}

static int add_key(struct domain_registry *registry, const struct domain_aid *domain,
                   const struct pe_schema_type *type, struct bytes value)
{
    uint8_t room[COMPONENTS_MAX];
    struct writer components = writer_on(room, sizeof(room));
    struct tlv fields[PE_SCHEMA_FIELDS_MAX];
    pe_schema_split(type, value, fields);
    const struct bytes usage = fields[KEY_USAGE].value;
    const struct bytes access = fields[KEY_ACCESS].value;
    struct domain_key key = {
        .domain = *domain,
        .version = fields[KEY_VERSION].value.data[0],
        .identifier = fields[KEY_IDENTIFIER].value.data[0],
        .usage = {usage.data[0], usage.len > 1 ? usage.data[1] : 0},
        .access = access.len == 1 ? access.data[0] : 0,
    };
    put_components(type->fields[KEY_COMPONENTS].type, fields[KEY_COMPONENTS].value, &components);
    key.components = writer_bytes(&components);
    int result = domain_node_add_key(registry, &key);
    if (result == 0 && fields[KEY_COUNTER].tag != 0)
        result = add_counter(registry, &key, fields[KEY_COUNTER].value);
    wipe(room, sizeof(room));
    return result;
}

static int add_keys(struct domain_registry *registry, const struct domain_aid *domain,
                    const struct pe_schema_type *list, struct bytes keys)
{
    struct tlv key;
    int result = 0;
    while (result == 0 && tlv_take(&keys, &key))
        result = add_key(registry, domain, list->element, key.value);
    return result;
}

static int add_data(struct domain_registry *registry, const struct domain_aid *domain,
                    struct bytes list)
{
    struct tlv one;
    int result = 0;
    while (result >= 0 && tlv_take(&list, &one))
        result = domain_dgi_keep(registry, domain, one.value, domain_node_add_object);
    return result < 0 ? result : 0;
}

static int take_domain(struct domain_registry *registry, const struct pe_schema_type *type,
                       struct bytes value)
{
    struct tlv fields[PE_SCHEMA_FIELDS_MAX], instance[PE_SCHEMA_FIELDS_MAX];
    struct domain_aid aid;
    pe_schema_split(type, value, fields);
    pe_schema_split(type->fields[SD_INSTANCE].type, fields[SD_INSTANCE].value, instance);
    int result = add_instance(registry, DOMAIN_SECURITY_DOMAIN, instance);
    set_aid(&aid, &instance[INSTANCE_AID]);
    if (result == 0)
        result = add_keys(registry, &aid, type->fields[SD_KEYS].type, fields[SD_KEYS].value);
    return result == 0 ? add_data(registry, &aid, fields[SD_DATA].value) : result;
}

static struct bytes join_tars(struct bytes list, uint8_t *room, size_t size)
{
    struct writer tars = writer_on(room, size);
    struct tlv tar;
    while (tlv_take(&list, &tar))
        writer_put(&tars, tar.value);
    return writer_bytes(&tars);
}

static int take_rfm(struct domain_registry *registry, const struct pe_schema_type *type,
                    struct bytes value)
{
    uint8_t room[UINT8_MAX];
    struct tlv fields[PE_SCHEMA_FIELDS_MAX];
    pe_schema_split(type, value, fields);
    struct domain_entry entry = {
        .kind = DOMAIN_FILE_MANAGEMENT, .state = DOMAIN_SELECTABLE, .parameters = value};
    set_aid(&entry.aid, &fields[RFM_AID]);
    set_aid(&entry.domain, &fields[RFM_DOMAIN]);
    if (entry.domain.len == 0)
        entry.domain = *root_aid(registry, &entry.aid);
    if (fields[RFM_TARS].tag != 0)
        entry.tars = join_tars(fields[RFM_TARS].value, room, sizeof(room));
    else if (entry.aid.len >= TARS_OF_AID + DOMAIN_TAR_SIZE)
        entry.tars = bytes_of(entry.aid.data + TARS_OF_AID, DOMAIN_TAR_SIZE);
    entry.level = fields[RFM_LEVEL].value.len == 1 ? fields[RFM_LEVEL].value.data[0] : 0;
    return domain_node_add_entry(registry, &entry);
}

static int take_load_file(struct domain_registry *registry, const struct pe_schema_type *type,
                          struct bytes value)
{
    struct tlv fields[PE_SCHEMA_FIELDS_MAX];
    pe_schema_split(type, value, fields);
    struct domain_entry entry = {
        .kind = DOMAIN_LOAD_FILE,
        .state = DOMAIN_LOADED,
        .size = (uint32_t)fields[LOAD_OBJECT].value.len,
    };
    set_aid(&entry.aid, &fields[LOAD_AID]);
    set_aid(&entry.domain, &fields[LOAD_DOMAIN]);
    if (entry.domain.len == 0)
        entry.domain = *root_aid(registry, &entry.aid);
    return domain_node_add_entry(registry, &entry);
}

static int take_application(struct domain_registry *registry, const struct pe_schema_type *type,
                            struct bytes value)
{
    struct tlv fields[PE_SCHEMA_FIELDS_MAX], instance[PE_SCHEMA_FIELDS_MAX], one;
    int result = 0;
    pe_schema_split(type, value, fields);
    if (fields[APPLICATION_LOAD_BLOCK].tag != 0)
        result = take_load_file(registry, type->fields[APPLICATION_LOAD_BLOCK].type,
                                fields[APPLICATION_LOAD_BLOCK].value);
    struct bytes list = fields[APPLICATION_INSTANCES].value;
    while (result == 0 && tlv_take(&list, &one)) {
        pe_schema_split(type->fields[APPLICATION_INSTANCES].type->element, one.value, instance);
        result = add_instance(registry, DOMAIN_APPLICATION, instance);
    }
    return result;
}

static const struct {
    const char *element;
    int (*take)(struct domain_registry *registry, const struct pe_schema_type *type,
                struct bytes value);
} takers[] = {
    {"securityDomain", take_domain},
    {"rfm", take_rfm},
    {"application", take_application},
};

static int take_element(void *context, const struct element *element)
{
    const struct pe_schema_field *field =
        pe_schema_find(&pe_schema_profile_element, 0, element->tag);
    struct pe_schema_fault fault;
    struct tlv tlv;
    if (field == NULL || !tlv_whole(element->whole, element->tag, &tlv))
        return 0;
    for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
        if (strcmp(field->name, takers[i].element) == 0 &&
            (pe_schema_check(field->type, tlv.value, &fault) || fault.kind == PE_SCHEMA_UNKNOWN))
            return takers[i].take(context, field->type, tlv.value);
    return 0;
}

int domain_package_load(struct domain_registry *registry)
{
    return store_each_element(registry->store, registry->owner, take_element, registry);
}
