#include "fs/access/access.h"

#include "apdu/tlv.h"
#include "fs/access/pin.h"

#define MODE_BYTE 0x80   /* tag of an access mode data object: one access mode byte */
#define MODE_HEADER 0x81 /* to 8F: parts of a command's header, as the tag's low bits say */
#define MODE_HEADER_LAST 0x8F
#define MODE_PROPRIETARY 0x9C
#define MODE_BYTE_EXTENDED 0x80 /* in an access mode byte: bits 7 to 4 are proprietary */
#define MODE_BYTE_COMMON 0x07

#define HEADER_CLA 0x08 /* low bits of the tag */
#define HEADER_INS 0x04
#define HEADER_P1 0x02
#define HEADER_P2 0x01

#define SC_ALWAYS 0x90
#define SC_NEVER 0x97
#define SC_BYTE_LIST 0x9D
#define SC_BYTE 0x9E
#define SC_OR 0xA0
#define SC_AUTHENTICATION 0xA4
#define SC_NOT 0xA7
#define SC_AND 0xAF
#define SC_DEPTH_MAX 4

#define CRT_KEY_REFERENCE 0x83
#define CRT_USAGE 0x95
#define USAGE_USER_AUTHENTICATION 0x08

#define PADDING_FF 0xFF /* behind the last rule of a record */
#define PADDING_00 0x00

/* One user authentication, by PIN (TS 102 221 §9.5.1). */
static bool authenticated(const struct access *access, struct bytes crt)
{
    struct tlv reference, usage;
    if (!tlv_find(crt, CRT_KEY_REFERENCE, &reference) || reference.value.len != 1)
        return false;
    if (tlv_find(crt, CRT_USAGE, &usage) &&
        (usage.value.len != 1 || (usage.value.data[0] & USAGE_USER_AUTHENTICATION) == 0))
        return false;
    if (access->domain != NULL && access_domain_has_key(access->domain, reference.value.data[0]))
        return true;
    struct file *file = access->file;
    struct file *context = file_is_directory(file) ? file : file->parent;
    const struct pin *pin = profile_pin(access->profile, context, reference.value.data[0]);
    if (pin != NULL && access->of_file)
        return (pin_bit(access->profile, pin) & access->verified) != 0;
    return pin != NULL && pin_satisfied(access->profile, pin, access->verified);
}

static bool holds(const struct access *access, const struct tlv *condition, int depth);

/* How many of the conditions hold, and how many there are. */
static void count_conditions(const struct access *access, struct bytes in, int depth, int *held,
                             int *count)
{
    struct tlv condition;
    *held = *count = 0;
    while (tlv_take(&in, &condition)) {
        (*count)++;
        *held += holds(access, &condition, depth);
    }
    if (in.len != 0)
        *held = *count = 0;
}

static bool template_holds(const struct access *access, const struct tlv *template, int depth)
{
    int held, count;
    if (depth >= SC_DEPTH_MAX)
        return false;
    count_conditions(access, template->value, depth + 1, &held, &count);
    if (template->tag == SC_OR)
        return held > 0;
    return count > 0 && held == (template->tag == SC_AND ? count : 0);
}

/* Conditions that this card cannot check (secure messaging, external authentication) do not hold.
 */
static bool holds(const struct access *access, const struct tlv *condition, int depth)
{
    switch (condition->tag) {
    case SC_ALWAYS:
        return true;
    case SC_BYTE_LIST:
    case SC_BYTE:
        return condition->value.len == 1 && condition->value.data[0] == 0;
    case SC_AUTHENTICATION:
        return authenticated(access, condition->value);
    case SC_OR:
    case SC_AND:
    case SC_NOT:
        return template_holds(access, condition, depth);
    case SC_NEVER:
        return false;
    default:
        return access->domain != NULL && access->domain->kind == ACCESS_DOMAIN_FULL;
    }
}

static bool mode_byte_covers(uint8_t mode_byte, uint8_t mode)
{
    if (mode_byte & MODE_BYTE_EXTENDED)
        mode_byte &= MODE_BYTE_COMMON;
    return (mode_byte & mode) != 0;
}

static bool field_matches(uint32_t tag, uint32_t field, struct bytes *list, uint8_t value)
{
    uint8_t byte;
    return (tag & field) == 0 || (bytes_take_u8(list, &byte) && byte == value);
}

/* One combination of header bytes off the front of the list. */
static bool combination_matches(uint32_t tag, struct bytes combination, const struct apdu *apdu)
{
    return field_matches(tag, HEADER_CLA, &combination, apdu->family) &&
           field_matches(tag, HEADER_INS, &combination, apdu->ins) &&
           field_matches(tag, HEADER_P1, &combination, apdu->p1) &&
           field_matches(tag, HEADER_P2, &combination, apdu->p2);
}

static size_t combination_len(uint32_t tag)
{
    return ((tag & HEADER_CLA) != 0) + ((tag & HEADER_INS) != 0) + ((tag & HEADER_P1) != 0) +
           ((tag & HEADER_P2) != 0);
}

static bool header_covers(const struct tlv *object, const struct apdu *apdu)
{
    struct bytes list = object->value, combination;
    while (bytes_take(&list, combination_len(object->tag), &combination))
        if (combination_matches(object->tag, combination, apdu))
            return true;
    return false;
}

static bool is_mode(uint32_t tag)
{
    return (tag >= MODE_BYTE && tag <= MODE_HEADER_LAST) || tag == MODE_PROPRIETARY;
}

static bool covers(const struct access *access, const struct tlv *object, bool *steady)
{
    if (object->tag == MODE_BYTE)
        return object->value.len == 1 && mode_byte_covers(object->value.data[0], access->mode);
    if (object->tag > MODE_HEADER_LAST)
        return false;
    if (object->tag & (HEADER_CLA | HEADER_P1 | HEADER_P2))
        *steady = false;
    return header_covers(object, access->apdu);
}

/* The front of a record up to its padding: the next data object. */
static bool take_object(struct bytes *record, struct tlv *out)
{
    return record->len > 0 && record->data[0] != PADDING_FF && record->data[0] != PADDING_00 &&
           tlv_take(record, out);
}

/* Access modes, then the conditions of which one must hold, and so on. */
static bool record_grants(const struct access *access, struct bytes record, bool *steady)
{
    struct tlv object;
    bool covered = false, in_conditions = false;
    while (take_object(&record, &object)) {
        if (is_mode(object.tag)) {
            covered = (covered && !in_conditions) | covers(access, &object, steady);
            in_conditions = false;
            continue;
        }
        in_conditions = true;
        if (covered && holds(access, &object, 0))
            return true;
    }
    return false;
}

bool access_find_record(struct profile *profile, struct file *file, struct bytes *out)
{
    const struct file_rules *rules = &file->rules;
    struct file *arr = rules->arr != 0 ? profile_arr(profile, file) : NULL;
    if (arr == NULL)
        return false;
    arr = file_resolve(arr);
    if (arr->type != FILE_LINEAR_FIXED || arr->life_cycle == FILE_TERMINATED ||
        arr->content == NULL || rules->record == 0 || rules->record > file_record_count(arr))
        return false;
    const size_t offset = (size_t)(rules->record - 1) * arr->record_len;
    *out = bytes_of(arr->content + offset, arr->record_len);
    return true;
}

bool access_granted(const struct access *access, bool *steady)
{
    struct bytes record;
    *steady = true;
    return access_find_record(access->profile, access->file, &record) &&
           record_grants(access, record, steady);
}
