/* GET IDENTITY: what the USIM's files say becomes a SUCI, with the keys of TS 33.501 Annex C.4. */
#include "tests/fs/test_uicc.h"

#include <criterion/criterion.h>

#include "fs/usim/usim_identity.h"

#define KEY_B "0272DA71976234CE833A6907425867B82E074D44EF907DFB4B3E21C1C2256EBCD1"
#define KEY_A "5A8D38864820197C3394B92613B20B91633CBD897119273BF8E4A6F4EEC0A650"
#define BOTH_KEYS "A14B 80011B 8121" KEY_B "80011E 8120" KEY_A
/* IMSI 274012001002086 */
#define IMSI "08 29 47 10 02 10 00 02 68"

struct usim_files {
    const char *ust; /* FF...: all services */
    const char *imsi, *ad;
    const char *routing; /* NULL: no such file */
    const char *info;    /* in DF.5GS */
    const char *own;     /* in DF.SAIP */
    const char *nai;
};

static void put_file(struct profile *profile, struct file *directory, uint16_t fid,
                     const char *content)
{
    uint8_t bytes[512];
    if (content == NULL)
        return;
    const size_t len = test_hex(content, bytes, sizeof bytes);
    struct file *file = profile_child(directory, fid);
    if (file == NULL)
        file = profile_add_file(profile, directory, FILE_TRANSPARENT, fid);
    file->content = arena_copy(&profile->arena, bytes_of(bytes, len));
    file->size = (uint32_t)len;
}

static struct test_card *card_with(const struct usim_files *files)
{
    struct test_card *card = test_card_new();
    struct profile *profile = card->uicc.profile;
    struct file *adf = profile->adfs, *df = profile_child(adf, 0x5FC0);
    put_file(profile, adf, 0x6F38, files->ust);
    put_file(profile, adf, 0x6F07, files->imsi);
    put_file(profile, adf, 0x6FAD, files->ad);
    put_file(profile, df, 0x4F0A, files->routing);
    put_file(profile, df, 0x4F07, files->info);
    put_file(profile, df, 0x4F09, files->nai);
    if (files->own != NULL)
        put_file(profile, profile_add_file(profile, adf, FILE_DF, 0x5FD0), 0x4F01, files->own);
    test_send(card, "00A4040C10A0000000871002FFFFFFFF8903020000");
    test_send(card, "002000010830303030FFFFFFFF");
    return card;
}

#define ALL "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"

/* clang-format off */
static const struct {
    struct usim_files files;
    const char *answer; /* '*': 32 or 33 bytes of key, 5 of cipher, 8 of MAC */
} rows[] = {
    /* null scheme: no file, an empty one, a list that says so */
    {{ALL, IMSI, "00000003", NULL, NULL, NULL, NULL},            "A10D 01 722410 F0FF 00 00 00012080F6 9000"},
    {{ALL, IMSI, "00000003", "17FFFFFF", "FFFFFFFF", NULL, NULL}, "A10D 01 722410 17FF 00 00 00012080F6 9000"},
    {{ALL, IMSI, "00000003", "21436587", "A0020000 A100", NULL, NULL}, "A10D 01 722410 2143 00 00 00012080F6 9000"},
    {{ALL, IMSI, "00000003", "FFFFFFFF", "A0020000", NULL, NULL}, "A10D 01 722410 F0FF 00 00 00012080F6 9000"},
    /* a network code of two digits; the digits of the subscriber are even then */
    {{ALL, IMSI, "00000002", NULL, NULL, NULL, NULL},            "A10D 01 72F410 F0FF 00 00 0210000268 9000"},
    {{ALL, IMSI, NULL, NULL, NULL, NULL, NULL},                  "A10D 01 72F410 F0FF 00 00 0210000268 9000"},
    /* profile B is preferred, then A; key ids 27 and 30 */
    {{ALL, IMSI, "00000003", "17FFFFFF", "A006 0201 0102 0000" BOTH_KEYS, NULL, NULL}, "A136 01 722410 17FF 02 1B *"},
    {{ALL, IMSI, "00000003", "17FFFFFF", "A006 0102 0201 0000" BOTH_KEYS, NULL, NULL}, "A135 01 722410 17FF 01 1E *"},
    /* a scheme that the card does not know is passed over */
    {{ALL, IMSI, "00000003", NULL, "A004 0C01 0102" BOTH_KEYS, NULL, NULL}, "A135 01 722410 F0FF 01 1E *"},
    {{ALL, IMSI, "00000003", NULL, "A002 0C01" BOTH_KEYS, NULL, NULL}, "6985"},
    /* keys that are not there, or none */
    {{ALL, IMSI, "00000003", NULL, "A002 0103" BOTH_KEYS, NULL, NULL}, "6985"},
    {{ALL, IMSI, "00000003", NULL, "A002 0100" BOTH_KEYS, NULL, NULL}, "6985"},
    {{ALL, IMSI, "00000003", NULL, "A002 0101", NULL, NULL}, "6985"},
    {{ALL, IMSI, "00000003", NULL, "A002 0101" BOTH_KEYS, NULL, NULL}, "6985"}, /* B's key for A */
    {{ALL, IMSI, "00000003", NULL, "A002 0202" BOTH_KEYS, NULL, NULL}, "6985"},
    /* the USIM's own file goes first */
    {{ALL, IMSI, "00000003", NULL, "A002 0000", "A002 0102" BOTH_KEYS, NULL}, "A135 01 722410 F0FF 01 1E *"},
    /* services */
    {{"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF07", IMSI, "00000003", NULL, NULL, NULL, NULL}, "6985"},
    {{"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEF", IMSI, "00000003", NULL, NULL, NULL, NULL}, "6985"},
    {{NULL, IMSI, "00000003", NULL, NULL, NULL, NULL}, "6985"},
    /* an IMSI without a subscriber */
    {{ALL, "03294710FFFFFFFFFF", "00000003", NULL, NULL, NULL, NULL}, "6985"},
    {{ALL, "FFFFFFFFFFFFFFFFFF", "00000003", NULL, NULL, NULL, NULL}, "6985"},
    /* network specific identifier: verylongusername1@3gpp.com */
    {{ALL, IMSI, "00000003", "7600FFFF", "A0020000", NULL, "801A 766572796C6F6E67757365726E616D65314033677070 2E636F6D"},
     "A136 11 74797065312E726964363730302E73636869 64302E757365726964 766572796C6F6E67757365726E616D6531 4033677070 2E636F6D 9000"},
    {{ALL, IMSI, "00000003", NULL, "A0020000", NULL, "8001 40"}, "6985"},
    {{ALL, IMSI, "00000003", NULL, "A0020000", NULL, "8100"}, "A10D 01 722410 F0FF 00 00 00012080F6 9000"},
};
/* clang-format on */

/* Everything up to the '*' or to the end. */
static bool fits(const char *wanted, const char *got)
{
    for (; *wanted != '\0' && *wanted != '*'; wanted++) {
        if (*wanted == ' ')
            continue;
        if (*wanted != *got++)
            return false;
    }
    return *wanted == '*' ? strcmp(got + strlen(got) - 4, "9000") == 0 : *got == '\0';
}

Test(usim_identity, suci_from_the_files)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct test_card *card = card_with(&rows[i].files);
        const char *got = test_send(card, "8078000100");
        cr_expect(fits(rows[i].answer, got), "row %zu: %s", i, got);
        test_card_free(card);
    }
}

Test(usim_identity, a_concealed_identifier_has_all_parts_in_nai_form)
{
    const struct usim_files files = {
        ALL, IMSI, "00000003", "17FFFFFF", "A002 0102" BOTH_KEYS, NULL, "8006 616263406465"};
    struct test_card *card = card_with(&files);
    const char *got = test_send(card, "8078000100");
    char text[512] = {0};
    const size_t len = test_hex(got, (uint8_t *)text, sizeof text - 1);
    cr_assert(len > 5 && memcmp(text + len - 2, "\x90\x00", 2) == 0);
    cr_assert(strncmp(text + 4, "type1.rid71.schid1.hnkey30.ecckey", 33) == 0 ||
                  strncmp(text + 3, "type1.rid71.schid1.hnkey30.ecckey", 33) == 0,
              "%s", got);
    char key[65] = "", cipher[7] = "", mac[17] = "";
    cr_assert_eq(sscanf(strstr(text + 3, ".ecckey"),
                        ".ecckey%64[0-9A-Fa-f].cip%6[0-9A-Fa-f].mac%16[0-9A-Fa-f]@de", key, cipher,
                        mac),
                 3, "%s", got);
    cr_expect(strlen(key) == 64 && strlen(cipher) == 6 && strlen(mac) == 16, "%s", got);
    cr_assert(strncmp(text + len - 5, "@de", 3) == 0);
    test_card_free(card);
}

Test(usim_identity, is_for_a_verified_usim_only)
{
    const struct usim_files files = {ALL, IMSI, "00000003", NULL, NULL, NULL, NULL};
    struct test_card *card = card_with(&files);
    cr_assert_str_eq(test_send(card, "8078010100"), "6A86");
    cr_assert_str_eq(test_send(card, "8078000200"), "6A86");
    uicc_reset(&card->uicc);
    cr_assert_str_eq(test_send(card, "8078000100"), "6985");
    test_send(card, "00A4040C10A0000000871002FFFFFFFF8903020000");
    cr_assert_str_eq(test_send(card, "8078000100"), "6982");
    test_send(card, "00A4040C07A0000000871004");
    cr_assert_str_eq(test_send(card, "8078000100"), "6985");
    test_card_free(card);
}
