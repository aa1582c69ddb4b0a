/* Values of a profile package as JSON, by the schema of the package format. */
#include "apdu/der.h"
#include "apdu/json_writer.h"
#include "fs/text/inventory.h"

#define OCTETS_SHOWN 64 /* bytes of a string that are written when it is longer */

/* What is a secret by its meaning, and what is meant for an application, which may be one. */
static const char *const hidden[] = {
    "authenticationKey",
    "connectivityParameters",
    "hrpdAccessAuthenticationData",
    "key",
    "keyData",
    "mobileIPAuthenticationData",
    "opc",
    "pinValue",
    "processData",
    "pukValue",
    "sdPersoData",
    "simpleIPAuthenticationData",
    "ssd",
};

bool inventory_hides(const char *field)
{
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        if (strcmp(hidden[i], field) == 0)
            return true;
    return false;
}

static void put_hidden(struct writer *out, const char *name, struct bytes value)
{
    json_writer_open_object(out, name);
    json_writer_number(out, "hidden bytes", (int64_t)value.len);
    json_writer_close_object(out);
}

static void put_octets(struct writer *out, const char *name, struct bytes value)
{
    if (value.len <= OCTETS_SHOWN) {
        json_writer_hex(out, name, value);
        return;
    }
    json_writer_open_object(out, name);
    json_writer_number(out, "bytes", (int64_t)value.len);
    json_writer_hex(out, "front", bytes_of(value.data, OCTETS_SHOWN));
    json_writer_close_object(out);
}

static void put_integer(struct writer *out, const char *name, const struct pe_schema_type *type,
                        struct bytes value)
{
    int64_t number = 0;
    (void)der_to_integer(value, &number);
    const bool small = number >= 0 && number <= UINT32_MAX;
    const char *word = small ? pe_schema_name(type, (uint32_t)number) : NULL;
    if (word != NULL)
        json_writer_word(out, name, word);
    else
        json_writer_number(out, name, number);
}

static void put_oid(struct writer *out, const char *name, struct bytes value)
{
    char text[DER_OID_TEXT_SIZE];
    if (der_oid_to_text(value, text, sizeof(text)))
        json_writer_word(out, name, text);
    else
        put_octets(out, name, value);
}

static void put_sequence(struct writer *out, const char *name, const struct pe_schema_type *type,
                         struct bytes value)
{
    struct tlv fields[PE_SCHEMA_FIELDS_MAX];
    pe_schema_split(type, value, fields);
    json_writer_open_object(out, name);
    for (size_t i = 0; i < type->count; i++) {
        const struct pe_schema_field *field = &type->fields[i];
        if (fields[i].tag == 0)
            continue;
        if (inventory_hides(field->name))
            put_hidden(out, field->name, fields[i].value);
        else
            inventory_put_value(out, field->name, field->type, fields[i].value);
    }
    json_writer_close_object(out);
}

static void put_choice(struct writer *out, const char *name, const struct pe_schema_type *type,
                       struct bytes whole)
{
    struct tlv chosen;
    json_writer_open_object(out, name);
    if (tlv_take(&whole, &chosen)) {
        const struct pe_schema_field *alternative = pe_schema_find(type, 0, chosen.tag);
        if (alternative != NULL && inventory_hides(alternative->name))
            put_hidden(out, alternative->name, chosen.value);
        else if (alternative != NULL)
            inventory_put_value(out, alternative->name, alternative->type, chosen.value);
    }
    json_writer_close_object(out);
}

static void put_list(struct writer *out, const char *name, const struct pe_schema_type *element,
                     struct bytes value)
{
    struct tlv one;
    json_writer_open_list(out, name);
    while (tlv_take(&value, &one))
        inventory_put_value(out, NULL, element,
                            element->kind == PE_SCHEMA_CHOICE ? one.whole : one.value);
    json_writer_close_list(out);
}

void inventory_put_value(struct writer *out, const char *name, const struct pe_schema_type *type,
                         struct bytes value)
{
    switch (type->kind) {
    case PE_SCHEMA_SEQUENCE:
        put_sequence(out, name, type, value);
        break;
    case PE_SCHEMA_SEQUENCE_OF:
        put_list(out, name, type->element, value);
        break;
    case PE_SCHEMA_CHOICE:
        put_choice(out, name, type, value);
        break;
    case PE_SCHEMA_INTEGER:
        put_integer(out, name, type, value);
        break;
    case PE_SCHEMA_OBJECT_IDENTIFIER:
        put_oid(out, name, value);
        break;
    case PE_SCHEMA_NULL:
        json_writer_boolean(out, name, true);
        break;
    case PE_SCHEMA_UTF8_STRING:
        json_writer_text(out, name, value);
        break;
    case PE_SCHEMA_OCTET_STRING:
    case PE_SCHEMA_BIT_STRING:
        put_octets(out, name, value);
        break;
    }
}
