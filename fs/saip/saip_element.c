/* One profile element: its form against the schema, its place among the others, its content by the
 * handler of its row; and what a refusal means for the package (TCA §8.1.3, TCA §8.10). */
#include "apdu/der.h"
#include "apdu/trace.h"
#include "fs/saip/saip_pe.h"

enum header_tag {
    HEADER = 0xA0, /* PEHeader is the first field of every element but the profile header */
    HEADER_MANDATED = 0x80,
    HEADER_IDENTIFICATION = 0x81,
};

#define NONE (-1)

static const struct saip_row *find_row(uint32_t tag)
{
    for (size_t i = 0; i < saip_row_count; i++)
        if (saip_rows[i].tag == tag)
            return &saip_rows[i];
    return NULL;
}

/* Also of elements that are not known: whether they are mandated decides about the package. */
static void read_header(struct saip_pe *pe)
{
    struct bytes rest = pe->value;
    struct tlv header, field;
    uint32_t number;
    pe->identification = NONE;
    pe->mandated = pe->row != NULL && pe->row->handle == saip_header;
    if (pe->mandated || !tlv_take_tag(&rest, HEADER, &header))
        return;
    pe->mandated = tlv_find(header.value, HEADER_MANDATED, &field);
    if (tlv_find(header.value, HEADER_IDENTIFICATION, &field) &&
        der_to_unsigned(field.value, SAIP_IDENTIFICATIONS - 1, &number))
        pe->identification = (int32_t)number;
}

/* False if an element of this number has been there before. */
static bool note_identification(struct saip *saip, const struct saip_pe *pe)
{
    if (pe->identification < 0)
        return true;
    uint8_t *byte = &saip->identifications[pe->identification / 8];
    const uint8_t bit = (uint8_t)(1u << pe->identification % 8);
    const bool is_new = (*byte & bit) == 0;
    *byte |= bit;
    return is_new;
}

static int check_place(struct saip *saip, const struct saip_pe *pe)
{
    const struct saip_row *row = pe->row;
    const uint16_t missing = (uint16_t)(row->needs & ~saip->now.seen);
    if ((row->services & ~saip->platform.services) != 0)
        return saip_refuse_because(saip, PE_FEATURE_NOT_SUPPORTED, pe->whole.data,
                                   "the card does not support it");
    if (missing != 0 && (missing & ~saip->now.skipped) == 0)
        return saip_refuse_because(saip, PE_NOT_SUPPORTED, pe->whole.data,
                                   "it needs an element that was refused");
    if (missing != 0)
        return saip_refuse_because(saip, PE_INVALID_REQUEST_FORMAT, pe->whole.data,
                                   "it needs elements before it that are not there");
    if ((row->once & saip->now.seen) != 0)
        return saip_refuse_because(saip, PE_INVALID_REQUEST_FORMAT, pe->whole.data,
                                   "there has been one already");
    return PE_OK;
}

static int check_form(struct saip *saip, const struct saip_pe *pe)
{
    static const enum pe_status statuses[] = {
        [PE_SCHEMA_RANGE] = PE_BAD_VALUES,
        [PE_SCHEMA_MISSING] = PE_INVALID_REQUEST_FORMAT,
        [PE_SCHEMA_MALFORMED] = PE_INVALID_REQUEST_FORMAT,
    };
    struct pe_schema_fault fault;
    if (pe_schema_check(pe->type, pe->value, &fault))
        return PE_OK;
    const char *field = fault.field != NULL ? fault.field : "an element";
    const char *type = fault.type->name != NULL ? fault.type->name : "a part";
    trace_detail("%s: %s of %s is not as the format has it", pe->row->name, field, type);
    /* A service that nobody has heard of is one that the card lacks (TCA §8.2.1). */
    if (fault.kind == PE_SCHEMA_UNKNOWN && fault.type == saip_service_list())
        return saip_refuse(saip, PE_FEATURE_NOT_SUPPORTED, fault.at);
    if (fault.kind == PE_SCHEMA_UNKNOWN)
        return saip_warn(saip, pe, PE_INVALID_PARAMETER, NONE, fault.at);
    return saip_refuse_because(saip, statuses[fault.kind], fault.at,
                               "%s of %s is not as the format has it", field, type);
}

/* Whoever watches may have the element refused. */
static int ask_watcher(struct saip *saip, const struct saip_pe *pe)
{
    const int order = checkpoint_pass(saip->platform.watch, CHECKPOINT_ELEMENT,
                                      pe->row != NULL ? pe->row->name : NULL, saip->element_count);
    return order > PE_OK ? saip_refuse(saip, (enum pe_status)order, pe->whole.data) : PE_OK;
}

static int run(struct saip *saip, struct saip_pe *pe)
{
    if (!note_identification(saip, pe))
        return saip_refuse_because(saip, PE_INVALID_REQUEST_FORMAT, pe->whole.data,
                                   "identification %d is another element's",
                                   (int)pe->identification);
    const bool is_known = pe->row != NULL && pe->row->handle != NULL;
    if (!is_known && (saip->now.seen & SAIP_SEEN_HEADER) != 0)
        return saip_refuse_because(saip, PE_NOT_SUPPORTED, pe->whole.data,
                                   "there is no such profile element");
    if (!is_known) /* before the profile header */
        return saip_refuse_because(saip, PE_INVALID_REQUEST_FORMAT, pe->whole.data,
                                   "a package begins with its header");
    int result = ask_watcher(saip, pe);
    if (result == PE_OK)
        result = check_place(saip, pe);
    if (result == PE_OK)
        result = check_form(saip, pe);
    if (result != PE_OK)
        return result;
    pe_schema_split(pe->type, pe->value, pe->fields);
    result = pe->row->handle(saip, pe);
    if (result == PE_OK) /* whether there is a directory for PINs is for accept() to say */
        saip->now.seen |= pe->row->makes & ~SAIP_SEEN_PIN_CONTEXT;
    return result;
}

/* Which refusals leave it to the element's header whether they end the installation. */
static bool may_go_on(enum pe_status status)
{
    switch (status) {
    case PE_NOT_SUPPORTED:
    case PE_BAD_VALUES:
    case PE_INVALID_PARAMETER:
    case PE_RUNTIME_NOT_SUPPORTED:
    case PE_TEMPLATE_NOT_SUPPORTED:
    case PE_FEATURE_NOT_SUPPORTED:
        return true;
    default:
        return false;
    }
}

/* Unlinks the files with numbers beyond `last`, which were added after all others. */
static void remove_files(struct file **list, uint32_t last)
{
    while (*list != NULL && (*list)->id <= last) {
        remove_files(&(*list)->children, last);
        list = &(*list)->next;
    }
    *list = NULL;
}

static void undo(struct saip *saip, const struct saip_context *before)
{
    struct profile *profile = saip->profile;
    saip_undo_restore(saip);
    remove_files(&profile->mf, before->file_count);
    remove_files(&profile->adfs, before->file_count);
    profile->file_count = before->file_count;
    *(before->last_pin != NULL ? &before->last_pin->next : &profile->pins) = NULL;
    *(before->last_puk != NULL ? &before->last_puk->next : &profile->puks) = NULL;
    *(before->last_aka != NULL ? &before->last_aka->next : &profile->akas) = NULL;
    *(before->last_element != NULL ? &before->last_element->next : &profile->elements) = NULL;
    saip->now = *before;
}

/* The package goes on without the element: nothing later may take an earlier directory or NAA for
 * the one that is missing. */
static void skip(struct saip *saip, const struct saip_pe *pe)
{
    const uint16_t makes = pe->row != NULL ? pe->row->makes : 0;
    saip->now.skipped |= makes;
    saip->now.seen &= (uint16_t) ~(makes & (SAIP_SEEN_ADF | SAIP_SEEN_PIN_CONTEXT));
}

static void accept(struct saip *saip, const struct saip_pe *pe)
{
    saip_undo_forget(saip);
    saip->now.previous = pe->row;
    if (saip->now.first_directory == NULL)
        return;
    saip->now.pin_context = saip->now.first_directory;
    saip->now.seen |= SAIP_SEEN_PIN_CONTEXT;
}

int saip_element(struct saip *saip, struct tlv tlv)
{
    struct saip_pe pe = {
        .tag = tlv.tag, .row = find_row(tlv.tag), .whole = tlv.whole, .value = tlv.value};
    const struct pe_schema_field *field = pe_schema_find(&pe_schema_profile_element, 0, tlv.tag);
    pe.type = field != NULL ? field->type : NULL;
    read_header(&pe);
    saip->current = tlv.whole;
    saip->file = (struct saip_place){0};
    saip->element_count++;
    saip->now.first_directory = NULL;
    saip->now.file_count = saip->profile->file_count;
    const struct saip_context before = saip->now;
    const int result = run(saip, &pe);
    if (result < 0)
        return result;
    if (result == PE_OK) {
        accept(saip, &pe);
        return saip->progress;
    }
    undo(saip, &before);
    if (pe.mandated || !may_go_on(saip->refusal.status)) {
        saip_abort(saip, &pe);
        return SAIP_ABORTED;
    }
    saip_report(saip, &pe);
    skip(saip, &pe);
    return SAIP_MORE;
}
