#include "tools/ota/remote.h"

#include <stdio.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/tlv.h"

#define WHERE "remote"
#define AID_MIN 5
#define AID_MAX 16
#define COMMAND_MAX 262

#define TAG_METADATA 0xBF2A
#define TAG_PROVIDER 0x91
#define TAG_NAME 0x92
#define PROVIDER_MAX 32 /* characters */
#define NAME_MAX_LEN 64

#define TAG_ENTRY 0xE3
#define TAG_AID 0x4F
#define TAG_STATE 0x9F70
#define TAG_PRIVILEGES 0xC5

static const struct {
    uint8_t scope;
    const char *kind;
} scopes[] = {{0x80, "issuer's domain"}, {0x40, "application or domain"}, {0x20, "load file"}};

static const char *put_line(struct script_text *script, struct bytes command)
{
    char line[16 + HEX_SIZE(COMMAND_MAX)] = "apdu ";
    hex_encode(command, line + strlen(line));
    return script_text_line(script, line);
}

void remote_put_list(struct script_text *script)
{
    for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
        (void)put_line(script, BYTES(0x80, 0xF2, scopes[i].scope, 0x02, 0x02, 0x4F, 0x00, 0x00));
}

static void set_hex(json_t *object, const char *key, struct bytes value)
{
    char digits[HEX_SIZE(AID_MAX)];
    if (value.len > AID_MAX)
        return;
    hex_encode(value, digits);
    json_object_set_new(object, key, json_string(digits));
}

static void add_entries(json_t *list, const char *kind, struct bytes data)
{
    struct tlv entry, field;
    while (tlv_take_tag(&data, TAG_ENTRY, &entry)) {
        json_t *object = json_object();
        json_object_set_new(object, "kind", json_string(kind));
        if (tlv_find(entry.value, TAG_AID, &field))
            set_hex(object, "aid", field.value);
        if (tlv_find(entry.value, TAG_STATE, &field))
            set_hex(object, "state", field.value);
        if (tlv_find(entry.value, TAG_PRIVILEGES, &field))
            set_hex(object, "privileges", field.value);
        json_array_append_new(list, object);
    }
}

json_t *remote_read_list(const json_t *report)
{
    static uint8_t room[4096];
    const json_t *responses = json_object_get(report, "responses");
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(responses) && i < sizeof(scopes) / sizeof(scopes[0]);
         i++) {
        const char *data = json_string_value(json_object_get(json_array_get(responses, i), "data"));
        struct writer bytes = writer_on(room, sizeof(room));
        if (data != NULL && hex_decode(data, &bytes))
            add_entries(list, scopes[i].kind, writer_bytes(&bytes));
    }
    return list;
}

static bool take_aid(const char *text, uint8_t *room, struct bytes *out, struct fault *fault)
{
    struct writer writer = writer_on(room, AID_MAX);
    if (!hex_decode(text, &writer) || writer.overflow || writer.len < AID_MIN)
        return fault_raise(fault, WHERE, "%s: an AID of 10 to 32 hexadecimal digits is wanted",
                           text);
    *out = writer_bytes(&writer);
    return true;
}

bool remote_put_delete(struct script_text *script, const char *aid, struct fault *fault)
{
    uint8_t room[AID_MAX], command_room[COMMAND_MAX];
    struct writer command = writer_on(command_room, sizeof(command_room));
    struct bytes value;
    if (!take_aid(aid, room, &value, fault))
        return false;
    writer_put(&command, BYTES(0x80, 0xE4, 0x00, 0x00, (uint8_t)(2 + value.len)));
    tlv_put(&command, TAG_AID, value);
    return put_line(script, writer_bytes(&command)) == NULL;
}

static void put_lv(struct writer *out, struct bytes value)
{
    writer_put_u8(out, (uint8_t)value.len);
    writer_put(out, value);
}

bool remote_put_install(struct script_text *script, const char *package, const char *module,
                        const char *aid, struct fault *fault)
{
    const char *const texts[] = {package, module, aid};
    uint8_t room[AID_MAX], data_room[128], command_room[COMMAND_MAX];
    struct writer data = writer_on(data_room, sizeof(data_room)),
                  command = writer_on(command_room, sizeof(command_room));
    struct bytes value;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (!take_aid(texts[i], room, &value, fault))
            return false;
        put_lv(&data, value);
    }
    put_lv(&data, BYTES(0x00));       /* no privileges */
    put_lv(&data, BYTES(0xC9, 0x00)); /* no parameters */
    put_lv(&data, (struct bytes){0}); /* no token */
    writer_put(&command, BYTES(0x80, 0xE6, 0x0C, 0x00));
    put_lv(&command, writer_bytes(&data));
    return put_line(script, writer_bytes(&command)) == NULL;
}

static bool put_word(const char *word, struct writer *out, struct fault *fault)
{
    static const struct {
        const char *key;
        uint32_t tag;
        size_t characters;
    } rows[] = {{"provider=", TAG_PROVIDER, PROVIDER_MAX}, {"name=", TAG_NAME, NAME_MAX_LEN}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const size_t len = strlen(rows[i].key);
        if (strncmp(word, rows[i].key, len) != 0)
            continue;
        const struct bytes text = bytes_of_text(word + len);
        if (!der_is_utf8(text, rows[i].characters))
            return fault_raise(fault, WHERE, "%s: is no UTF-8 of at most %zu characters", word,
                               rows[i].characters);
        tlv_put(out, rows[i].tag, text);
        return true;
    }
    fault_raise(fault, WHERE, "%s: nothing that can be changed", word);
    return fault_next(fault, "provider=TEXT, name=TEXT");
}

/* In the order of the request's fields, whatever order the words have. */
bool remote_put_metadata(struct script_text *script, int count, char **words, struct fault *fault)
{
    uint8_t room[255], command_room[COMMAND_MAX];
    struct writer data = writer_on(room, sizeof(room)),
                  command = writer_on(command_room, sizeof(command_room));
    const size_t mark = tlv_open(&data, TAG_METADATA);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < count; i++)
            if ((strncmp(words[i], "name=", strlen("name=")) == 0) == (pass == 1) &&
                !put_word(words[i], &data, fault))
                return false;
    tlv_close(&data, mark);
    if (data.overflow)
        return fault_raise(fault, WHERE, "the metadata are too long for one command");
    writer_put(&command, BYTES(0x80, 0xE2, 0x91, 0x00));
    put_lv(&command, writer_bytes(&data));
    return put_line(script, writer_bytes(&command)) == NULL;
}
