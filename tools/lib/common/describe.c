#include "tools/lib/common/describe.h"

#include <stdio.h>

#include "apdu/der.h"
#include "tools/lib/common/text.h"

#define NAME_MAX_VALUE 0xFFFF
#define BITS 32

static json_t *describe_iccid(struct bytes value)
{
    char text[TEXT_ICCID_SIZE];
    text_swapped_digits(value, text, sizeof(text));
    return json_string(text);
}

static json_t *describe_mcc_mnc(struct bytes value)
{
    char text[TEXT_MCC_MNC_SIZE];
    text_mcc_mnc(value, text);
    return text[0] != '\0' ? json_string(text) : NULL;
}

static json_t *describe_version(struct bytes value)
{
    char text[TEXT_VERSION_SIZE];
    text_version(value, text);
    return text[0] != '\0' ? json_string(text) : NULL;
}

static json_t *describe_oid(struct bytes value)
{
    char text[DER_OID_TEXT_SIZE];
    return der_oid_to_text(value, text, sizeof(text)) ? json_string(text) : NULL;
}

static json_t *describe_number(struct bytes value)
{
    uint32_t number;
    return bytes_to_u32(value, &number) ? json_integer(number) : NULL;
}

/* The name that stands at this place of the list, or what for want of one; "" is a place without a
 * name. */
static json_t *name_at(const char *const *names, uint32_t at, const char *what)
{
    char unnamed[24];
    for (uint32_t i = 0; names[i] != NULL; i++)
        if (i == at && names[i][0] != '\0')
            return json_string(names[i]);
    snprintf(unnamed, sizeof(unnamed), "%s%u", what, at);
    return json_string(unnamed);
}

static json_t *describe_name(const struct describe_row *row, struct bytes value)
{
    uint32_t number;
    return der_to_unsigned(value, NAME_MAX_VALUE, &number) ? name_at(row->names, number, "") : NULL;
}

static json_t *describe_bits(const struct describe_row *row, struct bytes value)
{
    uint32_t bits;
    if (!der_to_bits(value, &bits))
        return NULL;
    json_t *array = json_array();
    for (unsigned i = 0; i < BITS; i++)
        if (der_bit(bits, i))
            json_array_append_new(array, name_at(row->names, i, "bit "));
    return array;
}

/* NULL unless exactly one bit is set. */
static json_t *describe_bit(const struct describe_row *row, struct bytes value)
{
    uint32_t bits;
    if (!der_to_bits(value, &bits) || bits == 0 || (bits & (bits - 1)) != 0)
        return NULL;
    unsigned number = 0;
    while (!der_bit(bits, number))
        number++;
    return name_at(row->names, number, "bit ");
}

static json_t *describe_each(struct bytes list, json_t *(*one)(struct bytes))
{
    json_t *array = json_array();
    struct tlv element;
    bool good = true;
    while (good && tlv_take(&list, &element))
        good = json_array_append_new(array, one(element.value)) == 0;
    if (good && list.len == 0)
        return array;
    json_decref(array);
    return NULL;
}

static json_t *describe_object(const struct describe_table *table, struct bytes content)
{
    json_t *object = json_object();
    if (describe(table, content, object))
        return object;
    json_decref(object);
    return NULL;
}

json_t *describe_list(const struct describe_table *table, struct bytes list)
{
    json_t *array = json_array();
    struct tlv element;
    bool good = true;
    while (good && tlv_take(&list, &element))
        good = json_array_append_new(array, describe_object(table, element.value)) == 0;
    if (good && list.len == 0)
        return array;
    json_decref(array);
    return NULL;
}

/* NULL if the value has not the form of its row. */
static json_t *describe_value(const struct describe_row *row, struct bytes value)
{
    switch (row->kind) {
    case DESCRIBE_HEX:
        return text_json_hex(value);
    case DESCRIBE_TEXT:
        return text_json(value);
    case DESCRIBE_ICCID:
        return describe_iccid(value);
    case DESCRIBE_MCC_MNC:
        return describe_mcc_mnc(value);
    case DESCRIBE_VERSION:
        return describe_version(value);
    case DESCRIBE_NUMBER:
        return describe_number(value);
    case DESCRIBE_NAME:
        return describe_name(row, value);
    case DESCRIBE_BITS:
        return describe_bits(row, value);
    case DESCRIBE_BIT:
        return describe_bit(row, value);
    case DESCRIBE_OBJECT:
        return describe_object(row->table, value);
    case DESCRIBE_LIST:
        return describe_list(row->table, value);
    case DESCRIBE_HEXES:
        return describe_each(value, text_json_hex);
    case DESCRIBE_VERSIONS:
        return describe_each(value, describe_version);
    case DESCRIBE_OID:
        return describe_oid(value);
    case DESCRIBE_FLAG:
        return json_true();
    }
    return NULL;
}

static const struct describe_row *row_of(const struct describe_table *table, uint32_t tag)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].tag == tag)
            return &table->rows[i];
    return NULL;
}

bool describe(const struct describe_table *table, struct bytes content, json_t *object)
{
    struct tlv element;
    while (tlv_take(&content, &element)) {
        const struct describe_row *row = row_of(table, element.tag);
        if (row == NULL)
            continue;
        json_t *value = describe_value(row, element.value);
        if (value == NULL)
            return false;
        json_object_set_new(object, row->key, value);
    }
    return content.len == 0;
}
