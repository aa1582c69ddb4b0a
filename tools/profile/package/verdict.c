#include "tools/profile/package/verdict.h"

#include <stdio.h>

#include "apdu/der.h"

static const struct pe_schema_type *status_type(void)
{
    return pe_schema_euicc_response.fields[0].type->element;
}

static int64_t integer_of(const struct tlv *field)
{
    int64_t value = VERDICT_NONE;
    if (field->whole.len > 0)
        (void)der_to_integer(field->value, &value);
    return value;
}

static struct verdict_status read_status(struct bytes value)
{
    struct tlv fields[PE_SCHEMA_FIELDS_MAX];
    pe_schema_split(status_type(), value, fields);
    struct verdict_status status = {integer_of(&fields[0]),
                                    integer_of(&fields[1]),
                                    integer_of(&fields[2]),
                                    integer_of(&fields[3]),
                                    "",
                                    0};
    const char *name = pe_schema_name(status_type()->fields[0].type, (uint32_t)status.status);
    if (name != NULL)
        status.name = name;
    return status;
}

int verdict_each(struct bytes response, verdict_visitor *visit, void *context)
{
    struct tlv fields[PE_SCHEMA_FIELDS_MAX], element, whole;
    if (!tlv_whole(response, pe_schema_universal_tag(&pe_schema_euicc_response), &whole))
        return 0;
    pe_schema_split(&pe_schema_euicc_response, whole.value, fields);
    int result = 0;
    struct bytes list = fields[0].value;
    for (size_t number = 0; result == 0 && tlv_take(&list, &element); number++) {
        struct verdict_status status = read_status(element.value);
        status.number = number;
        result = visit(context, &status);
    }
    return result;
}

bool verdict_fault(const struct element_row *row, char text[VERDICT_FAULT_SIZE], size_t *offset)
{
    static const char *const kinds[] = {[PE_SCHEMA_FINE] = "fine",
                                        [PE_SCHEMA_UNKNOWN] = "holds an unknown element",
                                        [PE_SCHEMA_RANGE] = "is out of its bounds",
                                        [PE_SCHEMA_MISSING] = "is missing",
                                        [PE_SCHEMA_MALFORMED] = "is no DER of its type"};
    struct pe_schema_fault fault = {.at = row->whole.data};
    *offset = 0;
    if (row->field == NULL) {
        snprintf(text, VERDICT_FAULT_SIZE, "is no profile element");
        return true;
    }
    if (pe_schema_check(row->field->type, row->value, &fault))
        return false;
    if (fault.at >= row->whole.data && fault.at <= row->whole.data + row->whole.len)
        *offset = (size_t)(fault.at - row->whole.data);
    const char *what = fault.field != NULL                              ? fault.field
                       : fault.type != NULL && fault.type->name != NULL ? fault.type->name
                                                                        : "a part";
    snprintf(text, VERDICT_FAULT_SIZE, "%s %s", what, kinds[fault.kind]);
    return true;
}
