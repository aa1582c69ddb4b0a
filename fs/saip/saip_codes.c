/* PE-PINCodes and PE-PUKCodes (TCA §8.5). */
#include "apdu/der.h"
#include "fs/saip/saip_pe.h"

enum pe_field { PE_HEADER, PE_CODES };
enum codes_tag { CODES_CONFIGURATION = 0xA0, CODES_PATH = 0x81 };

enum pin_field { PIN_REFERENCE, PIN_VALUE, PIN_UNBLOCKING, PIN_ATTRIBUTES, PIN_TRIES, PIN_FIELDS };
enum puk_field { PUK_REFERENCE, PUK_VALUE, PUK_TRIES, PUK_FIELDS };

#define PIN_ATTRIBUTES_DEFAULT 7
#define PIN_TRIES_DEFAULT 0x33
#define PUK_TRIES_DEFAULT 0xAA
#define LOCAL_FIRST 0x81 /* secondPINAppl1 to secondPINAppl8 */
#define LOCAL_LAST 0x88

static uint8_t number(const struct tlv *field, uint8_t fallback)
{
    uint32_t value;
    return field->tag != 0 && der_to_unsigned(field->value, UINT8_MAX, &value) ? (uint8_t)value
                                                                               : fallback;
}

/* maxNumOfAttemps-retryNumLeft: a digit each; more left than there are is undefined (TCA §8.5.1),
 * and means here that none has been used. */
static uint8_t tries_max(uint8_t tries)
{
    return tries >> 4;
}

static uint8_t tries_left(uint8_t tries)
{
    const uint8_t left = tries & 0x0F;
    return left < tries_max(tries) ? left : tries_max(tries);
}

/* A named value of the ASN.1's INTEGER. */
static bool is_named(const struct pe_schema_type *list, uint8_t reference)
{
    return pe_schema_name(list->element->fields[0].type, reference) != NULL;
}

static bool is_local(uint8_t reference)
{
    return reference >= LOCAL_FIRST && reference <= LOCAL_LAST;
}

static struct pin *find_pin(const struct saip *saip, uint32_t directory, uint8_t reference)
{
    struct pin *pin = saip->profile->pins;
    while (pin != NULL && (pin->directory != directory || pin->reference != reference))
        pin = pin->next;
    return pin;
}

/* PE_OK, or the refusal. */
static int judge_pin(struct saip *saip, const struct pe_schema_type *list, const struct pin *pin,
                     const uint8_t *at)
{
    const struct file *directory = saip->now.pin_context;
    const bool at_mf = directory->type == FILE_MF;
    if (!is_named(list, pin->reference))
        return saip_refuse_because(saip, PE_BAD_VALUES, at, "there is no PIN %02X", pin->reference);
    if (is_local(pin->reference) == at_mf)
        return saip_refuse_because(saip, PE_BAD_VALUES, at, "PIN %02X is %s", pin->reference,
                                   at_mf ? "no global one" : "a global one, which the MF has");
    if (find_pin(saip, pin->directory, pin->reference) != NULL)
        return saip_refuse_because(saip, PE_BAD_VALUES, at, "PIN %02X is there already",
                                   pin->reference);
    if (pin->puk != 0 && profile_puk(saip->profile, pin->puk) == NULL)
        return saip_refuse_because(saip, PE_BAD_VALUES, at,
                                   "PIN %02X refers to PUK %02X, which is not there",
                                   pin->reference, pin->puk);
    return PE_OK;
}

static int read_pin(struct saip *saip, const struct pe_schema_type *list, struct tlv element)
{
    struct tlv fields[PIN_FIELDS];
    struct pin *pin = saip_alloc(saip, sizeof *pin);
    if (pin == NULL)
        return PE_NOT_ENOUGH_MEMORY;
    pe_schema_split(list->element, element.value, fields);
    const uint8_t tries = number(&fields[PIN_TRIES], PIN_TRIES_DEFAULT);
    *pin = (struct pin){
        .directory = saip->now.pin_context->id,
        .reference = number(&fields[PIN_REFERENCE], 0),
        .max = tries_max(tries),
        .left = tries_left(tries),
        .attributes = number(&fields[PIN_ATTRIBUTES], PIN_ATTRIBUTES_DEFAULT),
        .puk = number(&fields[PIN_UNBLOCKING], 0),
    };
    bytes_copy_exact(fields[PIN_VALUE].value, pin->value, sizeof pin->value);
    const int result = judge_pin(saip, list, pin, element.whole.data);
    if (result != PE_OK)
        return result;
    *(saip->now.last_pin != NULL ? &saip->now.last_pin->next : &saip->profile->pins) = pin;
    saip->now.last_pin = pin;
    return PE_OK;
}

/* The PINs of another directory are this one's too. */
static int share(struct saip *saip, const struct tlv *path)
{
    struct file *context = saip->now.pin_context;
    struct file *other = profile_file_by_path(saip->profile, path->value);
    if (other == NULL || !file_is_directory(other) || other == context || context->type == FILE_MF)
        return saip_refuse_because(saip, PE_BAD_VALUES, path->whole.data,
                                   "its filePath leads to no other directory's PINs");
    context->pins = other->pins != 0 ? other->pins : file_resolve(other)->id;
    return PE_OK;
}

int saip_pin_codes(struct saip *saip, const struct saip_pe *pe)
{
    const struct pe_schema_type *codes = pe->type->fields[PE_CODES].type;
    struct bytes rest = pe->fields[PE_CODES].value;
    struct tlv choice, element;
    const struct file *context = saip->now.pin_context;
    if (!tlv_take(&rest, &choice))
        return saip_refuse(saip, PE_INVALID_REQUEST_FORMAT, pe->whole.data);
    for (struct pin *pin = saip->profile->pins; pin != NULL; pin = pin->next)
        if (pin->directory == context->id)
            return saip_refuse_because(saip, PE_INVALID_REQUEST_FORMAT, choice.whole.data,
                                       "directory %04X has its PINs already", context->fid);
    if (choice.tag == CODES_PATH)
        return share(saip, &choice);
    int result = PE_OK;
    while (result == PE_OK && tlv_take(&choice.value, &element))
        result = read_pin(saip, codes->fields[0].type, element);
    return result;
}

static int read_puk(struct saip *saip, const struct pe_schema_type *list, struct tlv element)
{
    struct tlv fields[PUK_FIELDS];
    pe_schema_split(list->element, element.value, fields);
    const uint8_t reference = number(&fields[PUK_REFERENCE], 0);
    const uint8_t tries = number(&fields[PUK_TRIES], PUK_TRIES_DEFAULT);
    if (!is_named(list, reference) || profile_puk(saip->profile, reference) != NULL)
        return saip_refuse_because(saip, PE_BAD_VALUES, element.whole.data, "%s PUK %02X%s",
                                   is_named(list, reference) ? "" : "there is no", reference,
                                   is_named(list, reference) ? " is there already" : "");
    struct puk *puk = saip_alloc(saip, sizeof *puk);
    if (puk == NULL)
        return PE_NOT_ENOUGH_MEMORY;
    *puk = (struct puk){.reference = reference, .max = tries_max(tries), .left = tries_left(tries)};
    bytes_copy_exact(fields[PUK_VALUE].value, puk->value, sizeof puk->value);
    *(saip->now.last_puk != NULL ? &saip->now.last_puk->next : &saip->profile->puks) = puk;
    saip->now.last_puk = puk;
    return PE_OK;
}

int saip_puk_codes(struct saip *saip, const struct saip_pe *pe)
{
    const struct pe_schema_type *list = pe->type->fields[PE_CODES].type;
    struct bytes rest = pe->fields[PE_CODES].value;
    struct tlv element;
    int result = PE_OK;
    /* Right after the MF (TCA §8.5.2): no other directory, and no PIN that could refer to a PUK. */
    if (saip->now.pin_context != saip->profile->mf || saip->now.last_pin != NULL)
        return saip_refuse_because(saip, PE_INVALID_REQUEST_FORMAT, pe->whole.data,
                                   "PUKs come right after the MF, before any PIN");
    while (result == PE_OK && tlv_take(&rest, &element))
        result = read_puk(saip, list, element);
    return result;
}
