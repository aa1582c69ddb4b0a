/* Findings in the package as such: its ICCID, its header, its coding. */
#include <stdio.h>

#include "fs/profile/iccid.h"
#include "tools/profile/lint/lint_rule.h"
#include "tools/profile/package/elements.h"
#include "tools/profile/package/walk.h"

#define E118_DIGITS 19 /* with the check digit; ICCIDs of 20 digits are no E.118 numbers */
#define INDUSTRY "89"  /* telecommunications */

enum header_field { HEADER_SERVICES = 5, HEADER_TEMPLATES = 6 };
enum template_field { ELEMENT_TEMPLATE = 1 };

void lint_iccid_differs(struct lint *lint)
{
    char text[TRIAL_MISMATCH_SIZE];
    if (trial_mismatch(lint->trial, text))
        lint_find_in(lint, 1, "%s", text);
}

static int digit_sum(int digit)
{
    return digit / 10 + digit % 10;
}

/* Luhn's formula: the sum with every second digit from the right doubled ends with 0. */
static int check_digit(const char *digits, size_t len)
{
    int sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += digit_sum((digits[len - 1 - i] - '0') * (i % 2 == 0 ? 2 : 1));
    return (10 - sum % 10) % 10;
}

/* The header's ICCID; none where the header was refused. */
static void print_iccid(const struct lint *lint, char text[ICCID_TEXT_SIZE])
{
    text[0] = '\0';
    if (lint->profile->mf != NULL)
        iccid_text(lint->profile->iccid, text);
}

void lint_iccid_digit(struct lint *lint)
{
    char text[ICCID_TEXT_SIZE];
    print_iccid(lint, text);
    if (strlen(text) != E118_DIGITS || strspn(text, "0123456789") != E118_DIGITS)
        return;
    const int right = check_digit(text, E118_DIGITS - 1);
    if (text[E118_DIGITS - 1] - '0' != right)
        lint_find_in(lint, 1, "iccid %s ends with the check digit %d", text, right);
}

void lint_iccid_industry(struct lint *lint)
{
    char text[ICCID_TEXT_SIZE];
    print_iccid(lint, text);
    if (text[0] != '\0' && strncmp(text, INDUSTRY, strlen(INDUSTRY)) != 0)
        lint_find_in(lint, 1, "iccid %s does not begin with " INDUSTRY, text);
}

/* DEFAULTs that an element codes. */
struct defaults {
    struct lint *lint;
    unsigned element, count;
    const char *first;
};

static void tell_defaults(struct defaults *defaults)
{
    if (defaults->count == 1)
        lint_find_in(defaults->lint, defaults->element, "%s has the value of its DEFAULT",
                     defaults->first);
    else if (defaults->count > 1)
        lint_find_in(defaults->lint, defaults->element,
                     "%u values are those of their DEFAULTs, the first one is %s", defaults->count,
                     defaults->first);
    defaults->count = 0;
}

static int count_defaults(void *context, const struct walk_node *node)
{
    struct defaults *defaults = context;
    if (node->depth == 0 && node->kind != WALK_LEAVE) {
        tell_defaults(defaults);
        defaults->element++;
    }
    if (!node->is_default || node->kind == WALK_LEAVE)
        return 0;
    if (defaults->count++ == 0)
        defaults->first = walk_name(node);
    return 0;
}

void lint_der_defaults(struct lint *lint)
{
    struct defaults defaults = {.lint = lint};
    (void)walk_package(lint->package, count_defaults, &defaults);
    tell_defaults(&defaults);
}

/* The header's lists, for a look at each element. */
struct header {
    struct lint *lint;
    struct bytes services, templates;
    bool found; /* what is looked for */
};

static int read_header(void *context, const struct element_row *row)
{
    struct header *header = context;
    struct tlv fields[PE_SCHEMA_FIELDS_MAX];
    if (row->number != 1 || row->field == NULL || strcmp(row->field->name, "header") != 0)
        return 1;
    pe_schema_split(row->field->type, row->value, fields);
    header->services = fields[HEADER_SERVICES].value;
    header->templates = fields[HEADER_TEMPLATES].value;
    header->found = true;
    return 1;
}

static bool has_header(struct lint *lint, struct header *header)
{
    *header = (struct header){.lint = lint};
    elements_each(lint->package, read_header, header);
    return header->found;
}

static bool lists_service(const struct header *header, const char *name)
{
    const struct pe_schema_type *list =
        pe_schema_profile_element.fields[0].type->fields[HEADER_SERVICES].type;
    struct bytes rest = header->services;
    struct tlv service;
    while (tlv_take(&rest, &service)) {
        const struct pe_schema_field *field = pe_schema_find(list, 0, service.tag);
        if (field != NULL && strcmp(field->name, name) == 0)
            return true;
    }
    return false;
}

/* Applications are services of the name that their elements have. */
static int find_application(void *context, const struct element_row *row)
{
    const struct header *header = context;
    static const char *const names[] = {"usim", "isim", "csim"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(elements_name(row), names[i]) == 0 && row->mandated &&
            !lists_service(header, names[i]))
            lint_find_in(header->lint, row->number,
                         "it is mandated, and eUICC-Mandatory-services does not list %s", names[i]);
    return header->lint->result;
}

void lint_header_services(struct lint *lint)
{
    struct header header;
    if (has_header(lint, &header))
        elements_each(lint->package, find_application, &header);
}

static bool lists_template(const struct header *header, struct bytes oid)
{
    struct bytes rest = header->templates;
    struct tlv listed;
    while (tlv_take(&rest, &listed))
        if (bytes_equal(listed.value, oid))
            return true;
    return false;
}

static int find_template(void *context, const struct element_row *row)
{
    const struct header *header = context;
    struct tlv fields[PE_SCHEMA_FIELDS_MAX];
    const struct pe_schema_type *type = row->field != NULL ? row->field->type : NULL;
    if (type == NULL || type->count <= ELEMENT_TEMPLATE ||
        strcmp(type->fields[ELEMENT_TEMPLATE].name, "templateID") != 0)
        return 0;
    pe_schema_split(type, row->value, fields);
    if (fields[ELEMENT_TEMPLATE].tag != 0 && row->mandated &&
        !lists_template(header, fields[ELEMENT_TEMPLATE].value))
        lint_find_in(header->lint, row->number,
                     "it is mandated, and eUICC-Mandatory-GFSTEList does not list its template");
    return header->lint->result;
}

void lint_header_templates(struct lint *lint)
{
    struct header header;
    if (has_header(lint, &header))
        elements_each(lint->package, find_template, &header);
}

static int is_domain(void *context, const struct element_row *row)
{
    (void)context;
    return strcmp(elements_name(row), "securityDomain") == 0;
}

void lint_domain(struct lint *lint)
{
    if (elements_each(lint->package, is_domain, NULL) == 0)
        lint_find(lint, NULL, "no element is a securityDomain");
}
