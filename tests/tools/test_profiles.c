/* The packages that ship with the project: what the card says of each, and that what they claim of
 * themselves holds. PROFILES_FOLDER is where the build has put them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "apdu/tlv.h"
#include "fs/profile/blob.h"
#include "fs/text/metadata_text.h"
#include "tools/lib/common/package.h"
#include "tools/profile/package/trial.h"
#include "tools/profile/package/verdict.h"

#define EF_ICCID 0x2FE2
#define EF_DIR 0x2F00
#define EF_IMSI 0x6F07
#define DIR_TEMPLATE 0x61
#define DIR_AID 0x4F

/* clang-format off */
static const struct {
    const char *name;
    enum pe_status status;
} rows[] = {
    {"usim-milenage", PE_OK},
    {"usim-isim-tuak", PE_OK},
    {"usim-test", PE_OK},
    {"usim-names", PE_OK},
    {"c2t-test", PE_OK},
    {"c2t-operational", PE_OK},
    {"gsm-sim", PE_OK},
    {"sja2", PE_OK},
    {"sja5", PE_OK},
    {"usim-ppr1", PE_OK},
    {"usim-iccid18", PE_OK},
    {"usim-large", PE_OK},
    {"usim-ota", PE_OK},
    {"n_memory", PE_NOT_ENOUGH_MEMORY},
    {"n_no-end", PE_INVALID_REQUEST_FORMAT},
    {"n_pin-missing", PE_PIN_CODE_MISSING},
    {"n_service", PE_FEATURE_NOT_SUPPORTED},
    {"n_template", PE_TEMPLATE_NOT_SUPPORTED},
    {"n_topc", PE_BAD_VALUES},
    {"n_unknown", PE_NOT_SUPPORTED},
    {"n_version", PE_UNSUPPORTED_PROFILE_VERSION},
};
/* clang-format on */
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static struct blob read_package(const char *name)
{
    char path[1024];
    struct blob package;
    snprintf(path, sizeof(path), PROFILES_FOLDER "/%s.der", name);
    cr_assert(blob_read_file(path, PACKAGE_MAX, &package) == 0, "%s", path);
    return package;
}

static int take_last(void *context, const struct verdict_status *status)
{
    *(struct verdict_status *)context = *status;
    return 0;
}

Test(profiles, get_the_answer_that_they_are_made_for)
{
    for (size_t i = 0; i < ROWS; i++) {
        struct trial trial;
        struct verdict_status last = {.status = VERDICT_NONE};
        struct blob package = read_package(rows[i].name);
        cr_assert(trial_run(blob_bytes(&package), &trial) == 0);
        cr_assert(eq(int, trial.accepted, rows[i].status == PE_OK), "%s", rows[i].name);
        verdict_each(trial.response, take_last, &last);
        cr_assert(eq(i64, last.status, rows[i].status), "%s", rows[i].name);
        trial_finish(&trial);
        blob_finish(&package);
    }
}

static int find_fault(void *context, const struct element_row *row)
{
    char text[VERDICT_FAULT_SIZE];
    size_t offset;
    cr_assert(not(verdict_fault(row, text, &offset)), "%s: %s %s", (const char *)context,
              elements_name(row), text);
    return 0;
}

Test(profiles, are_as_the_asn1_has_them)
{
    for (size_t i = 0; i < ROWS; i++) {
        struct blob package = read_package(rows[i].name);
        if (rows[i].status != PE_NOT_SUPPORTED)
            elements_each(blob_bytes(&package), find_fault, (void *)rows[i].name);
        blob_finish(&package);
    }
}

/* ITU-T E.118 §4.1.2: the last digit makes the Luhn sum a multiple of ten. */
static bool luhn_is_right(const char *digits)
{
    unsigned sum = 0;
    const size_t len = strlen(digits);
    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned)(digits[len - 1 - i] - '0') << (i & 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

/* Those of chips and cards that are sold have their numbers. */
static bool is_sold(const char *name)
{
    return strncmp(name, "c2t-", 4) == 0 || strncmp(name, "sja", 3) == 0 ||
           strcmp(name, "gsm-sim") == 0;
}

static void check_iccid(struct profile *profile, const char *name)
{
    char digits[ICCID_TEXT_SIZE];
    uint8_t swapped[ICCID_SIZE];
    const struct file *file = profile_child(profile->mf, EF_ICCID);
    iccid_text(profile->iccid, digits);
    iccid_swap(profile->iccid, swapped);
    cr_assert(is_sold(name) || (strncmp(digits, "8988", 4) == 0 && luhn_is_right(digits)), "%s: %s",
              name, digits);
    cr_assert(memcmp(file->content, swapped, sizeof(swapped)) == 0, "%s", name);
    if (strcmp(name, "usim-iccid18") == 0)
        cr_assert(eq(sz, strlen(digits), 18));
}

/* Each application stands in EF.DIR, in order. */
static void check_directory(struct profile *profile, const char *name)
{
    const struct file *file = profile_child(profile->mf, EF_DIR);
    unsigned record = 0;
    for (const struct file *adf = profile->adfs; adf != NULL; adf = adf->next, record++) {
        struct bytes content =
            bytes_of(file->content + record * file->record_len, file->record_len);
        struct tlv template, aid;
        cr_assert(record < file_record_count(file));
        cr_assert(tlv_take_tag(&content, DIR_TEMPLATE, &template), "%s", name);
        cr_assert(tlv_find(template.value, DIR_AID, &aid), "%s", name);
        cr_assert(bytes_equal(aid.value, bytes_of(adf->aid, adf->aid_len)), "%s", name);
    }
    cr_assert(eq(u32, record, file_record_count(file)));
}

/* The test network 001-01, and an access class that is the last digit (TS 22.011 §4.2). */
static void check_imsi(struct profile *profile, const char *name)
{
    static const uint8_t front[] = {0x08, 0x09, 0x10, 0x10, 0x00, 0x00};
    const struct file *imsi = profile_child(profile->adfs, EF_IMSI);
    const struct file *acc = profile_child(profile->adfs, 0x6F78);
    cr_assert(memcmp(imsi->content, front, sizeof(front)) == 0, "%s", name);
    const unsigned class = 1u << (imsi->content[8] >> 4);
    cr_assert(eq(u32, acc->content[0] << 8 | acc->content[1], class), "%s", name);
}

Test(profiles, hold_together)
{
    for (size_t i = 0; i < ROWS; i++) {
        struct trial trial;
        struct blob package = read_package(rows[i].name);
        cr_assert(trial_run(blob_bytes(&package), &trial) == 0);
        if (rows[i].status == PE_OK) {
            check_iccid(trial.profile, rows[i].name);
            check_directory(trial.profile, rows[i].name);
            check_imsi(trial.profile, rows[i].name);
        }
        trial_finish(&trial);
        blob_finish(&package);
    }
}

Test(profiles, have_iccids_of_their_own)
{
    static struct package_header headers[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        struct blob package = read_package(rows[i].name);
        cr_assert(package_read_header(blob_bytes(&package), &headers[i]), "%s", rows[i].name);
        for (size_t n = 0; n < i; n++)
            cr_assert(memcmp(headers[i].iccid, headers[n].iccid, ICCID_SIZE) != 0, "%s and %s",
                      rows[i].name, rows[n].name);
        blob_finish(&package);
    }
}

static void read_metadata(const char *name, struct metadata_text *out)
{
    static const uint8_t iccid[ICCID_SIZE];
    char path[1024];
    snprintf(path, sizeof(path), PROFILES_FOLDER "/%s.metadata", name);
    metadata_text_init(out, iccid, "default", "smdpp.example.com");
    cr_assert(metadata_text_read(out, path) == 0, "%s", path);
    cr_assert(strcmp(out->name, "default") != 0, "%s", path);
}

Test(profiles, have_metadata)
{
    static struct metadata_text metadata;
    for (size_t i = 0; i < ROWS; i++)
        read_metadata(rows[i].name, &metadata);
    read_metadata("usim-names", &metadata);
    cr_assert(eq(sz, strlen(metadata.name), 64));
    cr_assert(eq(sz, strlen(metadata.provider), 32));
    cr_assert(gt(sz, metadata.icon_len, 0));
    read_metadata("usim-ppr1", &metadata);
    cr_assert(eq(u32, metadata.rules, METADATA_TEXT_PPR1));
    read_metadata("usim-test", &metadata);
    cr_assert(eq(int, metadata.class, METADATA_TEXT_TEST));
}

Test(profiles, are_all_in_the_table)
{
    size_t count = 0;
    DIR *folder = opendir(PROFILES_FOLDER);
    cr_assert(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += strstr(entry->d_name, ".der") != NULL;
    closedir(folder);
    cr_assert(eq(sz, count, ROWS));
}

Test(profiles, the_large_one_is_large)
{
    struct blob package = read_package("usim-large");
    cr_assert(gt(sz, package.len, 150000));
    blob_finish(&package);
}
