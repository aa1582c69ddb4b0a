#include "tools/profile/package/elements.h"

#include "apdu/der.h"

const char *elements_name(const struct element_row *row)
{
    return row->field != NULL ? row->field->name : "unknown";
}

/* PEHeader, the first field of every element but the package's header. */
static void read_pe_header(struct element_row *row)
{
    struct bytes value = row->value;
    struct tlv tlv, header;
    const struct pe_schema_type *type = row->field->type;
    if (type->count == 0 || !tlv_take_tag(&value, type->fields[0].tag, &header))
        return;
    if (type->fields[0].type->name == NULL || strcmp(type->fields[0].type->name, "PEHeader") != 0)
        return;
    while (tlv_take(&header.value, &tlv)) {
        const struct pe_schema_field *field = pe_schema_find(type->fields[0].type, 0, tlv.tag);
        if (field == NULL)
            continue;
        if (field->type->kind == PE_SCHEMA_NULL)
            row->mandated = true;
        else
            row->has_identification =
                der_to_unsigned(tlv.value, field->type->max, &row->identification);
    }
}

static struct element_row take_row(struct bytes package, struct bytes *rest, unsigned number)
{
    struct element_row row = {.number = number, .offset = package.len - rest->len};
    struct tlv tlv;
    if (!tlv_take(rest, &tlv)) {
        (void)bytes_take(rest, rest->len, &row.whole);
        row.value = row.whole;
        return row;
    }
    row.whole = tlv.whole;
    row.value = tlv.value;
    row.field = pe_schema_find(&pe_schema_profile_element, 0, tlv.tag);
    if (row.field != NULL)
        read_pe_header(&row);
    return row;
}

int elements_each(struct bytes package, elements_visitor *visit, void *context)
{
    struct bytes rest = package;
    int result = 0;
    for (unsigned number = 1; rest.len > 0 && result == 0; number++) {
        const struct element_row row = take_row(package, &rest, number);
        result = visit(context, &row);
    }
    return result;
}

struct search {
    uint32_t identification;
    struct element_row *found;
};

static int compare(void *context, const struct element_row *row)
{
    const struct search *search = context;
    if (!row->has_identification || row->identification != search->identification)
        return 0;
    *search->found = *row;
    return 1;
}

bool elements_find(struct bytes package, uint32_t identification, struct element_row *out)
{
    return elements_each(package, compare, &(struct search){identification, out}) == 1;
}
