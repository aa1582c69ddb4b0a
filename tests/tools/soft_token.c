#include "tests/tools/soft_token.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/lib/token/link.h"

static char folder[64];

void soft_token_start(void)
{
    char path[96];
    snprintf(folder, sizeof(folder), "/tmp/emuicc-token-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/softhsm2.conf", folder);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fprintf(file, "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n",
            folder);
    cr_assert_eq(fclose(file), 0);
    setenv("SOFTHSM2_CONF", path, 1);
}

void soft_token_only(const char *mechanisms)
{
    FILE *file = fopen(getenv("SOFTHSM2_CONF"), "a");
    cr_assert_not_null(file);
    fprintf(file, "slots.mechanisms = %s\n", mechanisms);
    cr_assert_eq(fclose(file), 0);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void soft_token_end(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void put(CK_ATTRIBUTE *attributes, CK_ULONG count)
{
    struct link link;
    CK_SLOT_ID slot;
    CK_OBJECT_HANDLE object;
    cr_assert_eq(link_start(&link, SOFT_TOKEN_URI), 0);
    cr_assert_eq(link_find(&link, &slot), 0);
    cr_assert_eq(link_login(&link, slot, true), 0);
    cr_assert_eq(link.module->C_CreateObject(link.session, attributes, count, &object), CKR_OK);
    link_close(&link);
}

struct uses {
    CK_BBOOL ciphers, signs, extractable;
};

static void put_secret(const char *label, CK_KEY_TYPE type, struct bytes key, struct uses uses)
{
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE attributes[] = {
        {CKA_CLASS, &class, sizeof(class)},
        {CKA_KEY_TYPE, &type, sizeof(type)},
        {CKA_TOKEN, &yes, sizeof(yes)},
        {CKA_PRIVATE, &yes, sizeof(yes)},
        {CKA_SENSITIVE, &yes, sizeof(yes)},
        {CKA_EXTRACTABLE, &uses.extractable, sizeof(uses.extractable)},
        {CKA_ENCRYPT, &uses.ciphers, sizeof(uses.ciphers)},
        {CKA_DECRYPT, &uses.ciphers, sizeof(uses.ciphers)},
        {CKA_SIGN, &uses.signs, sizeof(uses.signs)},
        {CKA_VALUE, (void *)key.data, key.len},
        {CKA_LABEL, (void *)label, strlen(label)},
    };
    put(attributes, sizeof(attributes) / sizeof(attributes[0]));
}

void soft_token_put_root(const char *label, struct bytes key, bool extractable)
{
    put_secret(label, CKK_AES, key, (struct uses){.signs = true, .extractable = extractable});
}

void soft_token_put_cipher(const char *label, unsigned long type, struct bytes key, bool ciphers)
{
    put_secret(label, type, key, (struct uses){.ciphers = ciphers, .signs = !ciphers});
}

void soft_token_put_signer(const char *label, const struct ec_private *key)
{
    static const CK_BYTE p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_KEY_TYPE type = CKK_EC;
    CK_BBOOL yes = CK_TRUE;
    struct secret scalar = {0};
    ec_private_scalar(key, &scalar);
    cr_assert_eq(ec_private_curve(key), EC_P256);
    CK_ATTRIBUTE attributes[] = {
        {CKA_CLASS, &class, sizeof(class)},
        {CKA_KEY_TYPE, &type, sizeof(type)},
        {CKA_TOKEN, &yes, sizeof(yes)},
        {CKA_PRIVATE, &yes, sizeof(yes)},
        {CKA_SENSITIVE, &yes, sizeof(yes)},
        {CKA_SIGN, &yes, sizeof(yes)},
        {CKA_EC_PARAMS, (void *)p256, sizeof(p256)},
        {CKA_VALUE, scalar.data, scalar.len},
        {CKA_LABEL, (void *)label, strlen(label)},
    };
    put(attributes, sizeof(attributes) / sizeof(attributes[0]));
    secret_wipe(&scalar);
}
