/* The tables of templates and of the packages' ASN.1 hold together (TCA §9, Annex A). */
#include <criterion/criterion.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "fs/saip/pe_schema.h"
#include "fs/saip/template.h"

/* The element that names a template, by the template's number. */
static const char *const elements[] = {
    "",          "mf",         "cd",      "telecom",  "usim",       "opt-usim",
    "phonebook", "gsm-access", "isim",    "opt-isim", "csim",       "opt-csim",
    "eap",       "df-5gs",     "df-saip", "df-snpn",  "df-5gprose",
};

static const struct pe_schema_type *element_of(const struct template *template)
{
    const struct pe_schema_type *all = &pe_schema_profile_element;
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->fields[i].name, elements[template->number]) == 0)
            return all->fields[i].type;
    cr_assert(false, "%s", template->name);
    return NULL;
}

static bool is_directory(const struct template_file *file)
{
    return file->type <= FILE_ADF;
}

/* Letters and digits alone, so that "EF.SUCI_Calc_Info" and "ef-suci-calc-info" are the same. */
static void squeeze(const char *name, char *out)
{
    for (; *name != '\0'; name++)
        if ((*name >= '0' && *name <= '9') || (*name >= 'a' && *name <= 'z'))
            *out++ = *name;
        else if (*name >= 'A' && *name <= 'Z')
            *out++ = (char)(*name - 'A' + 'a');
    *out = '\0';
}

static bool same_name(const struct template_file *file, const char *field)
{
    char one[64], other[64];
    if (strcmp(field, "ef-acmax") == 0) /* the ASN.1 has lost a letter of EF.ACMmax */
        return strcmp(file->name, "EF.ACMmax") == 0;
    if (strncmp(field, "df-df-", 6) == 0)
        field += 3;
    squeeze(file->name, one);
    squeeze(field, other);
    return strcmp(one, other) == 0;
}

static bool has_parent(const struct template *template, const struct template_file *file)
{
    for (size_t i = 0; i < template->count; i++)
        if (template->files[i].fid == file->parent && is_directory(&template->files[i]))
            return true;
    return file->parent == 0;
}

static void check_file(const struct template *template, const struct template_file *file)
{
    const struct pe_schema_type *element = element_of(template);
    const bool records = file->type == FILE_LINEAR_FIXED || file->type == FILE_CYCLIC;
    cr_assert(file->field >= 2 && file->field < element->count, "%s", file->name);
    cr_expect_eq(element->fields[file->field].type, &pe_schema_file, "%s", file->name);
    cr_expect(same_name(file, element->fields[file->field].name), "%s, %s", file->name,
              element->fields[file->field].name);
    cr_expect(has_parent(template, file), "%s", file->name);
    cr_expect(file->sfi <= 30 && file->instances >= 1, "%s", file->name);
    cr_expect(file->fid != 0 || (file->parameters & TEMPLATE_FID) != 0, "%s", file->name);
    cr_expect(file->arr != 0 || (file->parameters & TEMPLATE_ARR) != 0 || is_directory(file), "%s",
              file->name);
    cr_expect(!is_directory(file) || (file->parameters & TEMPLATE_PIN_STATUS) != 0, "%s",
              file->name);
    cr_expect(records || file->records == 0, "%s", file->name);
}

/* A file that the template describes in full needs no size from the package. */
static void check_size(const struct template_file *file)
{
    if (is_directory(file) || file->type == FILE_BER_TLV)
        return;
    cr_expect(file->size != 0 || (file->parameters & TEMPLATE_SIZE) != 0, "%s", file->name);
}

static void check_content(const struct template_file *file)
{
    uint8_t content[256];
    const char *text = file->content;
    cr_expect_eq(file->name[sizeof(file->name) - 1], '\0', "%s", file->name);
    cr_expect_eq(text[sizeof(file->content) - 1], '\0', "%s", file->name);
    if (text[0] == '\0')
        return;
    template_fill(file, content, sizeof(content));
    cr_expect_eq(content[0], hex_digit(text[0]) << 4 | hex_digit(text[1]), "%s", file->name);
    for (; *text != '\0'; text++)
        cr_expect(hex_digit(*text) >= 0 || *text == '.', "%s", file->name);
}

static void check_unique(const struct template *template, size_t at)
{
    const struct template_file *file = &template->files[at];
    for (size_t i = 0; i < at; i++) {
        const struct template_file *other = &template->files[i];
        cr_expect_neq(other->field, file->field, "%s, %s", other->name, file->name);
        cr_expect(file->fid == 0 || other->parent != file->parent || other->fid != file->fid,
                  "%s, %s", other->name, file->name);
        cr_expect(file->sfi == 0 || other->parent != file->parent || other->sfi != file->sfi,
                  "%s, %s", other->name, file->name);
    }
}

static int check_template(void *context, const struct template *template)
{
    size_t *count = context;
    for (size_t i = 0; i < template->count; i++) {
        check_file(template, &template->files[i]);
        check_size(&template->files[i]);
        check_content(&template->files[i]);
        check_unique(template, i);
    }
    *count += 1;
    return 0;
}

Test(template, fits_its_element)
{
    size_t count = 0;
    template_each(check_template, &count);
    cr_expect_eq(count, 24, "%zu", count);
}

Test(template, is_found_by_its_oid)
{
    const struct bytes telecom = BYTES(0x67, 0x81, 0x0F, 0x01, 0x02, 0x03);
    const struct bytes telecom_2 = BYTES(0x67, 0x81, 0x0F, 0x01, 0x02, 0x03, 0x02);
    const struct template *one = template_by_oid(telecom), *two = template_by_oid(telecom_2);
    cr_assert(one != NULL && two != NULL && one != two);
    cr_expect(one->version == 1 && two->version == 2 && two->count > one->count);
    cr_expect_null(template_by_oid(BYTES(0x67, 0x81, 0x0F, 0x01, 0x02, 0x03, 0x01)));
    cr_expect_null(template_by_oid(BYTES(0x67, 0x81, 0x0F, 0x01, 0x02, 0x03, 0x02, 0x01)));
    cr_expect_null(template_by_oid(BYTES(0x67, 0x81, 0x0F, 0x01, 0x02)));
    cr_expect_null(template_by_oid(BYTES(0x67, 0x81, 0x0F, 0x01, 0x03, 0x03)));
    cr_expect_null(template_by_oid((struct bytes){0}));
    cr_expect_null(template_by_oid(BYTES(0x67, 0x81, 0x0F, 0x01, 0x02, 0x0A, 0x02))); /* CSIM v2 */
}

static void expect_content(const char *pattern, size_t len, const char *expected)
{
    struct template_file file = {0};
    uint8_t content[16];
    char text[HEX_SIZE(sizeof(content))];
    snprintf(file.content, sizeof(file.content), "%s", pattern);
    template_fill(&file, content, len);
    hex_encode(bytes_of(content, len), text);
    cr_expect_str_eq(text, expected, "%s: %s", pattern, text);
}

Test(template, fills_files)
{
    expect_content("", 3, "FFFFFF");
    expect_content("0A", 3, "0AFFFF");
    expect_content("0A0B0C", 2, "0A0B");
    expect_content("00FF...FF", 4, "00FFFFFF");
    expect_content("FF...FF07", 4, "FFFFFF07");
    expect_content("07FF...FF", 1, "07");
    expect_content("FFFFFF0000...", 7, "FFFFFF0000FFFF");
    expect_content("FF...FF0000000001FFFF", 10, "FFFFFF0000000001FFFF");
}

Test(schema, has_a_field_for_each_tag)
{
    const struct pe_schema_type *all = &pe_schema_profile_element;
    cr_expect_eq(all->count, 34);
    for (size_t i = 0; i < all->count; i++) {
        const struct pe_schema_type *type = all->fields[i].type;
        const uint32_t tag = i < 31 ? 0xA0 | (uint32_t)i : 0xBF00 | (uint32_t)i;
        cr_expect_eq(all->fields[i].tag, tag, "%s", all->fields[i].name);
        cr_expect(type->kind == PE_SCHEMA_SEQUENCE && type->count <= PE_SCHEMA_FIELDS_MAX);
        for (size_t j = 0; j < type->count; j++)
            cr_expect_eq(pe_schema_find(type, j, type->fields[j].tag), &type->fields[j], "%s",
                         type->fields[j].name);
    }
}

Test(schema, checks_down_to_the_last_level)
{
    struct pe_schema_fault fault;
    const struct pe_schema_type *fcp = &pe_schema_fcp;
    cr_expect(pe_schema_check(fcp, BYTES(0x83, 0x02, 0x6F, 0x07), &fault));
    cr_expect(!pe_schema_check(fcp, BYTES(0x83, 0x01, 0x6F), &fault));
    cr_expect(fault.kind == PE_SCHEMA_RANGE && strcmp(fault.field, "fileID") == 0);
    cr_expect(!pe_schema_check(fcp, BYTES(0x83, 0x03, 0x6F, 0x07), &fault));
    cr_expect_eq(fault.kind, PE_SCHEMA_MALFORMED);
    cr_expect(!pe_schema_check(fcp, BYTES(0x9E, 0x00), &fault));
    cr_expect_eq(fault.kind, PE_SCHEMA_UNKNOWN);
    cr_expect(!pe_schema_check(fcp, BYTES(0xA5, 0x02, 0xC1, 0x00), &fault));
    cr_expect(fault.kind == PE_SCHEMA_RANGE && strcmp(fault.field, "fillPattern") == 0);
    cr_expect(!pe_schema_check(&pe_schema_header, BYTES(0x80, 0x00), &fault));
    cr_expect(fault.kind == PE_SCHEMA_MISSING && strcmp(fault.field, "identification") == 0);
    cr_expect(!pe_schema_check(&pe_schema_header, BYTES(0x81, 0x01, 0xFF), &fault));
    cr_expect_eq(fault.kind, PE_SCHEMA_RANGE);
    cr_expect(!pe_schema_check(&pe_schema_file, BYTES(0x80, 0x01, 0x00), &fault));
    cr_expect_eq(fault.kind, PE_SCHEMA_MALFORMED);
}

/* DEFAULT is one value alone: of another length it is none, and of a list all elements are. */
Test(schema, knows_a_default)
{
    const struct pe_schema_field *state = pe_schema_find(&pe_schema_fcp, 0, 0x8A);
    const struct pe_schema_field *aka = pe_schema_find(&pe_schema_profile_element, 0, 0xA4);
    const struct pe_schema_field *sqn = pe_schema_find(aka->type, 0, 0xA5);
    uint8_t list[32 * 8 + 1] = {0};
    cr_assert(state != NULL && sqn != NULL);
    cr_expect(pe_schema_is_default(state, BYTES(0x05)));
    cr_expect_not(pe_schema_is_default(state, BYTES(0x04)));
    cr_expect_not(pe_schema_is_default(state, BYTES(0x05, 0x05)));
    cr_expect_not(pe_schema_is_default(state, (struct bytes){0}));
    for (size_t i = 0; i < 32; i++)
        memcpy(list + 8 * i, "\x04\x06", 2);
    cr_expect(pe_schema_is_default(sqn, bytes_of(list, 32 * 8)));
    cr_expect_not(pe_schema_is_default(sqn, bytes_of(list, 31 * 8)));
    cr_expect_not(pe_schema_is_default(sqn, bytes_of(list, 32 * 8 + 1)), "something is behind it");
    list[32 * 8 - 1] = 1;
    cr_expect_not(pe_schema_is_default(sqn, bytes_of(list, 32 * 8)));
}

Test(schema, splits_a_sequence)
{
    struct tlv fields[10];
    pe_schema_split(&pe_schema_fcp, BYTES(0x83, 0x02, 0x6F, 0x07, 0x88, 0x00), fields);
    cr_expect_eq(fields[0].tag, 0);
    cr_expect(fields[1].tag == 0x83 && fields[1].value.len == 2);
    cr_expect(fields[7].tag == 0x88 && fields[7].value.len == 0);
}
