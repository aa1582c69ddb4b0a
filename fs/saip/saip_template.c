/* The elements that create files from a template (TCA §8.3.4): each field but header and template
 * is a File, which says what differs from the template's row. */
#include "apdu/der.h"
#include "fs/saip/saip_file.h"
#include "fs/saip/saip_service.h"

enum pe_field { PE_HEADER, PE_TEMPLATE, PE_FIRST_FILE };

enum file_tag {
    FILE_DO_NOT_CREATE = 0x80,
    FILE_DESCRIPTOR = 0xA1,
    FILE_FILL_OFFSET = 0x82,
    FILE_FILL_CONTENT = 0x83,
};

/* One such element at work. */
struct session {
    struct saip *saip;
    const struct saip_pe *pe;
    const struct template *template;
    struct file *base;                       /* where the first file goes; NULL: it has no place */
    struct file *made[PE_SCHEMA_FIELDS_MAX]; /* by field: the first file of each row */
    const struct template_file *rows[PE_SCHEMA_FIELDS_MAX]; /* by field: the first row of each */
};

static bool is_directory_row(const struct template_file *row)
{
    return row->type <= FILE_ADF;
}

static void find_rows(struct session *session)
{
    const struct template *template = session->template;
    for (size_t i = template->count; i-- > 0;)
        session->rows[template->files[i].field] = &template->files[i];
}

/* The directory of a row's files; NULL if the package has not made it. */
static struct file *parent_of(const struct session *session, const struct template_file *row)
{
    const struct template *template = session->template;
    const struct template_file *first = &template->files[0];
    if (row->parent == 0)
        return is_directory_row(first) && row != first ? session->made[first->field]
                                                       : session->base;
    for (size_t i = 0; i < template->count; i++)
        if (template->files[i].fid == row->parent && is_directory_row(&template->files[i]))
            return session->made[template->files[i].field];
    return NULL;
}

static int create(struct session *session, const struct template_file *row,
                  const struct saip_plan *plan, const uint8_t *at, struct saip_cursor *cursor)
{
    struct file *file = NULL;
    int result = saip_content_end(session->saip, cursor, at);
    if (result == PE_OK)
        result = saip_plan_create(session->saip, plan, at, &file);
    if (result != PE_OK)
        return result;
    if (session->made[row->field] == NULL)
        session->made[row->field] = file;
    *cursor = (struct saip_cursor){file, 0};
    return PE_OK;
}

/* A File: what a row becomes, once for each descriptor, with content after it. */
struct field_state {
    unsigned count; /* files made */
    struct saip_cursor cursor;
};

static int make_next(struct session *session, const struct template_file *row,
                     const struct tlv *descriptor, const uint8_t *at, struct field_state *state)
{
    struct saip_plan plan = saip_plan_row(row, state->count, parent_of(session, row));
    session->saip->file = (struct saip_place){plan.fid, row->name};
    int result = PE_OK;
    if (descriptor != NULL)
        result = saip_plan_read(session->saip, &plan, descriptor->value);
    if (result == PE_OK)
        result = create(session, row, &plan, at, &state->cursor);
    state->count++;
    return result;
}

static int run_choice(struct session *session, const struct template_file *row,
                      const struct tlv *choice, struct field_state *state)
{
    struct saip *saip = session->saip;
    const uint8_t *at = choice->whole.data;
    if (choice->tag == FILE_DESCRIPTOR)
        return make_next(session, row, choice, at, state);
    if (choice->tag != FILE_FILL_OFFSET && choice->tag != FILE_FILL_CONTENT)
        return PE_OK;
    const int result = state->count == 0 ? make_next(session, row, NULL, at, state) : PE_OK;
    if (result != PE_OK)
        return result;
    return choice->tag == FILE_FILL_OFFSET ? saip_content_skip(saip, &state->cursor, choice->value)
                                           : saip_content_put(saip, &state->cursor, choice->value);
}

static int run_file(struct session *session, const struct template_file *row,
                    const struct tlv *field)
{
    struct bytes rest = field->value;
    struct tlv choice;
    struct field_state state = {0};
    int result = PE_OK;
    while (result == PE_OK && tlv_take(&rest, &choice)) {
        /* The flag has no effect on the files at the MF. */
        if (choice.tag == FILE_DO_NOT_CREATE && session->template->base != TEMPLATE_AT_ROOT)
            return state.count == 0
                       ? PE_OK
                       : saip_refuse_because(session->saip, PE_BAD_VALUES, choice.whole.data,
                                             "doNotCreate stands behind other parts");
        result = run_choice(session, row, &choice, &state);
    }
    if (result == PE_OK && state.count == 0)
        result = make_next(session, row, NULL, field->whole.data, &state);
    if (result == PE_OK)
        result = saip_content_end(session->saip, &state.cursor, field->whole.data);
    return result;
}

static int run_field(struct session *session, size_t field)
{
    const struct tlv *file = &session->pe->fields[field];
    const struct template_file *row = session->rows[field];
    uint8_t additional;
    if (row == NULL) /* a later version's file */
        return saip_refuse_because(session->saip, PE_INVALID_PARAMETER, file->whole.data,
                                   "%s is not in this version of the template",
                                   session->pe->type->fields[field].name);
    if (saip_service_forbids(session->saip, session->template->number, row->fid, &additional))
        return saip_warn(session->saip, session->pe, PE_FEATURE_NOT_SUPPORTED, additional,
                         file->whole.data);
    return run_file(session, row, file);
}

/* A file of a template "created by default" that the package does not mention; one that the
 * template alone does not describe is left out. */
static int run_absent(struct session *session, const struct template_file *row)
{
    const uint8_t all = TEMPLATE_SIZE | TEMPLATE_RECORDS | TEMPLATE_PIN_STATUS | TEMPLATE_FID |
                        TEMPLATE_AID | TEMPLATE_ARR | TEMPLATE_TYPE;
    struct field_state state = {0};
    if ((row->parameters & all) != 0 || row->content_required)
        return PE_OK;
    return make_next(session, row, NULL, session->pe->whole.data, &state);
}

static int run_fields(struct session *session)
{
    int result = PE_OK;
    for (size_t i = PE_FIRST_FILE; i < session->pe->type->count && result == PE_OK; i++) {
        const struct template_file *row = session->rows[i];
        if (session->pe->fields[i].tag != 0)
            result = run_field(session, i);
        else if (session->template->by_default && row != NULL)
            result = run_absent(session, row);
    }
    return result;
}

/* The element that a template belongs to has the template's own number in its place: TCA §9 numbers
 * templates in the order of TCA §8.1's elements. */
static bool belongs(const struct saip_pe *pe, const struct template *template)
{
    static const struct {
        uint8_t number;
        const char *element;
    } elements[] = {{1, "mf"},       {2, "cd"},        {3, "telecom"},    {4, "usim"},
                    {5, "opt-usim"}, {6, "phonebook"}, {7, "gsm-access"}, {8, "isim"},
                    {9, "opt-isim"}, {10, "csim"},     {11, "opt-csim"},  {12, "eap"},
                    {13, "df-5gs"},  {14, "df-saip"},  {15, "df-snpn"},   {16, "df-5gprose"}};
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
        if (elements[i].number == template->number)
            return strcmp(elements[i].element, pe->row->name) == 0;
    return false;
}

static struct file *find_base(const struct saip *saip, enum template_base base)
{
    switch (base) {
    case TEMPLATE_AT_MF:
        return saip->profile->mf;
    case TEMPLATE_IN_USIM:
        return saip->now.usim;
    case TEMPLATE_IN_ISIM:
        return saip->now.isim;
    case TEMPLATE_IN_CSIM:
        return saip->now.csim;
    case TEMPLATE_IN_ADF:
        return saip->now.adf;
    default:
        return NULL;
    }
}

/* A second NAA of a kind needs a service of its own. */
static int note_adf(struct saip *saip, enum template_base base, const struct saip_pe *pe)
{
    struct saip_context *now = &saip->now;
    struct file **last = base == TEMPLATE_ADF_USIM   ? &now->usim
                         : base == TEMPLATE_ADF_ISIM ? &now->isim
                                                     : &now->csim;
    const enum saip_service multiple = base == TEMPLATE_ADF_USIM   ? SAIP_SERVICE_MULTIPLE_USIM
                                       : base == TEMPLATE_ADF_ISIM ? SAIP_SERVICE_MULTIPLE_ISIM
                                                                   : SAIP_SERVICE_MULTIPLE_CSIM;
    if (*last != NULL && !saip_supports(saip, multiple))
        return saip_refuse_because(saip, PE_FEATURE_NOT_SUPPORTED, pe->whole.data,
                                   "the card takes one application of this kind");
    *last = now->adf;
    return PE_OK;
}

int saip_template(struct saip *saip, const struct saip_pe *pe)
{
    const struct tlv *oid = &pe->fields[PE_TEMPLATE];
    struct session session = {.saip = saip, .pe = pe, .template = template_by_oid(oid->value)};
    if (session.template == NULL)
        return saip_refuse_because(saip, PE_TEMPLATE_NOT_SUPPORTED, oid->whole.data,
                                   "its template is not known");
    if (!belongs(pe, session.template))
        return saip_refuse_because(saip, PE_BAD_VALUES, oid->whole.data,
                                   "its template is that of %s", session.template->name);
    const enum template_base base = session.template->base;
    session.base = find_base(saip, base);
    find_rows(&session);
    const int result = run_fields(&session);
    if (result != PE_OK || base < TEMPLATE_ADF_USIM || base > TEMPLATE_ADF_CSIM)
        return result;
    saip_service_clear(saip, session.template->number, saip->now.adf);
    return note_adf(saip, base, pe);
}
