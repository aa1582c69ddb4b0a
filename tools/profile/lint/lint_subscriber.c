/* Findings about who the subscriber is: IMSI, network, access class, keys. */
#include "tools/profile/lint/lint_rule.h"

#define FID_IMSI 0x6F07
#define FID_AD 0x6FAD
#define FID_ACC 0x6F78
#define IMSI_SIZE 9
#define IMSI_LENGTH_MIN 4 /* bytes behind the length: MCC, MNC and a digit */
#define IMSI_LENGTH_MAX 8
#define IMSI_TYPE 0x01 /* low three bits of the first digit's byte (TS 24.008 §10.5.1.4) */
#define IMSI_ODD 0x08
#define FILLER 0x0F
#define AD_MNC 3 /* byte of EF.AD that says how long the MNC is, from 0 */
#define ACC_CLASSES 10
#define PLMN_SIZE 3

/* How EF.IMSI is not one; NULL if it is. */
static const char *imsi_fault(struct bytes imsi)
{
    if (imsi.len != IMSI_SIZE)
        return "it has not 9 bytes";
    if (lint_is_blank(imsi))
        return "it is blank";
    const size_t len = imsi.data[0];
    if (len < IMSI_LENGTH_MIN || len > IMSI_LENGTH_MAX)
        return "its first byte is no length from 4 to 8";
    if ((imsi.data[1] & 0x07) != IMSI_TYPE)
        return "its second byte does not end with 9 or 1, the type of an IMSI";
    const bool odd = (imsi.data[1] & IMSI_ODD) != 0;
    for (size_t digit = 1; digit < 2 * len; digit++) {
        const uint8_t byte = imsi.data[1 + digit / 2];
        const uint8_t value = digit % 2 != 0 ? byte >> 4 : byte & 0x0F;
        const bool filler = !odd && digit == 2 * len - 1;
        if (filler ? value != FILLER : value > 9)
            return filler ? "an even number of digits has no F behind it" : "a digit is none";
    }
    return NULL;
}

static void find_imsi(struct lint *lint, struct file *adf)
{
    struct file *file = lint_child(adf, FID_IMSI);
    const char *fault = file != NULL ? imsi_fault(lint_content(file)) : NULL;
    if (fault != NULL)
        lint_find(lint, file, "%s", fault);
}

void lint_imsi(struct lint *lint)
{
    lint_each_adf(lint, LINT_USIM, find_imsi);
}

static void find_ad(struct lint *lint, struct file *adf)
{
    struct file *file = lint_child(adf, FID_AD);
    const struct bytes content = lint_content(file);
    if (file == NULL)
        return;
    if (content.len <= AD_MNC)
        lint_find(lint, file, "%zu bytes: byte 4, the length of the MNC, is not there",
                  content.len);
    else if ((content.data[AD_MNC] & 0x0F) != 2 && (content.data[AD_MNC] & 0x0F) != 3)
        lint_find(lint, file, "byte 4 is %02X: an MNC has 2 or 3 digits", content.data[AD_MNC]);
}

void lint_ad(struct lint *lint)
{
    lint_each_adf(lint, LINT_USIM, find_ad);
}

static void find_acc(struct lint *lint, struct file *adf)
{
    struct file *file = lint_child(adf, FID_ACC);
    struct bytes content = lint_content(file);
    uint16_t classes;
    if (file == NULL || !bytes_take_u16(&content, &classes))
        return;
    const uint16_t ordinary = classes & ((1u << ACC_CLASSES) - 1);
    if (ordinary == 0)
        lint_find(lint, file, "%04X: no access class from 0 to 9, so no network may be used",
                  classes);
    else if ((ordinary & (ordinary - 1)) != 0)
        lint_find(lint, file, "%04X: more than one access class from 0 to 9", classes);
}

void lint_acc(struct lint *lint)
{
    lint_each_adf(lint, LINT_USIM, find_acc);
}

static void find_keys(struct lint *lint, struct file *adf)
{
    if (profile_aka(lint->profile, adf) == NULL)
        lint_find(lint, adf, "no akaParameter stands behind it");
}

void lint_aka(struct lint *lint)
{
    lint_each_adf(lint, LINT_USIM, find_keys);
    lint_each_adf(lint, LINT_ISIM, find_keys);
}

/* Lists of networks in an ADF.USIM: bytes an entry, the first three of which are MCC and MNC. */
static const struct {
    uint16_t fid;
    uint8_t size;
} plmn_lists[] = {{0x6F7B, 3}, {0x6F60, 5}, {0x6F61, 5}, {0x6F62, 5}, {0x6FD9, 3}};

static bool is_plmn(const uint8_t code[PLMN_SIZE])
{
    const uint8_t digits[] = {code[0] & 0x0F, code[0] >> 4, code[1] & 0x0F, code[2] & 0x0F,
                              code[2] >> 4};
    for (size_t i = 0; i < sizeof(digits); i++)
        if (digits[i] > 9)
            return false;
    return code[1] >> 4 <= 9 || code[1] >> 4 == FILLER;
}

static void find_plmn(struct lint *lint, struct file *adf)
{
    for (size_t i = 0; i < sizeof(plmn_lists) / sizeof(plmn_lists[0]); i++) {
        struct file *file = lint_child(adf, plmn_lists[i].fid);
        struct bytes content = lint_content(file), entry;
        for (unsigned n = 1; bytes_take(&content, plmn_lists[i].size, &entry); n++)
            if (!lint_is_blank(bytes_of(entry.data, PLMN_SIZE)) && !is_plmn(entry.data))
                lint_find(lint, file, "entry %u, %02X%02X%02X, is no MCC and MNC", n, entry.data[0],
                          entry.data[1], entry.data[2]);
    }
}

void lint_plmn(struct lint *lint)
{
    lint_each_adf(lint, LINT_USIM, find_plmn);
}
