/* The packages of GSMA TS.48: each becomes the files that another decoder finds in it; none of
 * them, cut or changed, does harm. */
#include "tests/fs/test_package.h"

#define FOLDER "data/ts48"
#define LINE_MAX_SIZE 16384
#define MUTATIONS 1500

static uint8_t package[TEST_PACKAGE_MAX];

static struct bytes read_package(const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), FOLDER "/%s.der", name);
    return bytes_of(package, test_read("EMUICC_SHARED", path, package, sizeof(package)));
}

static const char *const names[] = {
    "TS48V1-B-UNIQUE",
    "TS48V3-SAIP2-1-NOBERTLV-UNIQUE",
    "TS48V4-SAIP2-3-BERTLV-UNIQUE",
    "TS48V5-SAIP2-3-NOBERTLV-UNIQUE",
    "TS48v1_A",
    "TS48v1_B",
    "TS48v2_SAIP2.1_BERTLV",
    "TS48v2_SAIP2.1_NoBERTLV",
    "TS48v2_SAIP2.3_BERTLV",
    "TS48v2_SAIP2.3_NoBERTLV",
    "TS48v3_SAIP2.1_BERTLV",
    "TS48v3_SAIP2.1_NoBERTLV",
    "TS48v3_SAIP2.3_BERTLV",
    "TS48v3_SAIP2.3_NoBERTLV",
    "TS48v4_SAIP2.1A_NoBERTLV",
    "TS48v4_SAIP2.1B_NoBERTLV",
    "TS48v4_SAIP2.3_BERTLV",
    "TS48v4_SAIP2.3_NoBERTLV",
    "TS48v5_SAIP2.1A_NoBERTLV",
    "TS48v5_SAIP2.1B_NoBERTLV",
    "TS48v5_SAIP2.3_BERTLV_SUCI",
    "TS48v5_SAIP2.3_NoBERTLV",
};
#define NAME_COUNT (sizeof(names) / sizeof(names[0]))
#define RICHEST names[20]

static void need_packages(void)
{
    if (read_package(RICHEST).len == 0)
        cr_skip_test("there is no " FOLDER " beside the checkout");
}

TestSuite(saip_packages, .init = need_packages);

/* One file as a line of a listing. */

static const char *const kinds[] = {
    [FILE_MF] = "mf",
    [FILE_DF] = "df",
    [FILE_ADF] = "adf",
    [FILE_TRANSPARENT] = "transparent",
    [FILE_LINEAR_FIXED] = "linear",
    [FILE_CYCLIC] = "cyclic",
    [FILE_BER_TLV] = "ber-tlv",
};

static void put_path(const struct file *file, char *text)
{
    if (file->parent != NULL) {
        put_path(file->parent, text);
        strcat(text, "/");
    }
    sprintf(text + strlen(text), "%04X", file->fid);
}

static void put_hex(struct bytes bytes, char *text)
{
    hex_encode(bytes, text + strlen(text));
}

/* Runs of more than three equal bytes are counted, what is between them is spelt. */
static void put_content(struct bytes content, char *text)
{
    bool spelling = false;
    for (size_t at = 0, run; at < content.len; at += run) {
        run = 1;
        while (at + run < content.len && content.data[at + run] == content.data[at])
            run++;
        const bool counted = run > 3;
        if (at > 0 && (counted || !spelling))
            strcat(text, " ");
        put_hex(bytes_of(content.data + at, counted ? 1 : run), text);
        if (counted)
            sprintf(text + strlen(text), "*%zu", run);
        spelling = !counted;
    }
}

static void put_directory(const struct file *file, char *text)
{
    if (file->type == FILE_ADF) {
        strcat(text, " aid ");
        put_hex(bytes_of(file->aid, file->aid_len), text);
    }
    sprintf(text + strlen(text), " arr %04X.%u pins ", file->rules.arr, file->rules.record);
    put_hex(file->pin_status, text);
}

static void put_elementary(const struct file *file, char *text)
{
    if (file->target != NULL) {
        strcat(text, " link ");
        put_path(file->target, text);
    } else if (file_has_records(file)) {
        sprintf(text + strlen(text), " %ux%u", file_record_count(file), file->record_len);
    } else {
        sprintf(text + strlen(text), " %u", file->size);
    }
    sprintf(text + strlen(text), " sfi %u arr %04X.%u", file->sfi, file->rules.arr,
            file->rules.record);
    if (file->target != NULL)
        return;
    strcat(text, " : ");
    put_content(bytes_of(file->content, file->content_len), text);
}

static const char *line_of(const struct file *file)
{
    static char text[LINE_MAX_SIZE];
    text[0] = '\0';
    put_path(file, text);
    sprintf(text + strlen(text), " %s", kinds[file->type]);
    if (file_is_directory(file) && file->target == NULL)
        put_directory(file, text);
    else
        put_elementary(file, text);
    return text;
}

static void compare(const char *name, struct profile *profile)
{
    static char expected[LINE_MAX_SIZE];
    char path[256];
    const char *source = getenv("EMUICC_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/packages/%s.listing", source != NULL ? source : ".",
             name);
    FILE *listing = fopen(path, "r");
    cr_assert_not_null(listing, "%s", path);
    uint32_t id = 0;
    while (fgets(expected, sizeof(expected), listing) != NULL) {
        if (expected[0] == '#')
            continue;
        expected[strcspn(expected, "\n")] = '\0';
        struct file *file = profile_file_by_id(profile, ++id);
        cr_assert_not_null(file, "%s: no %s", name, expected);
        cr_expect_str_eq(line_of(file), expected, "%s:\n  %s\nnot\n  %s", name, line_of(file),
                         expected);
    }
    fclose(listing);
    cr_expect_eq(id, profile->file_count, "%s: %u files, not %u", name, profile->file_count, id);
}

Test(saip_packages, become_the_files_that_another_decoder_finds)
{
    for (size_t i = 0; i < NAME_COUNT; i++) {
        struct test_run run = test_run(&saip_default_platform, read_package(names[i]), TEST_CHUNK);
        cr_assert_eq(run.progress, SAIP_ENDED, "%s: %s", names[i], test_response(&run));
        cr_expect_str_eq(test_response(&run), "3007A0053003800100");
        compare(names[i], run.profile);
        profile_destroy(run.profile);
    }
}

/* tests/packages/everything.txt, built, behind the first byte of a fuzz target's input. */
static struct bytes read_everything(void)
{
    const size_t len =
        test_read("EMUICC_SOURCE", "tests/fuzz/corpus/saip/everything", package, sizeof(package));
    cr_assert(len > 1, "EMUICC_SOURCE does not name the source's folder");
    return bytes_of(package + 1, len - 1);
}

Test(saip_package, becomes_the_files_that_another_decoder_finds)
{
    struct test_run run = test_run(&saip_default_platform, read_everything(), TEST_CHUNK);
    cr_assert_eq(run.progress, SAIP_ENDED, "%s", test_response(&run));
    compare("everything", run.profile);
    profile_destroy(run.profile);
}

Test(saip_package, ends_nowhere_but_at_its_end)
{
    const struct bytes whole = read_everything();
    for (size_t len = 0; len < whole.len; len++) {
        struct test_run run =
            test_run(&saip_default_platform, bytes_of(whole.data, len), TEST_CHUNK);
        cr_expect_eq(run.progress, SAIP_ABORTED, "%zu bytes", len);
        profile_destroy(run.profile);
    }
}

Test(saip_package, shares_pins_and_keys)
{
    struct test_run run = test_run(&saip_default_platform, read_everything(), TEST_CHUNK);
    struct profile *profile = run.profile;
    const struct bytes usims = BYTES(0xA0, 0, 0, 0, 0x87, 0x10, 0x02);
    struct file *one = profile_adf_by_aid(profile, usims, NULL);
    struct file *two = profile_adf_by_aid(profile, usims, one);
    struct file *isim = profile_adf_by_aid(profile, BYTES(0xA0, 0, 0, 0, 0x87, 0x10, 0x04), NULL);
    cr_assert(one != NULL && two != NULL && isim != NULL);
    cr_assert_not_null(profile_pin(profile, one, 0x81));
    cr_expect_eq(profile_pin(profile, two, 0x81), profile_pin(profile, one, 0x81));
    cr_expect_null(profile_pin(profile, isim, 0x81));
    cr_expect_eq(profile_puk(profile, 0x81)->left, 9);
    const struct aka *tuak = profile_aka(profile, one), *milenage = profile_aka(profile, two);
    cr_expect(tuak->algorithm == AKA_TUAK && tuak->key_len == 32 && tuak->opc[31] == 0x11);
    cr_expect(tuak->keccak == 2 && tuak->has_auth_counter_max && tuak->sqn_options == 0x0E);
    cr_expect_arr_eq(tuak->sqn_delta, "\0\0\0\0\0\x20", AKA_SQN_SIZE);
    cr_expect_arr_eq(tuak->sqn_age_limit, "\0\0\x10\0\0\0", AKA_SQN_SIZE);
    cr_expect(milenage->algorithm == AKA_MILENAGE && milenage->rotation[4] == 0x60);
    cr_expect_eq(profile_aka(profile, isim), milenage);
    profile_destroy(profile);
}

Test(saip_package, loses_what_the_card_lacks)
{
    struct saip_platform platform = saip_default_platform;
    platform.services &= ~(1u << 14); /* javacard: in the header's list */
    struct test_run run = test_run(&platform, read_everything(), TEST_CHUNK);
    cr_expect(run.progress == SAIP_ABORTED && run.status == PE_FEATURE_NOT_SUPPORTED);
    profile_destroy(run.profile);
    platform = saip_default_platform;
    platform.services &= ~(1u << 10 | 1u << 11); /* GBA: bits of EF.UST and EF.IST */
    run = test_run(&platform, read_everything(), TEST_CHUNK);
    cr_assert_eq(run.progress, SAIP_ENDED);
    const struct bytes ust = BYTES(0x7F, 0xD0, 0x6F, 0x38), ist = BYTES(0x7F, 0xB0, 0x6F, 0x07);
    cr_expect_eq(profile_file_by_path(run.profile, ust)->content[8], 0xE7); /* no MBMS either */
    cr_expect_eq(profile_file_by_path(run.profile, ist)->content[0], 0x01);
    profile_destroy(run.profile);
}

Test(saip_packages, are_the_same_whatever_the_pieces)
{
    static const size_t steps[] = {1, 2, 255, 4096, TEST_PACKAGE_MAX};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct test_run run = test_run(&saip_default_platform, read_package(RICHEST), steps[i]);
        cr_assert_eq(run.progress, SAIP_ENDED);
        compare(RICHEST, run.profile);
        profile_destroy(run.profile);
    }
}

Test(saip_packages, hold_codes_keys_and_what_is_only_kept)
{
    struct test_run run = test_run(&saip_default_platform, read_package(RICHEST), TEST_CHUNK);
    struct profile *profile = run.profile;
    struct file *usim = profile_adf_by_aid(profile, BYTES(0xA0, 0, 0, 0, 0x87, 0x10, 0x02), NULL);
    struct file *isim = profile_adf_by_aid(profile, BYTES(0xA0, 0, 0, 0, 0x87, 0x10, 0x04), NULL);
    cr_assert(usim != NULL && isim != NULL);
    const struct pin *pin = profile_pin(profile, usim, 0x01);
    cr_assert_not_null(pin);
    cr_expect_eq(pin->directory, profile->mf->id);
    cr_expect_arr_eq(pin->value, "0000\xFF\xFF\xFF\xFF", PIN_SIZE);
    cr_expect(pin->max == 3 && pin->left == 3 && pin->puk == 1 && pin->attributes == 6);
    pin = profile_pin(profile, usim, 0x81);
    cr_assert_not_null(pin);
    cr_expect_eq(pin->directory, usim->id);
    cr_expect_arr_eq(profile_puk(profile, 0x81)->value, "22222222", PIN_SIZE);
    const struct aka *aka = profile_aka(profile, isim);
    cr_assert_not_null(aka);
    cr_expect(aka->algorithm == AKA_TEST && aka->key_len == 16 && aka->key[15] == 0x0F);
    cr_expect(aka->sqn_options == 2 && aka->sqn_delta[2] == 0x10 && aka->rotation[0] == 0x40);
    size_t count = 0;
    for (struct element *element = profile->elements; element != NULL; element = element->next)
        count++;
    cr_expect_eq(count, 7, "%zu", count); /* header, CDMA, security domain, four RFM */
    cr_expect_str_eq(profile->type, "GSMA Generic eUICC Test Profile");
    profile_destroy(profile);
}

Test(saip_packages, end_nowhere_but_at_their_end)
{
    const struct bytes whole = read_package(RICHEST);
    for (size_t len = 0; len < whole.len; len += len < 1500 || len + 700 > whole.len ? 1 : 23) {
        struct test_run run =
            test_run(&saip_default_platform, bytes_of(whole.data, len), TEST_CHUNK);
        cr_expect_eq(run.progress, SAIP_ABORTED, "%zu bytes", len);
        profile_destroy(run.profile);
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int look_at(void *context, struct file *file)
{
    size_t *total = context;
    *total += strlen(line_of(file));
    return 0;
}

Test(saip_packages, do_no_harm_when_changed)
{
    static uint8_t changed[TEST_PACKAGE_MAX];
    uint64_t state = 0x9E3779B97F4A7C15u;
    const struct bytes whole = read_package(RICHEST);
    unsigned aborted = 0;
    for (unsigned i = 0; i < MUTATIONS; i++) {
        size_t total = 0;
        memcpy(changed, whole.data, whole.len);
        for (unsigned n = 0; n <= i % 3; n++)
            changed[next_random(&state) % whole.len] = (uint8_t)next_random(&state);
        struct test_run run =
            test_run(&saip_default_platform, bytes_of(changed, whole.len), TEST_CHUNK);
        cr_expect_neq(run.progress, SAIP_MORE);
        aborted += run.progress == SAIP_ABORTED;
        profile_each_file(run.profile, look_at, &total);
        profile_destroy(run.profile);
    }
    cr_expect(aborted > MUTATIONS / 4 && aborted < MUTATIONS, "%u", aborted);
}

Test(saip_packages, fit_or_are_refused_for_memory)
{
    struct saip_platform platform = saip_default_platform;
    struct test_run run = test_run(&platform, read_package(RICHEST), TEST_CHUNK);
    const size_t used = run.profile->arena.used;
    profile_destroy(run.profile);
    for (size_t memory = 0; memory < used; memory += 509) {
        platform.memory = memory;
        run = test_run(&platform, read_package(RICHEST), TEST_CHUNK);
        cr_expect(run.progress == SAIP_ABORTED && run.status == PE_NOT_ENOUGH_MEMORY,
                  "%zu bytes: %s", memory, test_response(&run));
        profile_destroy(run.profile);
    }
    platform.memory = used;
    run = test_run(&platform, read_package(RICHEST), TEST_CHUNK);
    cr_expect_eq(run.progress, SAIP_ENDED);
    profile_destroy(run.profile);
}

Test(saip_packages, need_the_services_that_they_name)
{
    struct saip_platform platform = saip_default_platform;
    platform.services &= ~(1u << 14); /* javacard */
    struct test_run run = test_run(&platform, read_package("TS48v1_A"), TEST_CHUNK);
    cr_expect(run.progress == SAIP_ABORTED && run.status == PE_FEATURE_NOT_SUPPORTED);
    profile_destroy(run.profile);
    run = test_run(&platform, read_package(RICHEST), TEST_CHUNK);
    cr_expect_eq(run.progress, SAIP_ENDED);
    profile_destroy(run.profile);
}
