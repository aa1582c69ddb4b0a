/* What check finds in packages that the card takes: each finding is put into a package that has
 * none of it. PROFILES_FOLDER is where the build has put the packages. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fs/profile/blob.h"
#include "tools/lib/common/package.h"
#include "tools/profile/lint/lint.h"
#include "tools/profile/package/elements.h"
#include "tools/profile/package/trial.h"
#include "tools/profile/text/build.h"
#include "tools/profile/text/dump.h"

#define BASE PROFILES_FOLDER "/usim-isim-tuak.der"
#define FOUND_MAX 64

/* One change of the base's text. to: NULL, the element that begins so is cut out. */
struct change {
    const char *from, *to;
};

#define ACC "ef-acc {\n        fillFileContent : '0002'H"
#define ACC_WITH(fcp)                                                                              \
    {                                                                                              \
        ACC, "ef-acc { fileDescriptor : { " fcp " } fillFileContent : '0002'H"                     \
    }

/* clang-format off */
static const struct {
    const char *finding, *text; /* the text begins so */
    struct change changes[2];
} cases[] = {
    {"iccid-differs", "the header's iccid is 8988211000000000037, EF.ICCID (2FE2) has 8988211000000000029",
     {{"8988211000000000029F", "8988211000000000037F"}}},
    {"iccid-digit", "iccid 8988211000000000028 ends with the check digit 9",
     {{"8988211000000000029F", "8988211000000000028F"}, {"988812010000000020F9", "988812010000000020F8"}}},
    {"iccid-industry", "iccid 1288211000000000029 does not begin with 89",
     {{"8988211000000000029F", "1288211000000000029F"}, {"988812010000000020F9", "218812010000000020F9"}}},
    {"default-coded", "maxNumOfAttemps-retryNumLeft has the value of its DEFAULT",
     {{"pinAttributes 6\n", "pinAttributes 6 raw '840133'H\n"}}},
    {"header-service", "it is mandated, and eUICC-Mandatory-services does not list isim", {{"        isim NULL\n", ""}}},
    {"header-template", "it is mandated", {{"        2.23.143.1.2.8\n", ""}}},
    {"domain-missing", "no element is a securityDomain", {{"securityDomain : {", NULL}}},
    {"dir-missing", "EF.DIR (2F00) does not name its AID A0000000871004",
     {{"FF61184F10A0000000871004", "FF61184F10A0000000871009"}}},
    {"dir-unknown", "record 2 names A0000000871009", {{"FF61184F10A0000000871004", "FF61184F10A0000000871009"}}},
    {"dir-record", "record 2 is no application template", {{"FF61184F10A0000000871004", "FF62184F10A0000000871004"}}},
    {"file-missing", "EF.ECC (6FB7) is not there", {{"ef-ecc {", "ef-ecc { doNotCreate : NULL"}}},
    {"file-size", "3 bytes, where TS 31.102 §4.2.15 has 2", {ACC_WITH("efFileSize '03'H")}},
    {"file-structure", "it is linear fixed, where EF.ACC is transparent",
     {ACC_WITH("fileDescriptor '42210002'H efFileSize '02'H")}},
    {"file-sfi", "its SFI is 1, and terminals read it by 6", {ACC_WITH("shortEFID '08'H")}},
    {"sfi-twice", "its SFI 1 is that of 6FB7", {ACC_WITH("shortEFID '08'H")}},
    {"service-file", "service 17 is there, and EF.GID1 (6F3E) is not", {{"'000A140423", "'000A150423"}}},
    {"file-service", "service 2, which it belongs to, is not there", {{"", ""}}},
    {"service-fixed", "service 33 is to be 1", {{"'000A140423", "'000A140422"}}},
    {"service-enabled", "it enables barred dialling, service 6",
     {{"ef-est {\n        fillFileContent : '00'H", "ef-est { fillFileContent : '02'H"}}},
    {"arr-missing", "its rules are in EF.ARR 6F11, which is not there",
     {ACC_WITH("securityAttributesReferenced '6F1102'H")}},
    {"arr-record", "its rules are record 254 of EF.ARR 2F06", {ACC_WITH("securityAttributesReferenced '2F06FE'H")}},
    {"arr-form", "record 1 is no access modes", {{"fillFileContent : '80010190", "fillFileContent : '90010190"}}},
    {"arr-pin", "its rules ask for PIN 0B", {{"A40683010A950108", "A40683010B950108"}}},
    {"puk-missing", "PIN 01 refers to no PUK", {{"unblockingPINReference pukAppl1\n", ""}}},
    {"pin-format", "PIN 01 is not 4 to 8 digits", {{"'30303030FFFFFFFF'H", "'3030FFFFFFFFFFFF'H"}}},
    {"pin-format", "PUK 01 is not 8 digits", {{"'3131313131313131'H", "'31313131FFFFFFFF'H"}}},
    {"imsi", "it is blank", {{"'080910100000000012'H", "'FFFFFFFFFFFFFFFFFF'H"}}},
    {"imsi", "its first byte is no length", {{"'080910100000000012'H", "'090910100000000012'H"}}},
    {"imsi", "its second byte does not end", {{"'080910100000000012'H", "'080010100000000012'H"}}},
    {"imsi", "a digit is none", {{"'080910100000000012'H", "'08091010000000001F'H"}}},
    {"imsi", "an even number", {{"'080910100000000012'H", "'080110100000000012'H"}}},
    {"ad-mnc", "byte 4 is 0F", {{"'00000002'H", "'0000000F'H"}}},
    {"ad-mnc", "3 bytes: byte 4",
     {{"ef-ad {\n        fillFileContent : '00000002'H", "ef-ad { fileDescriptor : { efFileSize '03'H }"}}},
    {"acc", "0000: no access class", {{"'0002'H", "'0000'H"}}},
    {"acc", "0003: more than one", {{"'0002'H", "'0003'H"}}},
    {"plmn", "entry 1, 0AF110, is no MCC and MNC", {{"'00F110C880'H", "'0AF110C880'H"}}},
    {"aka-missing", "no akaParameter stands behind it", {{"akaParameter : {\n    aka-header { mandated NULL identification 8 }", NULL}}},
};
/* clang-format on */
#define CASES (sizeof(cases) / sizeof(cases[0]))

struct found {
    size_t count;
    struct {
        const char *name;
        char text[256];
        enum lint_severity severity;
    } list[FOUND_MAX];
};

static int take(void *context, const struct lint_finding *finding)
{
    struct found *found = context;
    cr_assert(lt(sz, found->count, FOUND_MAX));
    found->list[found->count].name = finding->row->name;
    found->list[found->count].severity = finding->row->severity;
    snprintf(found->list[found->count++].text, sizeof(found->list[0].text), "%s", finding->text);
    return 0;
}

static struct found lint(struct bytes package)
{
    struct found found = {0};
    static struct trial trial;
    cr_assert(trial_run(package, &trial) == 0);
    cr_assert(lint_package(package, &trial, take, &found) == 0);
    trial_finish(&trial);
    return found;
}

static struct blob read_base(void)
{
    struct blob package;
    cr_assert(blob_read_file(BASE, PACKAGE_MAX, &package) == 0, "%s", BASE);
    return package;
}

static char *dump_base(void)
{
    char *text;
    size_t len;
    struct blob package = read_base();
    FILE *out = open_memstream(&text, &len);
    dump_package(blob_bytes(&package), out);
    fclose(out);
    blob_finish(&package);
    return text;
}

/* The text with the first place of `from` changed; the old one is freed. */
static char *apply(char *text, const struct change *change)
{
    char *changed;
    size_t len;
    char *at = strstr(text, change->from);
    cr_assert(at != NULL, "the base has no %s", change->from);
    const char *behind = at + strlen(change->from);
    if (change->to == NULL)
        behind = strstr(at, "\n}\n") + 3;
    FILE *out = open_memstream(&changed, &len);
    fprintf(out, "%.*s%s%s", (int)(at - text), text, change->to != NULL ? change->to : "", behind);
    fclose(out);
    free(text);
    return changed;
}

static struct found lint_changed(const struct change changes[2])
{
    uint8_t *room = malloc(PACKAGE_MAX);
    struct writer out = writer_on(room, PACKAGE_MAX);
    char *text = dump_base();
    for (size_t i = 0; i < 2 && changes[i].from != NULL; i++)
        text = apply(text, &changes[i]);
    cr_assert(build_package("changed", bytes_of_text(text), &out) == 0);
    const struct found found = lint(writer_bytes(&out));
    free(text);
    free(room);
    return found;
}

static bool has(const struct found *found, const char *name, const char *text)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->list[i].name, name) == 0 &&
            strncmp(found->list[i].text, text, strlen(text)) == 0)
            return true;
    return false;
}

Test(profile_lint, each_finding_is_found)
{
    for (size_t i = 0; i < CASES; i++) {
        const struct found found = lint_changed(cases[i].changes);
        cr_expect(has(&found, cases[i].finding, cases[i].text), "%s: %s", cases[i].finding,
                  cases[i].text);
    }
}

Test(profile_lint, each_row_has_a_case_and_a_name_of_its_own)
{
    for (size_t i = 0; i < lint_row_count; i++) {
        size_t count = 0;
        for (size_t n = 0; n < CASES; n++)
            count += strcmp(cases[n].finding, lint_rows[i].name) == 0;
        cr_expect(gt(sz, count, 0), "%s", lint_rows[i].name);
        for (size_t n = 0; n < i; n++)
            cr_expect(strcmp(lint_rows[n].name, lint_rows[i].name) != 0, "%s", lint_rows[i].name);
    }
}

/* What ships has nothing worse than notes. */
Test(profile_lint, packages_that_ship_have_no_warnings)
{
    static const char *const names[] = {
        "usim-milenage", "usim-isim-tuak", "usim-test", "usim-names", "usim-ppr1",
        "usim-iccid18",  "usim-large",     "usim-ota",  "c2t-test",   "c2t-operational"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[1024];
        struct blob package;
        snprintf(path, sizeof(path), PROFILES_FOLDER "/%s.der", names[i]);
        cr_assert(blob_read_file(path, PACKAGE_MAX, &package) == 0, "%s", path);
        const struct found found = lint(blob_bytes(&package));
        for (size_t n = 0; n < found.count; n++)
            cr_expect(found.list[n].severity == LINT_NOTE, "%s: %s", names[i], found.list[n].text);
        blob_finish(&package);
    }
}

static int cut_off(void *context, const struct element_row *row)
{
    const struct bytes *package = context;
    const struct found whole = lint(*package);
    const struct found cut = lint(bytes_of(package->data, row->offset));
    for (size_t i = 0; i < cut.count; i++)
        cr_expect(has(&whole, cut.list[i].name, cut.list[i].text), "before %s: %s %s",
                  elements_name(row), cut.list[i].name, cut.list[i].text);
    return 0;
}

/* A package that is refused before its end has no finding that it would not have had whole. */
Test(profile_lint, a_refused_package_is_not_told_what_its_rest_brings)
{
    struct blob package = read_base();
    struct bytes bytes = blob_bytes(&package);
    elements_each(bytes, cut_off, &bytes);
    blob_finish(&package);
}

/* TS.48: files whose services are not there (UST 9EFFBF1DFF3E00..., IST 01...), and in the packages
 * with SUCI an EF whose rules are a blank record of ADF.ISIM's EF.ARR. Each was looked up. */
static bool is_known(const char *name, const char *text)
{
    static const char *const services[] = {"service 2,",  "service 6,",  "service 53,",
                                           "service 56,", "service 96,", "service 130,"};
    if (strcmp(name, "arr-record") == 0)
        return strcmp(text, "its rules are record 4 of EF.ARR 6F06, which is blank") == 0;
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
        if (strcmp(name, "file-service") == 0 &&
            strncmp(text, services[i], strlen(services[i])) == 0)
            return true;
    return false;
}

Test(profile_lint, published_packages_have_no_finding_that_is_not_true)
{
    char folder[512], path[1024];
    const char *shared = getenv("EMUICC_SHARED");
    snprintf(folder, sizeof(folder), "%s/data/ts48", shared != NULL ? shared : "../shared");
    DIR *packages = opendir(folder);
    if (packages == NULL)
        cr_skip("there is no %s", folder);
    for (struct dirent *entry; (entry = readdir(packages)) != NULL;) {
        struct blob package;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (strstr(path, ".der") == NULL || blob_read_file(path, PACKAGE_MAX, &package) != 0)
            continue;
        const struct found found = lint(blob_bytes(&package));
        for (size_t n = 0; n < found.count; n++)
            cr_expect(is_known(found.list[n].name, found.list[n].text), "%s: %s %s", entry->d_name,
                      found.list[n].name, found.list[n].text);
        blob_finish(&package);
    }
    closedir(packages);
}

/* Of any bytes, and of any package that is damaged, at most true things are said, and none is read
 * beyond its end. */
Test(profile_lint, damaged_packages_are_survived)
{
    struct blob package = read_base();
    for (size_t i = 0; i < package.len; i += 7) {
        struct found found = {0};
        static struct trial trial;
        package.data[i] ^= (uint8_t)(1 + i % 255);
        cr_assert(trial_run(blob_bytes(&package), &trial) == 0);
        (void)lint_package(blob_bytes(&package), &trial, take, &found);
        trial_finish(&trial);
        package.data[i] ^= (uint8_t)(1 + i % 255);
    }
    blob_finish(&package);
}
