/* emuicc-profile's text form: what it says, what it refuses, and that it comes back. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "apdu/trace.h"
#include "fs/profile/blob.h"
#include "tools/lib/common/package.h"
#include "tools/profile/text/build.h"
#include "tools/profile/text/diff.h"
#include "tools/profile/text/dump.h"

static uint8_t *room; /* PACKAGE_MAX bytes */
static char refusal[512];

static void take_line(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    snprintf(refusal, sizeof(refusal), "%s", text);
}

static void make_room(void)
{
    room = malloc(PACKAGE_MAX);
    refusal[0] = '\0';
    trace_to(take_line, NULL);
}

static void free_room(void)
{
    free(room);
}

TestSuite(profile_text, .init = make_room, .fini = free_room);

static struct writer build(const char *text)
{
    struct writer out = writer_on(room, PACKAGE_MAX);
    cr_assert(build_package("t", bytes_of_text(text), &out) == 0, "%s", refusal);
    return out;
}

static void assert_builds(const char *text, const char *expected)
{
    char digits[1024];
    struct writer out = build(text);
    cr_assert(lt(sz, out.len, 512));
    hex_encode(writer_bytes(&out), digits);
    cr_assert(eq(str, digits, (char *)expected));
}

static void assert_refused(const char *text, const char *line)
{
    struct writer out = writer_on(room, PACKAGE_MAX);
    cr_assert(build_package("t", bytes_of_text(text), &out) < 0, "%s", text);
    cr_assert(eq(str, refusal, (char *)line));
}

/* The text of a package; free() it. */
static char *dump(struct bytes package)
{
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    dump_package(package, out);
    fclose(out);
    return text;
}

static void assert_comes_back(struct bytes package, const char *name)
{
    char *text = dump(package);
    struct writer out = writer_on(room, PACKAGE_MAX);
    cr_assert(build_package(name, bytes_of_text(text), &out) == 0, "%s", refusal);
    cr_assert(bytes_equal(writer_bytes(&out), package), "%s", name);
    free(text);
}

Test(profile_text, kinds_of_values)
{
    assert_builds("end : { end-header { mandated NULL identification 300 } }",
                  "AA08A00680008102012C");
    assert_builds("end:{end-header{identification -1}}", "AA05A0038101FF");
    assert_builds("nonStandard : { issuerID 2.999.1 content 'AB cd'H }", "A9098103883701"
                                                                         "8202ABCD");
    assert_builds("header : { profileType \"a \"\"b\"\"\" }", "A00782056120226222");
}

Test(profile_text, strings_are_joined_and_repeated)
{
    assert_builds("nonStandard : { content 'A0'H + \"x\" * 3 + 'BB CC'H * 2 }",
                  "A90A8208A0787878BBCCBBCC");
    assert_builds("nonStandard : { content 'A0'H * 0 }", "A9028200");
    assert_builds("nonStandard : { content ''H }", "A9028200");
    assert_builds("raw '01 02'H + '03'H", "010203");
}

Test(profile_text, choices_and_lists)
{
    assert_builds("pinCodes : { pinCodes pinconfig : { { keyReference adm1 } } }",
                  "A209A107A0053003"
                  "80010A");
    assert_builds("pinCodes : { pinCodes filePath : '7FF0'H }", "A206A10481027FF0");
    assert_builds("rfm : { tarList { 'B00010'H, 'B00011'H } }", "A70CA00A0403B000100403B00011");
    assert_builds("mf : { mf { doNotCreate : NULL fillFileOffset : 5 raw 'DEAD'H } }",
                  "B009A20780008201"
                  "05DEAD");
}

Test(profile_text, object_identifiers)
{
    assert_builds("mf : { templateID { 2 23 143 1 2 1 } }", "B008810667810F010201");
    assert_builds("mf : { templateID {joint-iso-itu-t(2) international-organizations ( 23 ) 143} }",
                  "B005810367810F");
    assert_builds("header : { eUICC-Mandatory-GFSTEList { { 2 999 1 }, 2.999.2 } }",
                  "A00CA60A"
                  "06038837010603883702");
}

Test(profile_text, values_may_have_names_of_their_own)
{
    assert_builds("value1 ProfileElement ::= end : { end-header {} }", "AA02A000");
    assert_builds("end ProfileElement ::= end : {} header ProfileElement::=header:{}", "AA00A000");
    assert_refused("value1 UICCCapability ::= end : {}",
                   "t:1: 'UICCCapability' where ProfileElement should stand");
    assert_refused("value1 ProfileElement : end : {}", "t:1: ':' where '::=' should stand");
}

Test(profile_text, older_spellings_are_read)
{
    assert_builds("securityDomain : { keyList { { keyCompontents { { keyType '80'H } } } } }",
                  "A60BA209300730"
                  "053003800180");
    assert_builds("df-5gs : { ef-nsi { doNotCreate : NULL } }", "BC04AB028000");
    assert_refused("end : { keyCompontents {} }",
                   "t:1: 'keyCompontents' where a field of PE-End, raw or } should stand");
}

/* X.690 §11.5 */
Test(profile_text, defaults_are_left_out)
{
    assert_builds("mf : { mf { fileDescriptor : { lcsi '05'H } } }", "B004A202A100");
    assert_builds("mf : { mf { fileDescriptor : { lcsi '04'H } } }", "B007A205A1038A0104");
    assert_builds("mf : { mf { fileDescriptor : { raw '8A0105'H } } }", "B007A205A1038A0105");
    assert_builds("pukCodes : { pukCodes { { maxNumOfAttemps-retryNumLeft 170 } } }",
                  "A304A1023000");
    assert_builds("akaParameter : { sqnInit { '000000000000'H } }", "A40AA5080406000000000000");
    struct writer out = build("mf : { mf { fileDescriptor : { raw '8A0105'H lcsi '05'H } } }");
    char *text = dump(writer_bytes(&out));
    cr_assert(strstr(text, "raw '8A0105'H -- lcsi with the value of its DEFAULT") != NULL, "%s",
              text);
    free(text);
}

Test(profile_text, a_list_of_defaults_is_one)
{
    char text[1024] = "akaParameter : { sqnInit {";
    for (size_t i = 0; i < 32; i++)
        strcat(text, " '000000000000'H");
    strcat(text, " } }");
    assert_builds(text, "A400");
}

Test(profile_text, comments_and_separators)
{
    assert_builds("end : { -- one -- end-header -- two -- {} -- three\n }", "AA02A000");
    assert_builds("----- a line -----\nend : {} -- a ----- b\n--", "AA00");
    assert_builds("\xEF\xBB\xBF"
                  "end : {}",
                  "AA00");
    assert_builds("-- first\n end:{ -- the last, really\n\tend-header\r\n{},}--x", "AA02A000");
    assert_builds("", "");
    assert_builds(" -- nothing", "");
}

Test(profile_text, mistakes_are_told_with_their_line)
{
    assert_refused("end : {\n end-headr {} }",
                   "t:2: 'end-headr' where a field of PE-End, raw or } should stand");
    assert_refused("end : {\n\n",
                   "t:3: the text ends where a field of PE-End, raw or } should stand");
    assert_refused("usmi : {}", "t:1: 'usmi' where one of the alternatives should stand");
    assert_refused("end {}", "t:1: '{' where ':' should stand");
    assert_refused("raw 'ABC'H", "t:1: 'ABC' where pairs of hexadecimal digits should stand");
    assert_refused("raw 'A BC'H", "t:1: 'A BC' where pairs of hexadecimal digits should stand");
    assert_refused("raw 'AB", "t:1: a string without its end, or '...' without H");
    assert_refused("raw '01'B", "t:1: a string without its end, or '...' without H");
    assert_refused("raw \"AB", "t:1: a string without its end, or '...' without H");
    assert_refused("raw 12", "t:1: '12' where '...'H or \"...\" should stand");
    assert_refused("raw 'AB'H * x", "t:1: 'x' where a number should stand");
    assert_refused("end : { end-header { mandated 1 } }", "t:1: '1' where NULL should stand");
    assert_refused("end : { end-header { identification adm1 } }",
                   "t:1: 'adm1' where a number, or a name of this type's, should stand");
    assert_refused("end : { end-header { identification 99999999999999999999 } }",
                   "t:1: '99999999999999999999' where a number of at most 64 bits should stand");
    assert_refused("mf : { templateID 2.x }", "t:1: '2.' where an object identifier should stand");
    assert_refused("mf : { templateID { 2 23 } 1 }",
                   "t:1: '1' where a field of PE-MF, raw or } should stand");
    assert_refused("mf : { templateID { x 23 } }",
                   "t:1: '23' where '(' and the number of this arc should stand");
    assert_refused("mf : { templateID { 2 23", "t:1: the text ends where a number should stand");
    assert_refused("mf : { templateID { } }", "t:1: '}' where an object identifier should stand");
    assert_refused("end : {} \x80", "t:1: a byte 80 where one of the alternatives should stand");
    assert_refused("end : {} ;", "t:1: ';' where one of the alternatives should stand");
    assert_refused("raw '00'H * 5000000", "t: the package is longer than 4194304 bytes");
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL);
    fputs(text, file);
    fclose(file);
}

Test(profile_text, texts_include_others)
{
    char folder[] = "/tmp/emuicc-text-XXXXXX", path[64], other[64], text[128];
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof(path), "%s/a.txt", folder);
    snprintf(other, sizeof(other), "%s/b.txt", folder);
    write_text(path, "end-header { include \"b.txt\" }");
    write_text(other, "mandated NULL\nidentification 1");
    snprintf(text, sizeof(text), "end : { include \"%s\" } raw '00'H", path);
    assert_builds(text, "AA07A0058000810101"
                        "00");
    write_text(other, "mandated NULL\nwrong");
    struct writer out = writer_on(room, PACKAGE_MAX);
    cr_assert(build_package("t", bytes_of_text(text), &out) < 0);
    snprintf(text, sizeof(text), "%s:2: 'wrong' where", other);
    cr_assert(strstr(refusal, text) == refusal, "%s", refusal);
    write_text(other, "include \"b.txt\"");
    snprintf(text, sizeof(text), "end : { include \"%s\" }", other);
    cr_assert(build_package("t", bytes_of_text(text), &out) < 0);
    cr_assert(strstr(refusal, "does not include itself") != NULL, "%s", refusal);
    remove(other);
    cr_assert(build_package("t", bytes_of_text(text), &out) < 0);
    cr_assert(strstr(refusal, "there is no such file") != NULL, "%s", refusal);
    remove(path);
    remove(folder);
}

Test(profile_text, dump_is_readable)
{
    static const char text[] = "end : { end-header { mandated NULL identification 7 } }";
    static const char dumped[] =
        "-- eUICC profile package, 9 bytes; emuicc-profile build makes it anew\n"
        "\n"
        "-- element 1: 9 bytes\n"
        "end : {\n"
        "    end-header { mandated NULL identification 7 }\n"
        "}\n";
    struct writer out = build(text);
    char *again = dump(writer_bytes(&out));
    cr_assert(eq(str, again, (char *)dumped));
    free(again);
}

static void assert_dumps(const char *text, const char *line)
{
    struct writer out = build(text);
    char *again = dump(writer_bytes(&out));
    cr_assert(strstr(again, line) != NULL, "%s", again);
    free(again);
}

Test(profile_text, dump_explains_file_descriptors)
{
    assert_dumps("mf : { mf { fileDescriptor : { fileDescriptor '42210024'H } } }",
                 "fileDescriptor '42210024'H -- linear fixed, 36 bytes a record\n");
    assert_dumps("mf : { mf { fileDescriptor : { fileDescriptor '0121'H } } }",
                 "fileDescriptor '0121'H -- transparent, not shareable\n");
    assert_dumps("mf : { mf { fileDescriptor : { shortEFID '30'H } } }", "-- SFI 6\n");
    assert_dumps("mf : { mf { fileDescriptor : { shortEFID ''H } } }", "-- no SFI\n");
    assert_dumps("mf : { mf { fileDescriptor : { efFileSize '01F8'H } } }", "-- 504 bytes\n");
    assert_dumps("mf : { mf { fileDescriptor : { securityAttributesReferenced '2F0603'H } } }",
                 "-- EF.ARR 2F06, record 3\n");
    assert_dumps("mf : { mf { fileDescriptor : { lcsi '04'H } } }", "-- deactivated\n");
    assert_dumps("pinCodes : { pinCodes pinconfig : { { keyReference 129 } } }",
                 "keyReference secondPINAppl1\n");
    assert_dumps("nonStandard : { content 'A1'H + 'FF'H * 40 + 'A2'H }",
                 "content 'A1'H\n          + 'FF'H * 40\n          + 'A2'H\n");
}

/* What the text cannot say comes back all the same. */
Test(profile_text, odd_bytes_come_back)
{
    static const char *const oddities[] = {
        "",
        "00",
        "A0",
        "A0810102", /* a length longer than it need be */
        "AA04A0028000"
        "FF",                 /* half an element behind the last */
        "BF2303800101",       /* no profile element */
        "AA05A003810200",     /* an INTEGER that is cut */
        "AA06A00481020001",   /* an INTEGER with a needless byte */
        "AA05A003800100",     /* a NULL with content */
        "A20DA20B80010A8000", /* a CHOICE that is no alternative */
        "A206A1048000"
        "8000",           /* two alternatives */
        "A9058103803701", /* an OID with a needless byte */
        "A0068204"
        "61000A62",     /* a text with control characters */
        "A0048202C328", /* no UTF-8 */
        "A0048202"
        "2222",           /* quotes */
        "B005A20383017F", /* nothing but a fill */
        "A604A10284"
        "00",
        "9F8101028001",
        "1F8181810100",       /* a tag of four bytes */
        "B007A205A1038A0105", /* a DEFAULT that is there */
    };
    for (size_t i = 0; i < sizeof(oddities) / sizeof(oddities[0]); i++) {
        uint8_t bytes[64];
        struct writer out = writer_on(bytes, sizeof(bytes));
        cr_assert(hex_decode(oddities[i], &out), "%s", oddities[i]);
        assert_comes_back(writer_bytes(&out), oddities[i]);
    }
}

static const char *shared_folder(void)
{
    static char path[512];
    const char *shared = getenv("EMUICC_SHARED");
    snprintf(path, sizeof(path), "%s/data/ts48", shared != NULL ? shared : "../shared");
    return path;
}

static bool next_package(DIR *folder, struct blob *package, char *path, size_t size)
{
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strstr(entry->d_name, ".der") == NULL)
            continue;
        snprintf(path, size, "%s/%s", shared_folder(), entry->d_name);
        cr_assert(blob_read_file(path, PACKAGE_MAX, package) == 0);
        return true;
    }
    return false;
}

static DIR *open_shared(void)
{
    DIR *folder = opendir(shared_folder());
    if (folder == NULL)
        cr_skip("there is no %s", shared_folder());
    return folder;
}

Test(profile_text, published_packages_come_back_without_raw_bytes)
{
    struct blob package;
    char path[1024];
    size_t count = 0;
    DIR *folder = open_shared();
    for (; next_package(folder, &package, path, sizeof(path)); count++) {
        assert_comes_back(blob_bytes(&package), path);
        char *text = dump(blob_bytes(&package));
        cr_assert(strstr(text, "raw '") == NULL, "%s", path);
        free(text);
        blob_finish(&package);
    }
    closedir(folder);
    cr_assert(eq(sz, count, 22));
}

/* Any byte of one of them changed, in turns. */
Test(profile_text, damaged_packages_come_back)
{
    struct blob package;
    char path[1024];
    DIR *folder = open_shared();
    cr_assert(next_package(folder, &package, path, sizeof(path)));
    for (size_t i = 0; i < package.len; i += 61) {
        package.data[i] ^= (uint8_t)(1 + i % 255);
        assert_comes_back(blob_bytes(&package), path);
        package.data[i] ^= (uint8_t)(1 + i % 255);
    }
    blob_finish(&package);
    closedir(folder);
}

static int collect_change(void *context, const struct diff_change *change)
{
    char *all = context;
    sprintf(all + strlen(all), "%c%u %s %s\n", change->sign, change->line->element,
            change->line->name, change->line->text);
    return 0;
}

static const char *changes(const char *first, const char *second)
{
    static char all[1024];
    struct lines a, b;
    struct writer out = build(first);
    cr_assert(lines_of(writer_bytes(&out), &a) == 0);
    out = build(second);
    cr_assert(lines_of(writer_bytes(&out), &b) == 0);
    all[0] = '\0';
    cr_assert(diff_lines(&a, &b, collect_change, all) == 0);
    lines_finish(&a);
    lines_finish(&b);
    return all;
}

#define MF "mf : { mf { fillFileContent : 'AA'H fillFileOffset : 4 } }"
#define END "end : { end-header { identification 1 } }"

Test(profile_text, diff_names_what_differs)
{
    cr_assert(eq(str, (char *)changes(MF END, MF END), ""));
    cr_assert(eq(str, (char *)changes(MF END, MF),
                 "-2 end end {\n-2 end end-header {\n-2 end end-header/identification 1\n"));
    cr_assert(eq(str,
                 (char *)changes(MF END, "mf : { mf { fillFileContent : 'AB'H "
                                         "fillFileOffset : 4 } }" END),
                 "-1 mf mf/fillFileContent 'AA'H\n+1 mf mf/fillFileContent 'AB'H\n"));
    cr_assert(eq(str, (char *)changes(END, "cd : {} " END), "+1 cd cd {\n"));
    cr_assert(eq(str, (char *)changes("raw 'BF2300'H", ""), "-1 raw raw 'BF2300'H\n"));
}
