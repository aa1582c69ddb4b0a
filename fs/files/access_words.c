#include "fs/files/access_words.h"

#include <stdarg.h>
#include <stdio.h>

#include "apdu/json_writer.h"
#include "apdu/tlv.h"
#include "fs/access/access.h"

#define WORDS_SIZE 256
#define DEPTH_MAX 4

enum rule_tag {
    MODE_BYTE = 0x80,
    MODE_HEADER_LAST = 0x8F,
    MODE_PROPRIETARY = 0x9C,
    SC_ALWAYS = 0x90,
    SC_NEVER = 0x97,
    SC_BYTE = 0x9E,
    SC_OR = 0xA0,
    SC_AUTHENTICATION = 0xA4,
    SC_NOT = 0xA7,
    SC_AND = 0xAF,
    CRT_KEY_REFERENCE = 0x83,
};
#define MODE_COMMANDS 0x04 /* low bits of a tag whose value lists instructions */

struct words {
    char text[WORDS_SIZE];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct words *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(to->text + to->len, sizeof(to->text) - to->len, format, arguments);
    va_end(arguments);
    to->len += len > 0 ? (size_t)len : 0;
    if (to->len >= sizeof(to->text))
        to->len = sizeof(to->text) - 1;
}

struct mode_name {
    uint8_t bit;
    const char *name;
};
static const struct mode_name of_file[] = {{ACCESS_READ, "read"},
                                           {ACCESS_UPDATE, "update"},
                                           {0x04, "write"},
                                           {ACCESS_DEACTIVATE, "deactivate"},
                                           {ACCESS_ACTIVATE, "activate"},
                                           {ACCESS_TERMINATE, "terminate"},
                                           {ACCESS_DELETE, "delete"}};
static const struct mode_name of_directory[] = {{0x01, "delete a child"},
                                                {ACCESS_CREATE_EF, "create a file"},
                                                {ACCESS_CREATE_DF, "create a directory"},
                                                {ACCESS_DEACTIVATE, "deactivate"},
                                                {ACCESS_ACTIVATE, "activate"},
                                                {ACCESS_TERMINATE, "terminate"},
                                                {ACCESS_DELETE, "delete"}};

static const char *name_of_instruction(uint8_t ins)
{
    static const struct {
        uint8_t ins;
        const char *name;
    } names[] = {{0x32, "increase"},      {0xD4, "resize"},   {0x24, "change PIN"},
                 {0x84, "get challenge"}, {0x44, "activate"}, {0xE0, "create"},
                 {0xA4, "select"},        {0xB0, "read"},     {0xB2, "read"},
                 {0xA2, "search"},        {0xD6, "update"},   {0xDC, "update"}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].ins == ins)
            return names[i].name;
    return NULL;
}

static void add_separator(struct words *to, const char *separator)
{
    if (to->len > 0)
        add(to, "%s", separator);
}

static void add_mode_byte(struct words *to, uint8_t mode, bool directory)
{
    const struct mode_name *names = directory ? of_directory : of_file;
    const size_t count = directory ? sizeof(of_directory) / sizeof(of_directory[0])
                                   : sizeof(of_file) / sizeof(of_file[0]);
    for (size_t i = 0; i < count; i++)
        if (mode & names[i].bit) {
            add_separator(to, ", ");
            add(to, "%s", names[i].name);
        }
}

static void add_mode(struct words *to, const struct tlv *object, bool directory)
{
    if (object->tag == MODE_BYTE && object->value.len == 1) {
        add_mode_byte(to, object->value.data[0], directory);
        return;
    }
    for (size_t i = 0; i < object->value.len && object->tag == (MODE_BYTE | MODE_COMMANDS); i++) {
        const char *name = name_of_instruction(object->value.data[i]);
        add_separator(to, ", ");
        if (name != NULL)
            add(to, "%s", name);
        else
            add(to, "instruction %02X", object->value.data[i]);
    }
    if (object->tag != (MODE_BYTE | MODE_COMMANDS)) {
        add_separator(to, ", ");
        add(to, "commands by their headers");
    }
}

/* TS 102 221 table 9.3. */
static void add_key(struct words *to, uint8_t reference)
{
    const unsigned number = reference & 0x0F;
    const bool local = (reference & 0x80) != 0;
    if (reference == 0x11)
        add(to, "the universal PIN");
    else if (number >= 0x0A && number <= 0x0E)
        add(to, "ADM%u", number - 9 + (local ? 5 : 0));
    else if (number == 1)
        add(to, local ? "PIN2" : "PIN1");
    else if (number >= 2 && number <= 8)
        add(to, "%s of application %u", local ? "PIN2" : "PIN1", number);
    else
        add(to, "key %02X", reference);
}

static void add_condition(struct words *to, const struct tlv *condition, int depth);

static void add_conditions(struct words *to, struct bytes in, const char *between, int depth)
{
    struct tlv condition;
    const size_t start = to->len;
    while (depth < DEPTH_MAX && tlv_take(&in, &condition)) {
        if (to->len > start)
            add(to, "%s", between);
        add_condition(to, &condition, depth + 1);
    }
}

static void add_condition(struct words *to, const struct tlv *condition, int depth)
{
    struct tlv key;
    switch (condition->tag) {
    case SC_ALWAYS:
        add(to, "nothing");
        break;
    case SC_NEVER:
        add(to, "never");
        break;
    case SC_AUTHENTICATION:
        if (tlv_find(condition->value, CRT_KEY_REFERENCE, &key) && key.value.len == 1)
            add_key(to, key.value.data[0]);
        else
            add(to, "a key without a name");
        break;
    case SC_OR:
        add_conditions(to, condition->value, " or ", depth);
        break;
    case SC_AND:
        add_conditions(to, condition->value, " and ", depth);
        break;
    case SC_NOT:
        add(to, "not ");
        add_conditions(to, condition->value, ", ", depth);
        break;
    case SC_BYTE:
        add(to, condition->value.len == 1 && condition->value.data[0] == 0 ? "nothing"
                                                                           : "secure messaging");
        break;
    default:
        add(to, "a condition %02X", (unsigned)condition->tag);
    }
}

static bool is_mode(uint32_t tag)
{
    return (tag >= MODE_BYTE && tag <= MODE_HEADER_LAST) || tag == MODE_PROPRIETARY;
}

static void put_rule(const struct words *mode, const struct words *needs, struct writer *out)
{
    if (mode->len == 0 || needs->len == 0)
        return;
    json_writer_open_object(out, NULL);
    json_writer_word(out, "mode", mode->text);
    json_writer_word(out, "needs", needs->text);
    json_writer_close_object(out);
}

/* Modes, then the conditions of which one must hold, and so on. */
static void put_rules(struct bytes record, bool directory, struct writer *out)
{
    struct words mode = {0}, needs = {0};
    struct tlv object;
    while (record.len > 0 && record.data[0] != 0xFF && record.data[0] != 0 &&
           tlv_take(&record, &object)) {
        if (is_mode(object.tag) && needs.len > 0) {
            put_rule(&mode, &needs, out);
            mode = needs = (struct words){0};
        }
        if (is_mode(object.tag)) {
            add_mode(&mode, &object, directory);
        } else {
            add_separator(&needs, " or ");
            add_condition(&needs, &object, 0);
        }
    }
    put_rule(&mode, &needs, out);
}

void access_words_put_record(struct bytes record, bool directory, struct writer *out)
{
    json_writer_open_list(out, "rules");
    put_rules(record, directory, out);
    json_writer_close_list(out);
}

void access_words_put(struct profile *profile, struct file *file, struct writer *out)
{
    struct bytes record;
    if (!access_find_record(profile, file, &record))
        record = (struct bytes){0};
    access_words_put_record(record, file_is_directory(file), out);
}
