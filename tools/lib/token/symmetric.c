#include "tools/lib/token/symmetric.h"

#include <stdlib.h>

#include "apdu/status.h"
#include "apdu/trace.h"
#include "crypto/primitives/des.h"
#include "tools/lib/token/handle.h"

#define MECHANISMS_MAX 1024

/* By the type of the key. With DES a checksum is what CBC ends with: few tokens make the one of
 * eight bytes by a mechanism of its own. */
struct kind {
    CK_KEY_TYPE type;
    size_t len; /* 0: the key says */
    size_t block;
    CK_MECHANISM_TYPE cbc;
    const char *cbc_name;
};

static const struct kind kinds[] = {
    {CKK_AES, 0, AES_BLOCK, CKM_AES_CBC, "CKM_AES_CBC"},
    {CKK_DES, 8, DES_BLOCK, CKM_DES_CBC, "CKM_DES_CBC"},
    {CKK_DES2, 16, DES_BLOCK, CKM_DES3_CBC, "CKM_DES3_CBC"},
    {CKK_DES3, 24, DES_BLOCK, CKM_DES3_CBC, "CKM_DES3_CBC"},
};

struct symmetric {
    struct token *token;
    const struct kind *kind;
    size_t len;
};

static int complain(const struct token *token, const char *what)
{
    trace_error("token '%s': %s", token->link.label, what);
    return FAILURE_INTERNAL;
}

static CK_RV get(const struct token *token, CK_ATTRIBUTE_TYPE type, void *out, CK_ULONG size)
{
    CK_ATTRIBUTE asked = {type, out, size};
    return token->link.module->C_GetAttributeValue(token->link.session, token->key, &asked, 1);
}

/* Which kind of key it is, and how long. */
static int recognise(struct symmetric *key)
{
    CK_KEY_TYPE type;
    CK_ULONG len = 0;
    CK_RV code = get(key->token, CKA_KEY_TYPE, &type, sizeof(type));
    for (size_t i = 0; code == CKR_OK && i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (kinds[i].type == type)
            key->kind = &kinds[i];
    if (code == CKR_OK && key->kind == NULL)
        return complain(key->token, "its key is of no algorithm that is used here");
    if (code == CKR_OK && key->kind->len == 0)
        code = get(key->token, CKA_VALUE_LEN, &len, sizeof(len));
    if (code != CKR_OK)
        return link_complain(&key->token->link, "it does not say what its key is", code);
    key->len = key->kind->len != 0 ? key->kind->len : len;
    return 0;
}

int symmetric_open(const char *uri, struct symmetric **out)
{
    struct symmetric *key = calloc(1, sizeof(*key));
    if (key == NULL) {
        trace_error("out of memory");
        return FAILURE_INTERNAL;
    }
    int result = token_open(uri, TOKEN_SYMMETRIC, &key->token);
    if (result == 0)
        result = recognise(key);
    if (result == 0)
        *out = key;
    else
        symmetric_close(key);
    return result;
}

void symmetric_close(struct symmetric *key)
{
    if (key == NULL)
        return;
    token_close(key->token);
    free(key);
}

bool symmetric_is_aes(const struct symmetric *key)
{
    return key->kind->type == CKK_AES;
}

size_t symmetric_len(const struct symmetric *key)
{
    return key->len;
}

/* By the list: SoftHSM describes also what its configuration has taken off it. */
static bool has_mechanism(const struct link *link, CK_MECHANISM_TYPE mechanism)
{
    CK_MECHANISM_TYPE list[MECHANISMS_MAX];
    CK_ULONG count = MECHANISMS_MAX;
    CK_SESSION_INFO session;
    if (link->module->C_GetSessionInfo(link->session, &session) != CKR_OK ||
        link->module->C_GetMechanismList(session.slotID, list, &count) != CKR_OK)
        return false;
    while (count > 0 && list[count - 1] != mechanism)
        count--;
    return count > 0;
}

int symmetric_check(const struct symmetric *key, enum symmetric_task task)
{
    static const struct {
        CK_ATTRIBUTE_TYPE type;
        const char *name;
    } rows[] = {[SYMMETRIC_ENCRYPT] = {CKA_ENCRYPT, "CKA_ENCRYPT"},
                [SYMMETRIC_DECRYPT] = {CKA_DECRYPT, "CKA_DECRYPT"},
                [SYMMETRIC_MAC] = {CKA_SIGN, "CKA_SIGN"}};
    const struct link *link = &key->token->link;
    const bool is_cmac = task == SYMMETRIC_MAC && symmetric_is_aes(key);
    const size_t row = task == SYMMETRIC_MAC && !is_cmac ? SYMMETRIC_ENCRYPT : task;
    CK_BBOOL may = CK_FALSE;
    if (!has_mechanism(link, is_cmac ? CKM_AES_CMAC : key->kind->cbc)) {
        trace_error("token '%s': it has no %s, which this key is needed for", link->label,
                    is_cmac ? "CKM_AES_CMAC" : key->kind->cbc_name);
        return FAILURE_INTERNAL;
    }
    if (get(key->token, rows[row].type, &may, sizeof(may)) == CKR_OK && may)
        return 0;
    trace_error("token '%s': this key may not be used so: %s is not set", link->label,
                rows[row].name);
    return FAILURE_INTERNAL;
}

static CK_MECHANISM cbc_of(const struct symmetric *key)
{
    static const uint8_t zeros[AES_BLOCK];
    return (CK_MECHANISM){key->kind->cbc, (void *)(uintptr_t)zeros, key->kind->block};
}

int symmetric_encrypt(void *context, struct bytes in, uint8_t *out)
{
    struct symmetric *key = context;
    const struct link *link = &key->token->link;
    CK_MECHANISM mechanism = cbc_of(key);
    CK_ULONG len = in.len;
    pthread_mutex_lock(&key->token->lock);
    CK_RV code = link->module->C_EncryptInit(link->session, &mechanism, key->token->key);
    if (code == CKR_OK)
        code = link->module->C_Encrypt(link->session, (CK_BYTE *)in.data, in.len, out, &len);
    pthread_mutex_unlock(&key->token->lock);
    return code == CKR_OK && len == in.len ? 0 : link_complain(link, "it ciphers nothing", code);
}

int symmetric_decrypt(void *context, struct bytes in, uint8_t *out)
{
    struct symmetric *key = context;
    const struct link *link = &key->token->link;
    CK_MECHANISM mechanism = cbc_of(key);
    CK_ULONG len = in.len;
    pthread_mutex_lock(&key->token->lock);
    CK_RV code = link->module->C_DecryptInit(link->session, &mechanism, key->token->key);
    if (code == CKR_OK)
        code = link->module->C_Decrypt(link->session, (CK_BYTE *)in.data, in.len, out, &len);
    pthread_mutex_unlock(&key->token->lock);
    return code == CKR_OK && len == in.len ? 0 : link_complain(link, "it deciphers nothing", code);
}

/* In place, in a copy of what the checksum covers. */
static int end_of_cbc(struct symmetric *key, struct bytes message, uint8_t *room, uint8_t *mac)
{
    if (message.len < DES_BLOCK)
        return complain(key->token, "a checksum is to cover nothing");
    const int result = symmetric_encrypt(key, message, room);
    if (result == 0)
        memcpy(mac, room + message.len - DES_BLOCK, DES_BLOCK);
    return result;
}

int symmetric_mac(void *context, const struct bytes *parts, size_t count, uint8_t *mac)
{
    struct symmetric *key = context;
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    uint8_t *room = malloc(len > 0 ? len : 1);
    if (room == NULL)
        return complain(key->token, "out of memory");
    struct writer message = writer_on(room, len);
    for (size_t i = 0; i < count; i++)
        writer_put(&message, parts[i]);
    const int result = symmetric_is_aes(key) ? token_cmac(key->token, writer_bytes(&message), mac)
                                             : end_of_cbc(key, writer_bytes(&message), room, mac);
    wipe(room, len);
    free(room);
    return result;
}
