#include "tools/ota/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "crypto/primitives/secret.h"
#include "tools/ota/derived.h"

#define WHERE "keys"
#define TEXT_MAX 4096
#define BLANKS " \t\r"

enum algorithm { ALGORITHM_NONE = 0, DES = 0x1, AES = KEYS_AES, DES_2 = 0x5, DES_3 = 0x9 };

static const char *set_number(const char *value, unsigned long least, unsigned long most,
                              uint8_t *out)
{
    char *end;
    const unsigned long number = strtoul(value, &end, 10);
    if (*end != '\0' || end == value || number < least || number > most)
        return "is no number that can stand there";
    *out = (uint8_t)number;
    return NULL;
}

static const char *set_version(struct keys *keys, const char *value)
{
    return set_number(value, 1, KEYS_VERSION_LAST, &keys->version);
}

static const char *set_mac(struct keys *keys, const char *value)
{
    const char *wrong = set_number(value, 4, SCP80_CHECKSUM_MAX, &keys->mac);
    return wrong != NULL || keys->mac == 4 || keys->mac == SCP80_CHECKSUM_MAX ? wrong : "is 4 or 8";
}

static const char *set_algorithm(struct keys *keys, const char *value)
{
    static const struct {
        const char *name;
        uint8_t algorithm;
    } names[] = {{"aes", AES}, {"3des", DES_2}, {"des", DES}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(value, names[i].name) == 0) {
            keys->algorithm = names[i].algorithm;
            return NULL;
        }
    return "is none of aes, 3des, des";
}

static const char *set_held(struct keys *keys, const char *uri, size_t *len,
                            struct symmetric **held)
{
    refusal_begin(&keys->refusal);
    const int result = symmetric_open(uri, held);
    refusal_end();
    *len = result == 0 ? symmetric_len(*held) : 0;
    return result == 0 ? NULL : keys->refusal.text;
}

static const char *set_key(struct keys *keys, const char *value, uint8_t *key, size_t *len,
                           struct symmetric **held)
{
    struct writer out = writer_on(key, KEYS_SIZE_MAX);
    symmetric_close(*held);
    *held = NULL;
    if (strncmp(value, TOKEN_SCHEME, strlen(TOKEN_SCHEME)) == 0)
        return set_held(keys, value, len, held);
    if (!hex_decode(value, &out) || out.overflow || out.len < 8 || out.len % 8 != 0)
        return "is no key of 8, 16, 24 or 32 bytes in hexadecimal, nor a " TOKEN_SCHEME " URI";
    *len = out.len;
    return NULL;
}

static const char *set_kic(struct keys *keys, const char *value)
{
    return set_key(keys, value, keys->kic, &keys->kic_len, &keys->kic_held);
}

static const char *set_kid(struct keys *keys, const char *value)
{
    return set_key(keys, value, keys->kid, &keys->kid_len, &keys->kid_held);
}

static const char *set_kik(struct keys *keys, const char *value)
{
    return set_key(keys, value, keys->kik, &keys->kik_len, &keys->kik_held);
}

static const char *set_root(struct keys *keys, const char *uri)
{
    token_close(keys->root);
    keys->root = NULL;
    refusal_begin(&keys->refusal);
    const int result = token_open(uri, TOKEN_ROOT, &keys->root);
    refusal_end();
    return result == 0 ? NULL : keys->refusal.text;
}

static const char *set_iccid(struct keys *keys, const char *value)
{
    keys->has_iccid = iccid_from_text(value, keys->iccid);
    return keys->has_iccid ? NULL : "is no ICCID of 18 to 20 digits";
}

static const struct {
    const char *name;
    const char *(*set)(struct keys *keys, const char *value);
} rows[] = {
    {"version", set_version}, {"algorithm", set_algorithm},
    {"kic", set_kic},         {"kid", set_kid},
    {"kik", set_kik},         {"mac", set_mac},
    {"root", set_root},       {"iccid", set_iccid},
};

static char *trim(char *text)
{
    text += strspn(text, BLANKS);
    size_t len = strlen(text);
    while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
        text[--len] = '\0';
    return text;
}

static const char *apply(struct keys *keys, char *line)
{
    char *value = strchr(line, '=');
    line = trim(line);
    if (*line == '\0' || *line == '#')
        return NULL;
    if (value == NULL)
        return "has no '='";
    *value++ = '\0';
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(trim(line), rows[i].name) == 0)
            return rows[i].set(keys, trim(value));
    return "is none of version, algorithm, kic, kid, kik, mac, root, iccid";
}

static const char *complaint_of_held(struct keys *keys)
{
    const struct {
        const struct symmetric *key;
        enum symmetric_task task;
    } uses[] = {{keys->kic_held, SYMMETRIC_ENCRYPT},
                {keys->kic_held, SYMMETRIC_DECRYPT},
                {keys->kid_held, SYMMETRIC_MAC},
                {keys->kik_held, SYMMETRIC_ENCRYPT}};
    int result = 0;
    for (size_t i = 0; result == 0 && i < sizeof(uses) / sizeof(uses[0]); i++) {
        if (uses[i].key == NULL)
            continue;
        if (symmetric_is_aes(uses[i].key) != (keys->algorithm == AES))
            return "the token's keys are of another algorithm";
        refusal_begin(&keys->refusal);
        result = symmetric_check(uses[i].key, uses[i].task);
        refusal_end();
    }
    return result == 0 ? NULL : keys->refusal.text;
}

/* The keys from the root, if there is one. */
static const char *derive(struct keys *keys)
{
    const struct diversify root = {token_cmac, keys->root};
    const size_t len = keys->algorithm == DES ? 8 : 16;
    struct derived_set set = {.version = keys->version};
    if (keys->root == NULL && !keys->has_iccid)
        return NULL;
    if (keys->root == NULL || !keys->has_iccid)
        return "root and iccid are needed together";
    if (keys->kic_len != 0 || keys->kid_len != 0 || keys->kik_len != 0)
        return "keys are given, or derived from root: not both";
    if (keys->version == 0 || keys->algorithm == ALGORITHM_NONE)
        return "version and algorithm are needed";
    iccid_swap(keys->iccid, set.iccid);
    refusal_begin(&keys->refusal);
    const int result = derived_keys(&root, &set, keys->kic, keys->kid, keys->kik, len);
    refusal_end();
    keys->kic_len = keys->kid_len = keys->kik_len = len;
    return result == 0 ? NULL : keys->refusal.text;
}

/* What the lines together leave out, or contradict. */
static const char *complaint(struct keys *keys)
{
    const char *wrong = derive(keys);
    if (wrong != NULL)
        return wrong;
    if (keys->version == 0 || keys->algorithm == ALGORITHM_NONE || keys->kic_len == 0 ||
        keys->kid_len == 0)
        return "version, algorithm, kic and kid are all needed";
    if (keys->algorithm == DES_2 && keys->kic_len == 24)
        keys->algorithm = DES_3;
    if (keys->kic_len != keys->kid_len)
        return "kic and kid are of different lengths";
    const size_t len = keys->kic_len;
    if (keys->kik_len != 0 && keys->kik_len != len)
        return "kik is of another length than kic and kid";
    const bool fits = keys->algorithm == AES   ? len >= 16
                      : keys->algorithm == DES ? len == 8
                                               : len == 16 || len == 24;
    return fits ? complaint_of_held(keys) : "the algorithm has no keys of this length";
}

static bool apply_lines(struct keys *keys, char *text, struct fault *fault)
{
    int number = 0;
    for (char *line; (line = strsep(&text, "\n")) != NULL;) {
        number++;
        const char *wrong = apply(keys, line);
        if (wrong != NULL)
            return fault_raise(fault, WHERE, "%s:%d: '%s' %s", keys->path, number, line, wrong);
    }
    const char *wrong = complaint(keys);
    return wrong == NULL || fault_raise(fault, WHERE, "%s: %s", keys->path, wrong);
}

bool keys_read(const char *path, struct keys *out, struct fault *fault)
{
    char text[TEXT_MAX];
    *out = (struct keys){.path = path, .mac = SCP80_CHECKSUM_MAX};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return fault_raise(fault, WHERE, "%s: %s", path, strerror(errno));
    const size_t len = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[len] = '\0';
    const bool good = apply_lines(out, text, fault);
    token_close(out->root);
    out->root = NULL;
    wipe(text, sizeof(text));
    return good;
}

static struct scp80_key key_for(const struct keys *keys, const uint8_t *key, size_t len,
                                struct symmetric *held)
{
    static const struct scp80_operations by_token = {symmetric_encrypt, symmetric_decrypt,
                                                     symmetric_mac};
    return (struct scp80_key){.type = keys->algorithm == AES ? SCP80_KEY_AES : SCP80_KEY_DES,
                              .mac_length = keys->mac,
                              .value = bytes_of(held == NULL ? key : NULL, len),
                              .operations = held != NULL ? &by_token : NULL,
                              .context = held};
}

struct scp80_keys keys_for(const struct keys *keys)
{
    return (struct scp80_keys){key_for(keys, keys->kic, keys->kic_len, keys->kic_held),
                               key_for(keys, keys->kid, keys->kid_len, keys->kid_held)};
}

bool keys_are_held(const struct keys *keys)
{
    return keys->kic_held != NULL || keys->kid_held != NULL || keys->kik_held != NULL;
}

void keys_wipe(struct keys *keys)
{
    symmetric_close(keys->kic_held);
    symmetric_close(keys->kid_held);
    symmetric_close(keys->kik_held);
    wipe(keys, sizeof(*keys));
}
