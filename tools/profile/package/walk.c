#include "tools/profile/package/walk.h"

#include "apdu/der.h"

struct walk {
    walk_visitor *visit;
    void *context;
    int depth;
};

static int walk_parts(struct walk *walk, const struct pe_schema_type *type, struct bytes value);

static bool is_minimal(const struct tlv *tlv)
{
    return tlv->whole.len == tlv_header_len(tlv->tag, tlv->value.len) + tlv->value.len;
}

static bool is_minimal_oid(struct bytes value)
{
    char text[DER_OID_TEXT_SIZE];
    uint8_t again[DER_OID_TEXT_SIZE];
    struct writer out = writer_on(again, sizeof(again));
    return der_oid_to_text(value, text, sizeof(text)) && der_oid_from_text(text, &out) &&
           bytes_equal(writer_bytes(&out), value);
}

/* The value can be written as text and comes back as the same bytes. */
static bool is_readable(const struct pe_schema_type *type, struct bytes value)
{
    int64_t number;
    switch (type->kind) {
    case PE_SCHEMA_INTEGER:
        return der_to_integer(value, &number);
    case PE_SCHEMA_OBJECT_IDENTIFIER:
        return is_minimal_oid(value);
    case PE_SCHEMA_NULL:
        return value.len == 0;
    case PE_SCHEMA_BIT_STRING:
    case PE_SCHEMA_CHOICE:
        return false;
    default:
        return true;
    }
}

static int visit_raw(struct walk *walk, struct bytes whole)
{
    const struct walk_node node = {
        .kind = WALK_RAW, .depth = walk->depth, .value = whole, .whole = whole};
    return walk->visit(walk->context, &node);
}

static bool has_parts(const struct pe_schema_type *type)
{
    return type->kind == PE_SCHEMA_SEQUENCE || type->kind == PE_SCHEMA_SEQUENCE_OF;
}

static int visit_value(struct walk *walk, struct walk_node *node)
{
    if (!is_readable(node->type, node->value))
        return visit_raw(walk, node->whole);
    node->depth = walk->depth;
    node->kind = has_parts(node->type) ? WALK_ENTER : WALK_LEAF;
    int result = walk->visit(walk->context, node);
    if (result != 0 || node->kind == WALK_LEAF)
        return result;
    walk->depth++;
    result = walk_parts(walk, node->type, node->value);
    walk->depth--;
    node->kind = WALK_LEAVE;
    return result != 0 ? result : walk->visit(walk->context, node);
}

/* A TLV that is a CHOICE's alternative, alone or within the TLV `outer` of a field. */
static int visit_alternative(struct walk *walk, const struct pe_schema_type *choice,
                             const struct pe_schema_field *field, const struct tlv *outer,
                             const struct tlv *inner)
{
    const struct pe_schema_field *alternative = pe_schema_find(choice, 0, inner->tag);
    if (alternative == NULL || !is_minimal(inner))
        return visit_raw(walk, outer->whole);
    struct walk_node node = {.field = field,
                             .alternative = alternative,
                             .type = alternative->type,
                             .value = inner->value,
                             .whole = outer->whole};
    return visit_value(walk, &node);
}

static int visit_field(struct walk *walk, const struct pe_schema_field *field,
                       const struct tlv *tlv)
{
    struct tlv inner;
    if (field->type->kind == PE_SCHEMA_CHOICE) {
        struct bytes rest = tlv->value;
        if (!tlv_take(&rest, &inner) || rest.len > 0)
            return visit_raw(walk, tlv->whole);
        return visit_alternative(walk, field->type, field, tlv, &inner);
    }
    struct walk_node node = {.field = field,
                             .type = field->type,
                             .value = tlv->value,
                             .whole = tlv->whole,
                             .is_default = pe_schema_is_default(field, tlv->value)};
    return visit_value(walk, &node);
}

/* Fields that share a tag are told apart by their order. */
static int walk_field(struct walk *walk, const struct pe_schema_type *type, size_t *next,
                      const struct tlv *tlv)
{
    const struct pe_schema_field *field = pe_schema_find(type, *next, tlv->tag);
    if (field == NULL)
        field = pe_schema_find(type, 0, tlv->tag);
    if (field == NULL || !is_minimal(tlv))
        return visit_raw(walk, tlv->whole);
    *next = (size_t)(field - type->fields) + 1;
    return visit_field(walk, field, tlv);
}

static int walk_element(struct walk *walk, const struct pe_schema_type *element,
                        const struct tlv *tlv)
{
    if (element->kind == PE_SCHEMA_CHOICE)
        return visit_alternative(walk, element, NULL, tlv, tlv);
    if (tlv->tag != pe_schema_universal_tag(element) || !is_minimal(tlv))
        return visit_raw(walk, tlv->whole);
    struct walk_node node = {.type = element, .value = tlv->value, .whole = tlv->whole};
    return visit_value(walk, &node);
}

static int walk_parts(struct walk *walk, const struct pe_schema_type *type, struct bytes value)
{
    size_t next = 0;
    int result = 0;
    while (value.len > 0 && result == 0) {
        struct tlv tlv;
        if (!tlv_take(&value, &tlv))
            return visit_raw(walk, value);
        result = type->kind == PE_SCHEMA_SEQUENCE ? walk_field(walk, type, &next, &tlv)
                                                  : walk_element(walk, type->element, &tlv);
    }
    return result;
}

int walk_package(struct bytes package, walk_visitor *visit, void *context)
{
    static const struct pe_schema_type elements = {.kind = PE_SCHEMA_SEQUENCE_OF,
                                                   .max = PE_SCHEMA_UNLIMITED,
                                                   .element = &pe_schema_profile_element};
    return walk_parts(&(struct walk){visit, context, 0}, &elements, package);
}

int walk_sequence(const struct pe_schema_type *type, struct bytes value, walk_visitor *visit,
                  void *context)
{
    return walk_parts(&(struct walk){visit, context, 0}, type, value);
}

const char *walk_name(const struct walk_node *node)
{
    if (node->kind == WALK_RAW)
        return "raw";
    if (node->field != NULL)
        return node->field->name;
    return node->alternative != NULL ? node->alternative->name : "";
}
