#include "tools/ota/remote.h"

#include <stdio.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "apdu/tlv.h"
#include "crypto/primitives/aes.h"
#include "crypto/primitives/des.h"

#define WHERE "remote"
#define AID_MIN 5
#define AID_MAX 16
#define COMMAND_MAX 262

#define TAG_METADATA 0xBF2A
#define TAG_PROVIDER 0x91
#define TAG_NAME 0x92
#define PROVIDER_MAX 32 /* characters */
#define NAME_MAX_LEN 64

#define LIST_COMMANDS 8
#define PRIVILEGES_MAX 3

#define KEY_COUNT 3 /* of a set: KIc, KID, KIK */
#define PSK_IDENTIFIER 0x01
#define KEY_TYPE_DES 0x80
#define KEY_TYPE_AES 0x88
#define KEY_TYPE_PSK 0x85
#define CHECK_VALUE_LEN 3

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

/* An answer may hold more than one command tells: the same again with "next" goes on, and is
 * refused once there is nothing left. */
void remote_put_list(struct script_text *script, size_t kind)
{
    for (uint8_t i = 0; i < LIST_COMMANDS; i++)
        (void)put_line(script, BYTES(0x80, 0xF2, scopes[kind].scope, i == 0 ? 0x02 : 0x03, 0x02,
                                     TAG_AID, 0x00, 0x00));
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

void remote_read_list(const json_t *report, size_t kind, json_t *list)
{
    uint8_t room[4096];
    const json_t *responses = json_object_get(report, "responses");
    for (size_t i = 0; i < json_array_size(responses); i++) {
        const char *data = json_string_value(json_object_get(json_array_get(responses, i), "data"));
        struct writer bytes = writer_on(room, sizeof(room));
        if (data != NULL && hex_decode(data, &bytes))
            add_entries(list, scopes[kind].kind, writer_bytes(&bytes));
    }
}

bool remote_is_list(const json_t *report)
{
    const json_t *first = json_array_get(json_object_get(report, "responses"), 0);
    const char *status = json_string_value(json_object_get(first, "sw"));
    return status != NULL && (strcmp(status, "9000") == 0 || strcmp(status, "6310") == 0 ||
                              strcmp(status, "6A88") == 0);
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

static bool put_privileges(const char *text, struct writer *out, struct fault *fault)
{
    uint8_t room[PRIVILEGES_MAX];
    struct writer privileges = writer_on(room, sizeof(room));
    if (!hex_decode(text, &privileges) || privileges.overflow ||
        (privileges.len != 1 && privileges.len != PRIVILEGES_MAX))
        return fault_raise(fault, WHERE, "%s: privileges are two or six hexadecimal digits", text);
    put_lv(out, writer_bytes(&privileges));
    return true;
}

bool remote_put_install(struct script_text *script, const struct remote_instance *instance,
                        struct fault *fault)
{
    const char *const texts[] = {instance->package, instance->module, instance->aid};
    uint8_t room[AID_MAX], data_room[128], command_room[COMMAND_MAX];
    struct writer data = writer_on(data_room, sizeof(data_room)),
                  command = writer_on(command_room, sizeof(command_room));
    struct bytes value;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (!take_aid(texts[i], room, &value, fault))
            return false;
        put_lv(&data, value);
    }
    if (!put_privileges(instance->privileges, &data, fault))
        return false;
    put_lv(&data, BYTES(0xC9, 0x00)); /* no parameters */
    put_lv(&data, (struct bytes){0}); /* no token */
    writer_put(&command, BYTES(0x80, 0xE6, 0x0C, 0x00));
    put_lv(&command, writer_bytes(&data));
    return put_line(script, writer_bytes(&command)) == NULL;
}

/* By the kik, wherever it is. A token's CBC of a single block is its ECB. */
static int encipher_key(const struct keys *keys, struct bytes key, uint8_t *out)
{
    static const uint8_t zeros[AES_BLOCK];
    const struct bytes by = bytes_of(keys->kik, keys->kik_len);
    if (keys->kik_held == NULL)
        return keys->algorithm == KEYS_AES ? aes_cbc_encrypt(by, zeros, key, out)
                                           : des_ecb_encrypt(by, key, out);
    if (keys->algorithm == KEYS_AES)
        return symmetric_encrypt(keys->kik_held, key, out);
    int result = 0;
    for (size_t i = 0; result == 0 && i < key.len; i += DES_BLOCK)
        result = symmetric_encrypt(keys->kik_held, bytes_of(key.data + i, DES_BLOCK), out + i);
    return result;
}

/* A key under another one, and its check value: what it makes of a block of 01 (AES) or of 00 (TCA,
 * GlobalPlatform Card Specification Annex B). */
static int put_ciphered(const struct keys *keys, bool aes, struct bytes key, struct writer *out)
{
    static const uint8_t zeros[DES_BLOCK];
    uint8_t ones[AES_BLOCK], check[AES_BLOCK], ciphered[KEYS_SIZE_MAX];
    memset(ones, 0x01, sizeof(ones));
    int result = encipher_key(keys, key, ciphered);
    if (result == 0)
        result = aes ? aes_ecb_encrypt(key, ones, check)
                     : des_ecb_encrypt(key, bytes_of(zeros, DES_BLOCK), check);
    writer_put_u8(out, aes ? KEY_TYPE_AES : KEY_TYPE_DES);
    put_lv(out, bytes_of(ciphered, key.len));
    put_lv(out, bytes_of(check, CHECK_VALUE_LEN));
    return result;
}

bool remote_put_key(struct script_text *script, const struct keys *keys, const struct keys *added,
                    uint8_t replaced, struct fault *fault)
{
    const struct bytes values[KEY_COUNT] = {bytes_of(added->kic, added->kic_len),
                                            bytes_of(added->kid, added->kid_len),
                                            bytes_of(added->kik, added->kik_len)};
    uint8_t room[256], command_room[COMMAND_MAX];
    struct writer data = writer_on(room, sizeof(room)),
                  command = writer_on(command_room, sizeof(command_room));
    if (keys->kik_len == 0 || added->kik_len == 0) {
        fault_raise(fault, WHERE, "%s has no kik", keys->kik_len == 0 ? keys->path : added->path);
        return fault_next(fault,
                          "a set that is put has three keys, and is ciphered with the kik of "
                          "the set that the order is made with");
    }
    if (keys_are_held(added)) {
        fault_raise(fault, WHERE, "%s: a key in a token cannot be put", added->path);
        return fault_next(fault, "give the bytes of the three keys that are to be put");
    }
    if (keys->algorithm == KEYS_AES && added->kic_len % AES_BLOCK != 0)
        return fault_raise(fault, WHERE, "%s: keys of %zu bytes are no whole blocks of AES",
                           added->path, added->kic_len);
    writer_put_u8(&data, added->version);
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (put_ciphered(keys, added->algorithm == KEYS_AES, values[i], &data) != 0)
            return fault_raise(fault, WHERE, "the keys cannot be ciphered");
    writer_put(&command, BYTES(0x80, 0xD8, replaced, 0x81));
    put_lv(&command, writer_bytes(&data));
    const bool good = put_line(script, writer_bytes(&command)) == NULL;
    return good || fault_raise(fault, WHERE, "the keys are too long for one command");
}

/* Nothing is made of such a key, so that it has no check value. */
bool remote_put_psk(struct script_text *script, const struct keys *keys, const struct psk *added,
                    struct fault *fault)
{
    uint8_t ciphered[PSK_SIZE_MAX], room[PSK_SIZE_MAX + 8], command_room[COMMAND_MAX];
    struct writer data = writer_on(room, sizeof(room)),
                  command = writer_on(command_room, sizeof(command_room));
    const struct bytes key = bytes_of(added->key, added->key_len);
    if (added->version == 0)
        return fault_raise(fault, WHERE, "the key has no version, 40 to 4F, to be put as");
    if (keys->kik_len == 0)
        return fault_raise(fault, WHERE, "%s has no kik, which ciphers what is put", keys->path);
    if (key.len % (keys->algorithm == KEYS_AES ? AES_BLOCK : DES_BLOCK) != 0)
        return fault_raise(fault, WHERE,
                           "a key of %zu bytes is no whole blocks of the kik's cipher", key.len);
    if (encipher_key(keys, key, ciphered) != 0)
        return fault_raise(fault, WHERE, "the key cannot be ciphered");
    writer_put(&data, BYTES(added->version, KEY_TYPE_PSK));
    put_lv(&data, bytes_of(ciphered, key.len));
    writer_put_u8(&data, 0);
    writer_put(&command, BYTES(0x80, 0xD8, 0x00, PSK_IDENTIFIER));
    put_lv(&command, writer_bytes(&data));
    const bool good = put_line(script, writer_bytes(&command)) == NULL;
    return good || fault_raise(fault, WHERE, "the script has no place for another command");
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
