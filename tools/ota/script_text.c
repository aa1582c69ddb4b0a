#include "tools/ota/script_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/tlv.h"

#define TAG_COMMANDS 0xAA
#define TAG_C_APDU 0x22
#define BLANKS " \t\r\n"
#define COMMAND_MAX 262
#define DATA_MAX 255
#define OFFSET_MAX 0x7FFF
#define AID_DIGITS 10
#define WORDS_MAX 4

static const char bad_number[] = "is no number that can stand there";
static const char bad_hex[] = "is no hexadecimal of 1 to 255 bytes";

void script_text_begin(struct script_text *script, bool expanded)
{
    script->expanded = expanded;
    script->out = writer_on(script->room, sizeof(script->room));
}

/* le: -1 for none. In the compact form a command with data has none (TS 102 226 §5.1). */
static void put(struct script_text *script, struct bytes header, struct bytes data, int le)
{
    uint8_t room[COMMAND_MAX];
    struct writer command = writer_on(room, sizeof(room));
    writer_put(&command, header);
    if (data.len > 0) {
        writer_put_u8(&command, (uint8_t)data.len);
        writer_put(&command, data);
    }
    if (le >= 0)
        writer_put_u8(&command, (uint8_t)le);
    if (script->expanded)
        tlv_put(&script->out, TAG_C_APDU, writer_bytes(&command));
    else
        writer_put(&script->out, writer_bytes(&command));
}

static bool take_number(const char *word, unsigned long most, unsigned long *out)
{
    char *end;
    *out = word != NULL ? strtoul(word, &end, 0) : 0;
    return word != NULL && *end == '\0' && end != word && *out <= most;
}

static bool take_hex(const char *word, uint8_t *room, struct bytes *out)
{
    struct writer writer = writer_on(room, DATA_MAX);
    if (word == NULL || !hex_decode(word, &writer) || writer.overflow || writer.len == 0)
        return false;
    *out = writer_bytes(&writer);
    return true;
}

static const char *do_select(struct script_text *script, char **words)
{
    char *path = words[0];
    uint8_t room[DATA_MAX];
    struct bytes id;
    if (path == NULL)
        return "needs a path, as 3F00/7F10/6F3A";
    for (char *part; (part = strsep(&path, "/")) != NULL;) {
        if (!take_hex(part, room, &id))
            return "is no path: file identifiers of four digits with / between them";
        if (strlen(part) >= AID_DIGITS)
            put(script, BYTES(0x00, 0xA4, 0x04, 0x0C), id, -1);
        else if (id.len == 2)
            put(script, BYTES(0x00, 0xA4, 0x00, 0x0C), id, -1);
        else
            return "is no path: file identifiers of four digits with / between them";
    }
    return NULL;
}

static const char *do_read_record(struct script_text *script, char **words)
{
    unsigned long number, length;
    if (!take_number(words[0], DATA_MAX, &number) || number == 0 ||
        !take_number(words[1], DATA_MAX, &length))
        return "needs a record's number and its length";
    put(script, BYTES(0x00, 0xB2, (uint8_t)number, 0x04), (struct bytes){0}, (int)length);
    return NULL;
}

static const char *do_read(struct script_text *script, char **words)
{
    unsigned long offset = 0, length = 0;
    if (words[0] != NULL && strcmp(words[0], "record") == 0)
        return do_read_record(script, words + 1);
    if ((words[0] != NULL && !take_number(words[0], OFFSET_MAX, &offset)) ||
        (words[0] != NULL && words[1] != NULL && !take_number(words[1], DATA_MAX, &length)))
        return bad_number;
    put(script, BYTES(0x00, 0xB0, (uint8_t)(offset >> 8), (uint8_t)offset), (struct bytes){0},
        (int)length);
    return NULL;
}

static const char *do_update(struct script_text *script, char **words)
{
    const bool record = words[0] != NULL && strcmp(words[0], "record") == 0;
    uint8_t room[DATA_MAX];
    unsigned long where;
    struct bytes data;
    words += record;
    if (!take_number(words[0], record ? DATA_MAX : OFFSET_MAX, &where) || (record && where == 0))
        return bad_number;
    if (!take_hex(words[1], room, &data))
        return bad_hex;
    if (record)
        put(script, BYTES(0x00, 0xDC, (uint8_t)where, 0x04), data, -1);
    else
        put(script, BYTES(0x00, 0xD6, (uint8_t)(where >> 8), (uint8_t)where), data, -1);
    return NULL;
}

static const char *do_apdu(struct script_text *script, char **words)
{
    uint8_t room[DATA_MAX];
    struct bytes command;
    if (!take_hex(words[0], room, &command) || command.len < 4)
        return "needs a command of 4 to 255 bytes in hexadecimal";
    put(script, command, (struct bytes){0}, -1);
    return NULL;
}

static const struct {
    const char *name;
    const char *(*run)(struct script_text *script, char **words);
} rows[] = {{"select", do_select}, {"read", do_read}, {"update", do_update}, {"apdu", do_apdu}};

const char *script_text_line(struct script_text *script, const char *line)
{
    char text[SCRIPT_TEXT_LINE_MAX], *words[WORDS_MAX + 1] = {0}, *rest = text;
    size_t count = 0;
    if (snprintf(text, sizeof(text), "%s", line) >= (int)sizeof(text))
        return "is too long";
    for (char *word; (word = strsep(&rest, BLANKS)) != NULL;) {
        if (*word == '\0')
            continue;
        if (count == WORDS_MAX)
            return "has more words than any command";
        words[count++] = word;
    }
    if (count == 0 || words[0][0] == '#')
        return NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(words[0], rows[i].name) == 0)
            return rows[i].run(script, words + 1);
    return "is no command: select, read, update, apdu";
}

struct bytes script_text_end(struct script_text *script, uint8_t *room, size_t size)
{
    struct writer out = writer_on(room, size);
    if (script->out.overflow)
        return (struct bytes){0};
    if (script->expanded)
        tlv_put(&out, TAG_COMMANDS, writer_bytes(&script->out));
    else
        writer_put(&out, writer_bytes(&script->out));
    return writer_bytes(&out);
}
