#include "fs/saip/pe_schema.h"

#include <stdlib.h>

#include "apdu/der.h"
#include "apdu/hex.h"

uint32_t pe_schema_universal_tag(const struct pe_schema_type *type)
{
    static const uint32_t tags[] = {
        [PE_SCHEMA_SEQUENCE] = DER_SEQUENCE,
        [PE_SCHEMA_SEQUENCE_OF] = DER_SEQUENCE,
        [PE_SCHEMA_CHOICE] = 0,
        [PE_SCHEMA_OCTET_STRING] = DER_OCTET_STRING,
        [PE_SCHEMA_INTEGER] = DER_INTEGER,
        [PE_SCHEMA_OBJECT_IDENTIFIER] = DER_OBJECT_IDENTIFIER,
        [PE_SCHEMA_NULL] = DER_NULL,
        [PE_SCHEMA_UTF8_STRING] = DER_UTF8_STRING,
        [PE_SCHEMA_BIT_STRING] = DER_BIT_STRING,
    };
    return tags[type->kind];
}

const struct pe_schema_field *pe_schema_find(const struct pe_schema_type *type, size_t from,
                                             uint32_t tag)
{
    for (size_t i = from; i < type->count; i++)
        if (type->fields[i].tag == tag)
            return &type->fields[i];
    return NULL;
}

static bool is_fallback_string(const char *fallback, struct bytes value)
{
    if (strlen(fallback) != 2 * value.len)
        return false;
    for (size_t i = 0; i < value.len; i++)
        if (hex_digit(fallback[2 * i]) != value.data[i] >> 4 ||
            hex_digit(fallback[2 * i + 1]) != (value.data[i] & 0x0F))
            return false;
    return true;
}

/* A list's DEFAULT is as many as it may hold, all alike. */
static bool is_fallback_list(const struct pe_schema_field *field, struct bytes value)
{
    size_t count = 0;
    struct tlv element;
    for (; tlv_take(&value, &element); count++)
        if (!is_fallback_string(field->fallback, element.value))
            return false;
    return value.len == 0 && count == field->type->max;
}

bool pe_schema_is_default(const struct pe_schema_field *field, struct bytes value)
{
    int64_t number;
    if (field->presence != PE_SCHEMA_DEFAULT || field->fallback == NULL)
        return false;
    switch (field->type->kind) {
    case PE_SCHEMA_INTEGER:
        return der_to_integer(value, &number) && number == strtoll(field->fallback, NULL, 10);
    case PE_SCHEMA_OCTET_STRING:
        return is_fallback_string(field->fallback, value);
    case PE_SCHEMA_SEQUENCE_OF:
        return is_fallback_list(field, value);
    default:
        return false;
    }
}

const char *pe_schema_name(const struct pe_schema_type *type, uint32_t value)
{
    if (type->names == NULL)
        return NULL;
    for (size_t i = 0; i < type->count; i++)
        if (type->names[i].value == value)
            return type->names[i].name;
    return NULL;
}

/* Keeps the worst fault, and of equals the first. */
static void note(struct pe_schema_fault *fault, enum pe_schema_fault_kind kind, const uint8_t *at,
                 const struct pe_schema_type *type, const char *field)
{
    if (kind > fault->kind)
        *fault = (struct pe_schema_fault){kind, at, type, field};
}

static void check(const struct pe_schema_type *type, struct bytes value, const char *field,
                  struct pe_schema_fault *fault);

static bool in_bounds(const struct pe_schema_type *type, size_t value)
{
    return value >= type->min && value <= type->max;
}

static enum pe_schema_fault_kind check_integer(const struct pe_schema_type *type,
                                               struct bytes value)
{
    int64_t number;
    if (!der_to_integer(value, &number))
        return PE_SCHEMA_MALFORMED;
    return number >= type->min && number <= type->max ? PE_SCHEMA_FINE : PE_SCHEMA_RANGE;
}

/* Numbers of one or two bytes, as nearly all have, few enough for their text. */
static bool is_plain_oid(struct bytes value)
{
    const size_t digits_max = sizeof(".127") - 1; /* a byte's part of the text */
    bool more = false;
    if (value.len == 0 || value.len * digits_max + sizeof("0.0") > DER_OID_TEXT_SIZE)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        const bool follows = (value.data[i] & 0x80) != 0;
        if (follows && (more || value.data[i] == 0x80))
            return false;
        more = follows;
    }
    return !more;
}

static enum pe_schema_fault_kind check_oid(struct bytes value)
{
    char text[DER_OID_TEXT_SIZE];
    return is_plain_oid(value) || der_oid_to_text(value, text, sizeof text) ? PE_SCHEMA_FINE
                                                                            : PE_SCHEMA_MALFORMED;
}

static enum pe_schema_fault_kind check_utf8(const struct pe_schema_type *type, struct bytes value)
{
    if (!der_is_utf8(value, value.len))
        return PE_SCHEMA_MALFORMED;
    return value.len >= type->min && der_is_utf8(value, type->max) ? PE_SCHEMA_FINE
                                                                   : PE_SCHEMA_RANGE;
}

static enum pe_schema_fault_kind check_leaf(const struct pe_schema_type *type, struct bytes value)
{
    uint32_t bits;
    switch (type->kind) {
    case PE_SCHEMA_OCTET_STRING:
        return in_bounds(type, value.len) ? PE_SCHEMA_FINE : PE_SCHEMA_RANGE;
    case PE_SCHEMA_INTEGER:
        return check_integer(type, value);
    case PE_SCHEMA_OBJECT_IDENTIFIER:
        return check_oid(value);
    case PE_SCHEMA_UTF8_STRING:
        return check_utf8(type, value);
    case PE_SCHEMA_BIT_STRING:
        return der_to_bits(value, &bits) ? PE_SCHEMA_FINE : PE_SCHEMA_MALFORMED;
    default:
        return value.len == 0 ? PE_SCHEMA_FINE : PE_SCHEMA_MALFORMED;
    }
}

/* The fields between two that are present. */
static void check_skipped(const struct pe_schema_type *type, size_t from, size_t to,
                          const uint8_t *at, struct pe_schema_fault *fault)
{
    for (size_t i = from; i < to; i++)
        if (type->fields[i].presence == PE_SCHEMA_REQUIRED)
            note(fault, PE_SCHEMA_MISSING, at, type, type->fields[i].name);
}

static void check_sequence(const struct pe_schema_type *type, struct bytes value,
                           struct pe_schema_fault *fault)
{
    size_t next = 0;
    struct tlv tlv;
    while (value.len > 0) {
        const uint8_t *at = value.data;
        if (!tlv_take(&value, &tlv)) {
            note(fault, PE_SCHEMA_MALFORMED, at, type, NULL);
            return;
        }
        const struct pe_schema_field *field = pe_schema_find(type, next, tlv.tag);
        if (field == NULL) {
            bool known = pe_schema_find(type, 0, tlv.tag) != NULL;
            note(fault, known ? PE_SCHEMA_MALFORMED : PE_SCHEMA_UNKNOWN, at, type, NULL);
            continue;
        }
        size_t index = (size_t)(field - type->fields);
        check_skipped(type, next, index, at, fault);
        check(field->type, tlv.value, field->name, fault);
        next = index + 1;
    }
    check_skipped(type, next, type->count, value.data, fault);
}

/* One alternative, whole. */
static void check_alternative(const struct pe_schema_type *type, const struct tlv *tlv,
                              struct pe_schema_fault *fault)
{
    const struct pe_schema_field *field = pe_schema_find(type, 0, tlv->tag);
    if (field == NULL)
        note(fault, PE_SCHEMA_UNKNOWN, tlv->whole.data, type, NULL);
    else
        check(field->type, tlv->value, field->name, fault);
}

static void check_element(const struct pe_schema_type *type, const struct tlv *tlv,
                          struct pe_schema_fault *fault)
{
    if (type->kind == PE_SCHEMA_CHOICE)
        check_alternative(type, tlv, fault);
    else if (tlv->tag == pe_schema_universal_tag(type))
        check(type, tlv->value, NULL, fault);
    else
        note(fault, PE_SCHEMA_MALFORMED, tlv->whole.data, type, NULL);
}

static void check_sequence_of(const struct pe_schema_type *type, struct bytes value,
                              const char *field, struct pe_schema_fault *fault)
{
    const uint8_t *start = value.data;
    size_t count = 0;
    struct tlv tlv;
    while (value.len > 0) {
        if (!tlv_take(&value, &tlv)) {
            note(fault, PE_SCHEMA_MALFORMED, value.data, type, field);
            return;
        }
        check_element(type->element, &tlv, fault);
        count++;
    }
    if (!in_bounds(type, count))
        note(fault, PE_SCHEMA_RANGE, start, type, field);
}

static void check_choice(const struct pe_schema_type *type, struct bytes value, const char *field,
                         struct pe_schema_fault *fault)
{
    struct tlv tlv;
    const uint8_t *at = value.data;
    if (tlv_take(&value, &tlv) && value.len == 0)
        check_alternative(type, &tlv, fault);
    else
        note(fault, PE_SCHEMA_MALFORMED, at, type, field);
}

static void check(const struct pe_schema_type *type, struct bytes value, const char *field,
                  struct pe_schema_fault *fault)
{
    if (type->kind == PE_SCHEMA_SEQUENCE)
        check_sequence(type, value, fault);
    else if (type->kind == PE_SCHEMA_SEQUENCE_OF)
        check_sequence_of(type, value, field, fault);
    else if (type->kind == PE_SCHEMA_CHOICE)
        check_choice(type, value, field, fault);
    else
        note(fault, check_leaf(type, value), value.data, type, field);
}

bool pe_schema_check(const struct pe_schema_type *type, struct bytes value,
                     struct pe_schema_fault *fault)
{
    *fault = (struct pe_schema_fault){.kind = PE_SCHEMA_FINE};
    check(type, value, NULL, fault);
    return fault->kind == PE_SCHEMA_FINE;
}

void pe_schema_split(const struct pe_schema_type *type, struct bytes value, struct tlv *fields)
{
    size_t next = 0;
    struct tlv tlv;
    memset(fields, 0, type->count * sizeof *fields);
    while (tlv_take(&value, &tlv)) {
        const struct pe_schema_field *field = pe_schema_find(type, next, tlv.tag);
        if (field == NULL)
            continue;
        next = (size_t)(field - type->fields);
        fields[next++] = tlv;
    }
}
