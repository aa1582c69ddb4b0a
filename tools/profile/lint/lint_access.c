/* Findings about access rules, PINs and PUKs. */
#include "apdu/tlv.h"
#include "tools/profile/lint/lint_rule.h"

#define SC_AUTHENTICATION 0xA4
#define SC_OR 0xA0
#define SC_AND 0xAF
#define SC_NOT 0xA7
#define CRT_KEY_REFERENCE 0x83
#define MODE_FIRST 0x80 /* access mode data objects: 80 to 8F, 9C */
#define MODE_LAST 0x8F
#define MODE_PROPRIETARY 0x9C
#define DEPTH_MAX 4

#define PIN_DIGITS_MIN 4
#define PIN_PADDING 0xFF
#define USER_LAST 0x08 /* global PINs of the user: 01 to 08, local ones: 81 to 88 */
#define LOCAL 0x80

/* The record of EF.ARR that a file's rules are in; false if there is none. */
static bool rules_of(struct lint *lint, struct file *file, struct file **arr, struct bytes *record)
{
    *arr = profile_arr(lint->profile, file);
    if (*arr == NULL)
        return false;
    const struct file *holder = file_resolve(*arr);
    struct bytes content = lint_content(*arr), skipped;
    return file->rules.record > 0 &&
           bytes_take(&content, (size_t)(file->rules.record - 1) * holder->record_len, &skipped) &&
           bytes_take(&content, holder->record_len, record);
}

static void find_missing(struct lint *lint, struct file *file)
{
    if (file->rules.arr != 0 && profile_arr(lint->profile, file) == NULL)
        lint_find(lint, file, "its rules are in EF.ARR %04X, which is not there", file->rules.arr);
}

void lint_arr_missing(struct lint *lint)
{
    lint_each_file(lint, find_missing);
}

static void find_record(struct lint *lint, struct file *file)
{
    struct file *arr;
    struct bytes record = {0};
    const bool found = rules_of(lint, file, &arr, &record);
    if (arr == NULL)
        return;
    if (!found)
        lint_find(lint, file, "its rules are record %u of EF.ARR %04X, which has %u",
                  file->rules.record, arr->fid, file_record_count(file_resolve(arr)));
    else if (lint_is_blank(record))
        lint_find(lint, file, "its rules are record %u of EF.ARR %04X, which is blank",
                  file->rules.record, arr->fid);
}

void lint_arr_record(struct lint *lint)
{
    lint_each_file(lint, find_record);
}

static bool is_padding(struct bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.data[i] != 0xFF && bytes.data[i] != 0x00)
            return false;
    return true;
}

static bool is_mode(uint32_t tag)
{
    return (tag >= MODE_FIRST && tag <= MODE_LAST) || tag == MODE_PROPRIETARY;
}

/* Access modes, each with conditions behind it, then nothing but filling. */
static bool is_rule_list(struct bytes record)
{
    bool mode_seen = false, condition_seen = true;
    struct tlv object;
    while (!is_padding(record)) {
        if (!tlv_take(&record, &object))
            return false;
        if (is_mode(object.tag) && !condition_seen)
            return false;
        if (!is_mode(object.tag) && !mode_seen)
            return false;
        mode_seen = true;
        condition_seen = !is_mode(object.tag);
    }
    return condition_seen;
}

static void find_form(struct lint *lint, struct file *file)
{
    const bool is_arr = file->fid == 0x2F06 || file->fid == 0x6F06;
    if (!is_arr || file->target != NULL || !file_has_records(file))
        return;
    struct bytes content = lint_content(file), record;
    for (unsigned n = 1; bytes_take(&content, file->record_len, &record); n++)
        if (!is_rule_list(record))
            lint_find(lint, file, "record %u is no access modes with conditions", n);
}

void lint_arr_form(struct lint *lint)
{
    lint_each_file(lint, find_form);
}

/* Bit n: key reference n is asked for. */
struct references {
    uint8_t asked[32];
};

static void collect(struct bytes conditions, int depth, struct references *out)
{
    struct tlv object, reference;
    while (tlv_take(&conditions, &object)) {
        if (object.tag == SC_AUTHENTICATION &&
            tlv_find(object.value, CRT_KEY_REFERENCE, &reference) && reference.value.len == 1)
            out->asked[reference.value.data[0] / 8] |= (uint8_t)(1u << reference.value.data[0] % 8);
        else if (depth < DEPTH_MAX &&
                 (object.tag == SC_OR || object.tag == SC_AND || object.tag == SC_NOT))
            collect(object.value, depth + 1, out);
    }
}

/* The PINs that a file's rules ask for and that are not there; told once for each EF.ARR's record
 * and directory would need a memory, so it is told for the directory and its files by reference. */
static void find_pins(struct lint *lint, struct file *file)
{
    struct file *arr;
    struct bytes record;
    struct references references = {{0}};
    struct file *directory = file_is_directory(file) ? file : file->parent;
    if (!rules_of(lint, file, &arr, &record))
        return;
    collect(record, 0, &references);
    for (unsigned i = 0; i < 256; i++)
        if ((references.asked[i / 8] >> i % 8 & 1) != 0 &&
            profile_pin(lint->profile, directory, (uint8_t)i) == NULL)
            lint_find(lint, file, "its rules ask for PIN %02X, which is not there", i);
}

void lint_arr_pin(struct lint *lint)
{
    lint_each_file(lint, find_pins);
}

static bool is_users(uint8_t reference)
{
    const uint8_t number = reference & (uint8_t)~LOCAL;
    return number > 0 && number <= USER_LAST;
}

void lint_puk_missing(struct lint *lint)
{
    for (const struct pin *pin = lint->profile->pins; pin != NULL; pin = pin->next)
        if (is_users(pin->reference) && pin->puk == 0)
            lint_find(lint, profile_file_by_id(lint->profile, pin->directory),
                      "PIN %02X refers to no PUK", pin->reference);
}

/* Four to eight digits, then FF (TS 102 221 §9.5.1); the value itself is not told. */
static bool is_enterable(const uint8_t value[PIN_SIZE])
{
    size_t len = 0;
    while (len < PIN_SIZE && value[len] >= '0' && value[len] <= '9')
        len++;
    if (len < PIN_DIGITS_MIN)
        return false;
    while (len < PIN_SIZE && value[len] == PIN_PADDING)
        len++;
    return len == PIN_SIZE;
}

void lint_pin_format(struct lint *lint)
{
    for (const struct pin *pin = lint->profile->pins; pin != NULL; pin = pin->next)
        if (is_users(pin->reference) && !is_enterable(pin->value))
            lint_find(lint, profile_file_by_id(lint->profile, pin->directory),
                      "PIN %02X is not 4 to 8 digits, filled with FF", pin->reference);
    for (const struct puk *puk = lint->profile->puks; puk != NULL; puk = puk->next)
        if (!is_enterable(puk->value) || puk->value[PIN_SIZE - 1] == PIN_PADDING)
            lint_find(lint, NULL, "PUK %02X is not 8 digits", puk->reference);
}
