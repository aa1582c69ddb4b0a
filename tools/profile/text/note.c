/* What a value means, as the comment that dump writes behind it. */
#include "apdu/bytes.h"
#include "fs/profile/file.h"
#include "tools/profile/text/value.h"

/* Bits of the file descriptor byte and the coding byte behind it (TS 102 221 §11.1.1.4.3). */
#define DESCRIPTOR_SHAREABLE 0x40
#define DESCRIPTOR_STRUCTURE 0x3F

typedef bool describer(struct bytes value, char note[VALUE_NOTE_SIZE]);

static const char *structure_name(uint8_t descriptor)
{
    static const struct {
        uint8_t structure;
        const char *name;
    } names[] = {{0x01, "transparent"},
                 {0x02, "linear fixed"},
                 {0x06, "cyclic"},
                 {0x38, "DF or ADF"},
                 {0x39, "BER-TLV"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].structure == (descriptor & DESCRIPTOR_STRUCTURE))
            return names[i].name;
    return "unknown structure";
}

static bool describe_descriptor(struct bytes value, char note[VALUE_NOTE_SIZE])
{
    uint8_t descriptor, coding;
    uint16_t record_len;
    if (!bytes_take_u8(&value, &descriptor))
        return false;
    const char *sharing = (descriptor & DESCRIPTOR_SHAREABLE) != 0 ? "" : ", not shareable";
    if (bytes_take_u8(&value, &coding) && bytes_take_u16(&value, &record_len))
        snprintf(note, VALUE_NOTE_SIZE, "%s, %u bytes a record%s", structure_name(descriptor),
                 record_len, sharing);
    else
        snprintf(note, VALUE_NOTE_SIZE, "%s%s", structure_name(descriptor), sharing);
    return true;
}

static bool describe_size(struct bytes value, char note[VALUE_NOTE_SIZE])
{
    uint32_t size;
    if (!bytes_to_u32(value, &size))
        return false;
    snprintf(note, VALUE_NOTE_SIZE, "%u bytes", size);
    return true;
}

static bool describe_sfi(struct bytes value, char note[VALUE_NOTE_SIZE])
{
    if (value.len == 0)
        snprintf(note, VALUE_NOTE_SIZE, "no SFI");
    else
        snprintf(note, VALUE_NOTE_SIZE, "SFI %u", value.data[0] >> 3);
    return true;
}

static bool describe_rules(struct bytes value, char note[VALUE_NOTE_SIZE])
{
    uint16_t arr;
    if (value.len == 3 && bytes_take_u16(&value, &arr))
        snprintf(note, VALUE_NOTE_SIZE, "EF.ARR %04X, record %u", arr, value.data[0]);
    else if (value.len == 1)
        snprintf(note, VALUE_NOTE_SIZE, "EF.ARR of its place, record %u", value.data[0]);
    else
        return false;
    return true;
}

static bool describe_life_cycle(struct bytes value, char note[VALUE_NOTE_SIZE])
{
    static const char *const names[] = {[FILE_CREATION] = "creation",
                                        [FILE_INITIALISATION] = "initialisation",
                                        [FILE_DEACTIVATED] = "deactivated",
                                        [FILE_ACTIVATED] = "activated",
                                        [FILE_TERMINATED] = "terminated"};
    if (value.len != 1 || value.data[0] >= sizeof(names) / sizeof(names[0]) ||
        names[value.data[0]] == NULL)
        return false;
    snprintf(note, VALUE_NOTE_SIZE, "%s", names[value.data[0]]);
    return true;
}

static const struct {
    const char *field;
    describer *describe;
} rows[] = {
    {"fileDescriptor", describe_descriptor},
    {"efFileSize", describe_size},
    {"maximumFileSize", describe_size},
    {"shortEFID", describe_sfi},
    {"securityAttributesReferenced", describe_rules},
    {"lcsi", describe_life_cycle},
};

bool value_note(const struct walk_node *node, char note[VALUE_NOTE_SIZE])
{
    if (node->kind != WALK_LEAF || node->type->kind != PE_SCHEMA_OCTET_STRING)
        return false;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].field, walk_name(node)) == 0)
            return rows[i].describe(node->value, note);
    return false;
}
