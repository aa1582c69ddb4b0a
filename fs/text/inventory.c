#include "fs/text/inventory.h"

#include "apdu/der.h"
#include "apdu/json_writer.h"
#include "apdu/status.h"
#include "apdu/trace.h"

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

static void list_security_domain(struct writer *out, const struct part *element)
{
    struct part instance, keys;
    struct tlv key;
    unsigned count = 0;
    if (!take_part(element, "instance", &instance))
        return;
    if (take_part(element, "keyList", &keys))
        while (tlv_take(&keys.value, &key))
            count++;
    open_kind(out, "security domain");
    put_part(out, "aid", &instance, "instanceAID");
    json_writer_number(out, "keys", count);
    json_writer_close_object(out);
}

static void list_rfm(struct writer *out, const struct part *element)
{
    open_kind(out, "remote file management");
    put_part(out, "aid", element, "instanceAID");
    put_part(out, "tar", element, "tarList");
    json_writer_close_object(out);
}

static void list_load_package(struct writer *out, const struct part *element)
{
    struct part package, code;
    if (!take_part(element, "loadBlock", &package) ||
        !take_part(&package, "loadBlockObject", &code))
        return;
    open_kind(out, "load package");
    put_part(out, "aid", &package, "loadPackageAID");
    json_writer_number(out, "bytes", (int64_t)code.value.len);
    json_writer_close_object(out);
}

static void list_application(struct writer *out, const struct part *element)
{
    struct part list;
    struct tlv one;
    list_load_package(out, element);
    if (!take_part(element, "instanceList", &list))
        return;
    while (tlv_take(&list.value, &one)) {
        const struct part instance = {list.type->element, one.value};
        open_kind(out, "application");
        put_part(out, "aid", &instance, "instanceAID");
        put_part(out, "package", &instance, "applicationLoadPackageAID");
        json_writer_close_object(out);
    }
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
    {"securityDomain", list_security_domain},
    {"rfm", list_rfm},
    {"application", list_application},
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

static void put_stored(const struct profile *profile, struct writer *out)
{
    struct part part;
    json_writer_open_list(out, "stored");
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

static void put_row(const struct store_profile *row, struct profile *profile, struct writer *out)
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
    put_stored(profile, out);
}

struct inventory {
    struct store *store;
    struct writer *out;
    struct bytes iccid; /* the one that is asked for */
    bool found;
};

static int put_profile(const struct inventory *inventory, const struct store_profile *row)
{
    struct profile *profile;
    const int result = store_profile_load(inventory->store, row->id, &profile);
    if (result != 0)
        return result;
    json_writer_open_object(inventory->out, NULL);
    put_row(row, profile, inventory->out);
    if (inventory->iccid.len > 0)
        put_elements(profile, inventory->out);
    json_writer_close_object(inventory->out);
    profile_destroy(profile);
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

int inventory_list(struct store *store, struct writer *out)
{
    struct inventory inventory = {.store = store, .out = out};
    json_writer_open_object(out, NULL);
    json_writer_open_list(out, "profiles");
    const int result = store_each_profile(store, list_profile, &inventory);
    json_writer_close_list(out);
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
