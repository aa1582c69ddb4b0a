#include "tools/ota/psk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "crypto/primitives/secret.h"
#include "tools/ota/derived.h"

#define WHERE "psk"
#define LINE_MAX_LEN 1024

static const char *set_identity(struct psk *psk, const char *value)
{
    if (strlen(value) > PSK_IDENTITY_MAX)
        return "is no identity of 1 to 128 characters";
    strcpy(psk->identity, value);
    return NULL;
}

static const char *set_key(struct psk *psk, const char *value)
{
    struct writer key = writer_on(psk->key, sizeof(psk->key));
    if (strncmp(value, TOKEN_SCHEME, strlen(TOKEN_SCHEME)) == 0)
        return "cannot stay in a token, TLS needs its bytes: give root and iccid";
    if (!hex_decode(value, &key) || key.overflow || key.len < PSK_DERIVED_SIZE)
        return "is no key of 16 to 64 bytes in hexadecimal";
    psk->key_len = key.len;
    return NULL;
}

static const char *set_version(struct psk *psk, const char *value)
{
    char *end;
    const unsigned long version = strtoul(value, &end, 16);
    if (*end != '\0' || version < PSK_VERSION_FIRST || version > PSK_VERSION_LAST)
        return "is no version of a key for SCP81, 40 to 4F";
    psk->version = (uint8_t)version;
    return NULL;
}

static const char *set_root(struct psk *psk, const char *uri)
{
    token_close(psk->root);
    psk->root = NULL;
    refusal_begin(&psk->refusal);
    const int result = token_open(uri, TOKEN_ROOT, &psk->root);
    refusal_end();
    return result == 0 ? NULL : psk->refusal.text;
}

static const char *set_iccid(struct psk *psk, const char *value)
{
    psk->has_iccid = iccid_from_text(value, psk->iccid);
    return psk->has_iccid ? NULL : "is no ICCID of 18 to 20 digits";
}

static const struct {
    const char *name;
    const char *(*set)(struct psk *psk, const char *value);
} rows[] = {{"identity", set_identity},
            {"key", set_key},
            {"version", set_version},
            {"root", set_root},
            {"iccid", set_iccid}};

static const char *apply(struct psk *psk, const char *line)
{
    char name[16], value[LINE_MAX_LEN];
    if (line[strspn(line, " \t\r\n")] == '\0' || *line == '#')
        return NULL;
    if (sscanf(line, " %15[a-z] = %1023[^\r\n]", name, value) != 2)
        return "is no line NAME = VALUE";
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0) {
            const char *wrong = rows[i].set(psk, value);
            wipe(value, sizeof(value));
            return wrong;
        }
    return "is none of identity, key, version, root, iccid";
}

/* The key from the root, if there is one. */
static const char *derive(struct psk *psk)
{
    const struct diversify root = {token_cmac, psk->root};
    struct derived_set set = {.version = psk->version};
    if (psk->root == NULL && !psk->has_iccid)
        return NULL;
    if (psk->root == NULL || !psk->has_iccid || psk->version == 0)
        return "root, iccid and version are needed together";
    if (psk->key_len != 0)
        return "a key is given, or derived from root: not both";
    iccid_swap(psk->iccid, set.iccid);
    refusal_begin(&psk->refusal);
    const int result = derived_psk(&root, &set, psk->key, PSK_DERIVED_SIZE);
    refusal_end();
    psk->key_len = PSK_DERIVED_SIZE;
    return result == 0 ? NULL : psk->refusal.text;
}

static const char *complaint(struct psk *psk)
{
    const char *wrong = derive(psk);
    if (wrong != NULL)
        return wrong;
    return psk->identity[0] != '\0' && psk->key_len > 0
               ? NULL
               : "identity, and key or root and iccid, are needed";
}

static bool read_lines(FILE *file, const char *path, struct psk *out, struct fault *fault)
{
    char line[LINE_MAX_LEN];
    const char *wrong = NULL;
    int number = 0;
    while (wrong == NULL && fgets(line, sizeof(line), file) != NULL) {
        number++;
        wrong = apply(out, line);
    }
    wipe(line, sizeof(line));
    if (wrong != NULL)
        return fault_raise(fault, WHERE, "%s:%d %s", path, number, wrong);
    wrong = complaint(out);
    return wrong == NULL || fault_raise(fault, WHERE, "%s: %s", path, wrong);
}

bool psk_read(const char *path, struct psk *out, struct fault *fault)
{
    *out = (struct psk){0};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return fault_raise(fault, WHERE, "%s: %s", path, strerror(errno));
    const bool good = read_lines(file, path, out, fault);
    fclose(file);
    token_close(out->root);
    out->root = NULL;
    return good;
}

void psk_wipe(struct psk *psk)
{
    wipe(psk, sizeof(*psk));
}
