#include "tools/ota/script_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/tlv.h"
#include "tools/ota/file_name.h"

#define TAG_COMMANDS 0xAA
#define TAG_C_APDU 0x22
#define BLANKS " \t\r\n"
#define COMMAND_MAX 262
#define DATA_MAX 255
#define OFFSET_MAX 0x7FFF
#define AID_DIGITS 10
#define WORDS_MAX 4

#define TAG_ACTION 0x81
#define TAG_CHAINING 0x83
#define TAG_COMMAND_DETAILS 0x81
#define TAG_DEVICES 0x82
#define TAG_FILE_LIST 0x92
#define COMMAND_REFRESH 0x01
#define DEVICE_UICC 0x81
#define DEVICE_TERMINAL 0x82

static const char bad_path[] =
    "is no path: file identifiers of four digits, AIDs, or names as EF.ICCID, with / between them";
static const char not_compact[] = "stands in the expanded form only: --expanded";
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

/* One part of a path: a file identifier or an AID, in digits or by its name. */
static bool take_part(const char *part, enum file_name_place *place, uint8_t *room,
                      struct bytes *out)
{
    struct writer named = writer_on(room, DATA_MAX);
    if (take_hex(part, room, out))
        return out->len == 2 || out->len >= AID_DIGITS / 2;
    if (!file_name_put(part, place, &named))
        return false;
    *out = writer_bytes(&named);
    return true;
}

static const char *do_select(struct script_text *script, char **words)
{
    char *path = words[0];
    uint8_t room[DATA_MAX];
    enum file_name_place place = FILE_NAME_ANYWHERE;
    struct bytes id;
    if (path == NULL)
        return "needs a path, as 3F00/7F10/6F3A";
    for (char *part; (part = strsep(&path, "/")) != NULL;) {
        if (!take_part(part, &place, room, &id))
            return bad_path;
        put(script, BYTES(0x00, 0xA4, id.len == 2 ? 0x00 : 0x04, 0x0C), id, -1);
    }
    return NULL;
}

/* The number of the command is the card's to give. */
static bool put_refresh(struct script_text *script, uint8_t qualifier, struct bytes file)
{
    uint8_t room[DATA_MAX];
    struct writer action = writer_on(room, sizeof(room));
    tlv_put(&action, TAG_COMMAND_DETAILS, BYTES(0x01, COMMAND_REFRESH, qualifier));
    tlv_put(&action, TAG_DEVICES, BYTES(DEVICE_UICC, DEVICE_TERMINAL));
    if (file.len > 0) {
        const size_t mark = tlv_open(&action, TAG_FILE_LIST);
        writer_put_u8(&action, 1);
        writer_put(&action, file);
        tlv_close(&action, mark);
    }
    tlv_put(&script->out, TAG_ACTION, writer_bytes(&action));
    return !action.overflow;
}

static const char *take_file(char *path, struct writer *out)
{
    enum file_name_place place = FILE_NAME_ANYWHERE;
    uint8_t room[DATA_MAX];
    struct bytes id;
    for (char *part; path != NULL && (part = strsep(&path, "/")) != NULL;) {
        if (!take_part(part, &place, room, &id) || id.len != 2)
            return "needs a path of file identifiers from the MF, as 3F00/7F10/6F3A";
        writer_put(out, id);
    }
    return NULL;
}

static const char *do_refresh(struct script_text *script, char **words)
{
    static const struct {
        const char *name;
        uint8_t qualifier; /* TS 102 223 §8.6 */
    } kinds[] = {{"reset", 0x04},
                 {"init", 0x03},
                 {"files", 0x01},
                 {"init-files", 0x02},
                 {"init-full", 0x00}};
    uint8_t room[DATA_MAX];
    struct writer file = writer_on(room, sizeof(room));
    if (!script->expanded)
        return not_compact;
    const char *wrong = words[0] != NULL ? take_file(words[1], &file) : NULL;
    for (size_t i = 0; wrong == NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (words[0] == NULL || strcmp(words[0], kinds[i].name) == 0)
            return put_refresh(script, kinds[i].qualifier, writer_bytes(&file)) ? NULL : bad_path;
    return wrong != NULL ? wrong : "is none of reset, init, files, init-files, init-full";
}

const char *script_text_chain(struct script_text *script, const char *position)
{
    static const struct {
        const char *name;
        uint8_t position;
    } positions[] = {{"first", 0x01}, {"first-kept", 0x11}, {"more", 0x02}, {"last", 0x03}};
    if (!script->expanded)
        return not_compact;
    for (size_t i = 0; i < sizeof(positions) / sizeof(positions[0]); i++)
        if (strcmp(position, positions[i].name) == 0) {
            tlv_put_u8(&script->out, TAG_CHAINING, positions[i].position);
            return NULL;
        }
    return "is none of first, first-kept, more, last";
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
} rows[] = {{"select", do_select},
            {"read", do_read},
            {"update", do_update},
            {"apdu", do_apdu},
            {"refresh", do_refresh}};

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
    return "is no command: select, read, update, apdu, refresh";
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
