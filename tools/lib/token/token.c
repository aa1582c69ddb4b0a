#include "tools/lib/token/token.h"

#include "apdu/status.h"
#include "apdu/trace.h"
#include "tools/lib/token/handle.h"

#include <stdlib.h>

#define ATTRIBUTES_MAX 4
#define MAKES_TOKEN                                                                                \
    "; 'emuicc-line token init' makes one; where there was one, emuicc-line(1) says how SoftHSM "  \
    "loses it"
#define TYPE_ANY CK_UNAVAILABLE_INFORMATION

static const struct {
    CK_OBJECT_CLASS class;
    CK_KEY_TYPE type;
    CK_MECHANISM_TYPE mechanism;
    const char *text, *failed;
    const char *no_key, *no_token; /* what helps */
} uses[] = {
    [TOKEN_ROOT] = {CKO_SECRET_KEY, CKK_AES, CKM_AES_CMAC, "AES key", "it derives no key",
                    "; 'emuicc-line token init' makes one", MAKES_TOKEN},
    [TOKEN_SIGNER] = {CKO_PRIVATE_KEY, CKK_EC, CKM_ECDSA, "EC private key", "it signs nothing", "",
                      MAKES_TOKEN},
    [TOKEN_SYMMETRIC] = {CKO_SECRET_KEY, TYPE_ANY, CKM_AES_CMAC, "secret key",
                         "it makes no checksum", "", ": see token= in the URI"},
};

/* What the URI says of the key; a root that it does not name has a name of its own. */
static CK_ULONG describe(const struct link *link, enum token_use use, CK_ATTRIBUTE *out)
{
    static const char root[] = TOKEN_ROOT_LABEL;
    const CK_ATTRIBUTE_TYPE named[] = {CKA_LABEL, CKA_ID};
    CK_ULONG count = 0;
    out[count++] = (CK_ATTRIBUTE){CKA_CLASS, (void *)&uses[use].class, sizeof(uses[use].class)};
    if (uses[use].type != TYPE_ANY)
        out[count++] =
            (CK_ATTRIBUTE){CKA_KEY_TYPE, (void *)&uses[use].type, sizeof(uses[use].type)};
    for (size_t i = 0; i < 2; i++) {
        const CK_ATTRIBUTE *attribute = p11_kit_uri_get_attribute(link->uri, named[i]);
        if (attribute != NULL)
            out[count++] = *attribute;
    }
    if (count == 2 && use == TOKEN_ROOT)
        out[count++] = (CK_ATTRIBUTE){CKA_LABEL, (void *)root, sizeof(root) - 1};
    return count;
}

static int find_key(struct token *token, enum token_use use)
{
    CK_ATTRIBUTE like[ATTRIBUTES_MAX];
    CK_OBJECT_HANDLE keys[2];
    CK_ULONG found = 0;
    const CK_ULONG count = describe(&token->link, use, like);
    if (link_search(&token->link, like, count, keys, 2, &found) != 0)
        return FAILURE_INTERNAL;
    token->key = keys[0];
    if (found == 1)
        return 0;
    trace_error("token '%s': it has %s %s of the URI's name%s", token->link.label,
                found == 0 ? "no" : "more than one", uses[use].text,
                found > 0 ? ": object= or id= tells which" : uses[use].no_key);
    return FAILURE_INTERNAL;
}

/* A root that can be copied out of its token would open every batch wherever it goes. */
static int check_root(struct token *token)
{
    CK_BBOOL extractable = CK_TRUE, sensitive = CK_FALSE;
    CK_ATTRIBUTE asked[] = {{CKA_EXTRACTABLE, &extractable, sizeof(extractable)},
                            {CKA_SENSITIVE, &sensitive, sizeof(sensitive)}};
    const CK_RV code =
        token->link.module->C_GetAttributeValue(token->link.session, token->key, asked, 2);
    if (code != CKR_OK)
        return link_complain(&token->link, "it does not say what its key is", code);
    if (!extractable && sensitive)
        return 0;
    trace_error("token '%s': its key can be taken out: make one with 'emuicc-line token init'",
                token->link.label);
    return FAILURE_INTERNAL;
}

static int find(struct token *token, enum token_use use)
{
    CK_SLOT_ID slot;
    int result = link_find(&token->link, &slot);
    if (result == 1)
        trace_error("token '%s': there is none of this name%s", token->link.label,
                    uses[use].no_token);
    if (result == 0)
        result = link_login(&token->link, slot, false);
    if (result == 0)
        result = find_key(token, use);
    if (result == 0 && use == TOKEN_ROOT)
        result = check_root(token);
    return result == 0 ? 0 : FAILURE_INTERNAL;
}

int token_open(const char *uri, enum token_use use, struct token **out)
{
    struct token *token = calloc(1, sizeof(*token));
    if (token == NULL) {
        trace_error("out of memory");
        return FAILURE_INTERNAL;
    }
    pthread_mutex_init(&token->lock, NULL);
    int result = link_start(&token->link, uri);
    if (result == 0)
        result = find(token, use);
    if (result == 0)
        *out = token;
    else
        token_close(token);
    return result;
}

void token_close(struct token *token)
{
    if (token == NULL)
        return;
    link_close(&token->link);
    pthread_mutex_destroy(&token->lock);
    free(token);
}

static int sign(struct token *token, enum token_use use, struct bytes message, uint8_t *out,
                size_t size)
{
    CK_FUNCTION_LIST *module = token->link.module;
    CK_MECHANISM mechanism = {.mechanism = uses[use].mechanism};
    CK_ULONG len = size;
    pthread_mutex_lock(&token->lock);
    CK_RV code = module->C_SignInit(token->link.session, &mechanism, token->key);
    if (code == CKR_OK)
        code = module->C_Sign(token->link.session, (CK_BYTE *)message.data, message.len, out, &len);
    pthread_mutex_unlock(&token->lock);
    if (code == CKR_OK && len == size)
        return 0;
    return link_complain(&token->link, uses[use].failed, code);
}

int token_cmac(void *context, struct bytes message, uint8_t mac[AES_BLOCK])
{
    return sign(context, TOKEN_ROOT, message, mac, AES_BLOCK);
}

int token_sign(void *context, struct bytes digest, uint8_t signature[EC_SIGNATURE_SIZE])
{
    return sign(context, TOKEN_SIGNER, digest, signature, EC_SIGNATURE_SIZE);
}

static int has_root(struct link *link, bool *out)
{
    CK_ATTRIBUTE like[ATTRIBUTES_MAX];
    CK_OBJECT_HANDLE key;
    CK_ULONG found = 0;
    const int result = link_search(link, like, describe(link, TOKEN_ROOT, like), &key, 1, &found);
    *out = found > 0;
    return result;
}

static int generate_root(struct link *link)
{
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_ULONG bytes = 32;
    CK_MECHANISM mechanism = {.mechanism = CKM_AES_KEY_GEN};
    CK_OBJECT_HANDLE key;
    CK_ATTRIBUTE made[ATTRIBUTES_MAX + 8];
    CK_ULONG count = describe(link, TOKEN_ROOT, made);
    const CK_ATTRIBUTE more[] = {
        {CKA_VALUE_LEN, &bytes, sizeof(bytes)}, {CKA_TOKEN, &yes, sizeof(yes)},
        {CKA_PRIVATE, &yes, sizeof(yes)},       {CKA_SENSITIVE, &yes, sizeof(yes)},
        {CKA_EXTRACTABLE, &no, sizeof(no)},     {CKA_SIGN, &yes, sizeof(yes)},
        {CKA_ENCRYPT, &no, sizeof(no)},         {CKA_DECRYPT, &no, sizeof(no)},
    };
    memcpy(made + count, more, sizeof(more));
    count += sizeof(more) / sizeof(more[0]);
    const CK_RV code = link->module->C_GenerateKey(link->session, &mechanism, made, count, &key);
    return code == CKR_OK ? 0 : link_complain(link, "it makes no key", code);
}

/* A blank token becomes the URI's, with its user's PIN. */
static int make_token(struct link *link, struct bytes so_pin)
{
    CK_SLOT_ID slot;
    CK_SESSION_HANDLE session;
    CK_FUNCTION_LIST *module = link->module;
    const int found = link_find_blank(link, &slot);
    if (found == 1)
        trace_error("token '%s': there is none of this name, nor a blank one", link->label);
    if (found != 0)
        return FAILURE_INTERNAL;
    CK_UTF8CHAR *label = p11_kit_uri_get_token_info(link->uri)->label;
    CK_RV code = module->C_InitToken(slot, (CK_BYTE *)so_pin.data, so_pin.len, label);
    if (code == CKR_OK)
        code =
            module->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session);
    if (code != CKR_OK)
        return link_complain(link, "it cannot be made", code);
    code = module->C_Login(session, CKU_SO, (CK_BYTE *)so_pin.data, so_pin.len);
    if (code == CKR_OK)
        code = module->C_InitPIN(session, link->pin.data, link->pin.len);
    module->C_CloseSession(session);
    return code == CKR_OK ? 0 : link_complain(link, "its PIN cannot be set", code);
}

static int make_root(struct link *link, struct bytes so_pin)
{
    CK_SLOT_ID slot;
    bool there;
    int result = link_find(link, &slot);
    if (result == 1) {
        result = make_token(link, so_pin);
        if (result == 0)
            result = link_find(link, &slot);
    }
    if (result == 0)
        result = link_login(link, slot, true);
    if (result == 0)
        result = has_root(link, &there);
    if (result != 0)
        return FAILURE_INTERNAL;
    if (!there)
        return generate_root(link);
    trace_error("token '%s': it has such a key already, which stays", link->label);
    return FAILURE_INTERNAL;
}

int token_make_root(const char *uri, struct bytes so_pin)
{
    struct link link;
    int result = link_start(&link, uri);
    if (result == 0 && strcmp(link.label, "?") == 0) {
        trace_error("the token's URI needs a label: " TOKEN_SCHEME "token=LABEL");
        result = FAILURE_INTERNAL;
    }
    if (result == 0)
        result = make_root(&link, so_pin.len > 0 ? so_pin : secret_bytes(&link.pin));
    link_close(&link);
    return result;
}
