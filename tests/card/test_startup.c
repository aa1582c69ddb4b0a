#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "fs/profile/blob.h"
#include "tests/support/temp_card.h"
#include "tests/support/talk.h"
#include "apdu/trace.h"

#define EID "89049032000000000000000000001133"

static char said[2048];

static void note(void *context, enum trace_level level, const char *text)
{
    (void)context;
    const size_t len = strlen(said);
    if (level == TRACE_ERROR)
        snprintf(said + len, sizeof(said) - len, "%s\n", text);
}

static void note_all(void *context, enum trace_level level, const char *text)
{
    note(context, level == TRACE_NOTICE ? TRACE_ERROR : level, text);
}

static void start(void)
{
    trace_to(note, NULL);
    cr_assert(temp_card_begin());
}

TestSuite(startup, .init = start, .fini = temp_card_end, .timeout = 60);

static const char *in_folder(const char *name)
{
    static char paths[32][192];
    static size_t next;
    char *path = paths[next++ % 32];
    snprintf(path, sizeof(paths[0]), "%s/%s", temp_card_folder, name);
    return path;
}

static int make(const struct startup_plan *plan, char eid[PKI_EID_DIGITS + 1])
{
    struct card card;
    const int result = startup_card(plan, &card);
    if (result == 0)
        pki_eid_to_text(isd_r_eid(card.isd_r), eid);
    card_close(&card);
    return result;
}

static void expect_refusal(const struct startup_plan *plan, const char *why)
{
    char eid[PKI_EID_DIGITS + 1];
    said[0] = '\0';
    cr_assert_neq(make(plan, eid), 0);
    cr_assert_not_null(strstr(said, why), "said: %s", said);
    cr_assert_eq(strchr(said, '\n'), said + strlen(said) - 1, "more than a line: %s", said);
}

Test(startup, the_first_start_makes_everything_and_later_ones_are_the_same_chip)
{
    char first[PKI_EID_DIGITS + 1], later[PKI_EID_DIGITS + 1];
    struct stat about;
    const struct startup_plan plan = {.state = in_folder("deep/er/chip")};
    cr_assert_eq(make(&plan, first), 0);
    cr_assert_eq(stat(plan.state, &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0700);
    cr_assert_eq(stat(in_folder("deep/er/chip/pki/CertificateIssuer"), &about), 0);
    cr_assert_eq(make(&plan, later), 0);
    cr_assert_str_eq(first, later);
    cr_assert_str_eq(said, "");
}

Test(startup, two_chips_are_not_one)
{
    char one[PKI_EID_DIGITS + 1], other[PKI_EID_DIGITS + 1];
    cr_assert_eq(make(&(struct startup_plan){.state = in_folder("one")}, one), 0);
    cr_assert_eq(make(&(struct startup_plan){.state = in_folder("other")}, other), 0);
    cr_assert_str_neq(one, other);
}

/* Makes a PKI by a chip of its own; the folder of it. */
static const char *make_pki(const char *chip)
{
    char eid[PKI_EID_DIGITS + 1], pki[128];
    cr_assert_eq(make(&(struct startup_plan){.state = in_folder(chip)}, eid), 0);
    snprintf(pki, sizeof(pki), "%s/pki", chip);
    return in_folder(pki);
}

Test(startup, the_eid_is_the_certificates_or_one_that_can_be_certified)
{
    char first[PKI_EID_DIGITS + 1], eid[PKI_EID_DIGITS + 1];
    cr_assert_eq(make(&(struct startup_plan){.state = in_folder("maker")}, first), 0);
    const char *pki = in_folder("maker/pki");
    struct startup_plan plan = {.state = in_folder("same"), .pki = pki};
    cr_assert_eq(make(&plan, eid), 0);
    cr_assert_str_eq(eid, first);
    plan = (struct startup_plan){.state = in_folder("named"), .pki = pki, .eid = first};
    cr_assert_eq(make(&plan, eid), 0);
    cr_assert_str_eq(eid, first);
    plan = (struct startup_plan){.state = in_folder("new"), .pki = pki, .eid = EID};
    cr_assert_eq(make(&plan, eid), 0, "%s", said);
    cr_assert_str_eq(eid, EID);
    plan = (struct startup_plan){.state = in_folder("own"), .eid = EID};
    cr_assert_eq(make(&plan, eid), 0);
    cr_assert_str_eq(eid, EID);
}

static int count_key(void *context, const char *name, struct bytes value)
{
    (void)value;
    *(int *)context += strstr(name, "/key") != NULL;
    return 0;
}

/* How many credentials a chip of this PKI and EID has: each of its own CI, of v3 a second one. */
static int credentials_of(const char *state, const char *pki, const char *eid,
                          const char *personality)
{
    struct card card;
    int keys = 0;
    const struct startup_plan plan = {
        .state = in_folder(state), .pki = pki, .eid = eid, .personality = personality};
    cr_assert_eq(startup_card(&plan, &card), 0, "%s", said);
    cr_assert_eq(store_each_value(card.store, "credential/", count_key, &keys), 0);
    card_close(&card);
    return keys;
}

Test(startup, a_chip_has_credentials_on_each_curve_of_which_there_is_a_certificate)
{
    struct random random;
    const char *pki = in_folder("both");
    const struct pki_plan plan = {.directory = pki, .first_eid = EID, .brainpool = true};
    random_init(&random);
    cr_assert_eq(pki_make(&random, &plan), 0);
    cr_assert_eq(credentials_of("asked", pki, EID, NULL), 2);
    cr_assert_eq(credentials_of("first", pki, NULL, NULL), 2);
    cr_assert_eq(credentials_of("again", pki, NULL, NULL), 2);
    cr_assert_eq(unlink(in_folder("both/EUM/SK_EUM_ECDSA_BRP.pem")), 0);
    cr_assert_eq(credentials_of("half", pki, "89049032000000000000000000001230", NULL), 1,
                 "on the curve whose EUM can sign");
}

/* The PKI has one for the first EID; for another one it is issued. */
Test(startup, a_chip_of_v3_has_a_second_chain_whichever_its_eid)
{
    struct random random;
    const char *pki = in_folder("v3"), *personality = in_folder("text");
    const struct pki_plan plan = {
        .directory = pki, .first_eid = EID, .variants = 1u << PKI_VARIANT_C};
    FILE *text = fopen(personality, "w");
    cr_assert(text != NULL && fputs("svn = 2.2.2-3.1.0\ncertificate-variant = c\n", text) >= 0);
    fclose(text);
    random_init(&random);
    cr_assert_eq(pki_make(&random, &plan), 0);
    cr_assert_eq(credentials_of("v3-first", pki, NULL, personality), 2);
    cr_assert_eq(credentials_of("v3-other", pki, "89049032000000000000000000001230", personality),
                 2);
    cr_assert_eq(unlink(in_folder("v3/VariantC/EUMSubCA/SK_EUMSubCA_SIG_NIST.pem")), 0);
    cr_assert_eq(credentials_of("v3-third", pki, "89049032000000000000000000001327", personality),
                 1, "by Variant O alone");
}

Test(startup, an_eid_that_does_not_fit_is_refused_and_leaves_no_chip)
{
    char eid[PKI_EID_DIGITS + 1];
    const char *pki = make_pki("maker");
    struct startup_plan plan = {.state = in_folder("chip"), .pki = pki};
    plan.eid = "89049044900000000000000000102355";
    expect_refusal(&plan, "outside the EUM's range");
    plan.eid = "8904903200000000000000000000111";
    expect_refusal(&plan, "32 digits");
    plan.eid = "89049032000000000000000000001134";
    expect_refusal(&plan, "wrong check digits, 33 would be right");
    cr_assert_eq(unlink(in_folder("maker/pki/EUM/SK_EUM_ECDSA_NIST.pem")), 0);
    plan.eid = EID;
    expect_refusal(&plan, "nor the EUM's key");
    plan.eid = NULL;
    cr_assert_eq(make(&plan, eid), 0);
}

Test(startup, a_pki_that_cannot_be_used_is_refused)
{
    struct startup_plan plan = {.state = in_folder("chip"), .pki = in_folder("nowhere")};
    expect_refusal(&plan, "nowhere: No such file or directory; 'emuicc-pki DIR' makes a PKI");
    cr_assert_eq(mkdir(plan.pki, 0700), 0);
    expect_refusal(&plan, "lays them out; 'emuicc-pki DIR' makes such a folder");
    plan.pki = make_pki("maker");
    cr_assert_eq(truncate(in_folder("maker/pki/EUM/CERT_EUM_ECDSA_NIST.der"), 100), 0);
    expect_refusal(&plan, "CERT_EUM_ECDSA_NIST.der");
    cr_assert_eq(unlink(in_folder("maker/pki/EUM/CERT_EUM_ECDSA_NIST.der")), 0);
    expect_refusal(&plan, "without its EUM");
}

static void copy_file(const char *from, const char *to)
{
    char command[512];
    snprintf(command, sizeof(command), "cp '%s' '%s'", in_folder(from), in_folder(to));
    cr_assert_eq(system(command), 0);
}

Test(startup, certificates_that_do_not_lead_to_the_ci_are_refused)
{
    struct startup_plan plan = {.state = in_folder("chip"), .pki = make_pki("maker")};
    make_pki("other");
    copy_file("other/pki/eUICC/CERT_EUICC_ECDSA_NIST.der",
              "maker/pki/eUICC/CERT_EUICC_ECDSA_NIST.der");
    copy_file("other/pki/eUICC/SK_EUICC_ECDSA_NIST.pem", "maker/pki/eUICC/SK_EUICC_ECDSA_NIST.pem");
    expect_refusal(&plan, "maker/pki: the eUICC certificate ");
    copy_file("other/pki/EUM/CERT_EUM_ECDSA_NIST.der", "maker/pki/EUM/CERT_EUM_ECDSA_NIST.der");
    copy_file("other/pki/EUM/SK_EUM_ECDSA_NIST.pem", "maker/pki/EUM/SK_EUM_ECDSA_NIST.pem");
    expect_refusal(&plan, "maker/pki: the EUM certificate ");
}

Test(startup, keys_that_are_missing_are_said_to_be)
{
    struct startup_plan plan = {.state = in_folder("chip"), .pki = make_pki("maker")};
    cr_assert_eq(unlink(in_folder("maker/pki/eUICC/SK_EUICC_ECDSA_NIST.pem")), 0);
    expect_refusal(&plan, "without its key");
    cr_assert_eq(unlink(in_folder("maker/pki/eUICC/CERT_EUICC_ECDSA_NIST.der")), 0);
    expect_refusal(&plan, "--eid is needed");
}

Test(startup, a_later_start_with_what_is_another_chips_is_refused)
{
    char first[PKI_EID_DIGITS + 1], eid[PKI_EID_DIGITS + 1];
    const char *pki = make_pki("maker");
    struct startup_plan plan = {.state = in_folder("chip"), .pki = pki};
    cr_assert_eq(make(&plan, first), 0);
    cr_assert_eq(make(&plan, eid), 0);
    plan.eid = first;
    cr_assert_eq(make(&plan, eid), 0);
    plan.eid = EID;
    expect_refusal(&plan, first);
    plan.eid = NULL;
    plan.pki = make_pki("other");
    expect_refusal(&plan, "another CI or EUM");
    plan.pki = in_folder("nowhere");
    expect_refusal(&plan, "nowhere");
}

Test(startup, a_state_in_use_is_refused)
{
    struct card card;
    const struct startup_plan plan = {.state = in_folder("chip")};
    cr_assert_eq(startup_card(&plan, &card), 0);
    expect_refusal(&plan, plan.state);
    card_close(&card);
}

Test(startup, a_state_that_cannot_be_made_is_refused)
{
    const int file = open(in_folder("file"), O_CREAT | O_WRONLY, 0600);
    cr_assert_geq(file, 0);
    close(file);
    expect_refusal(&(struct startup_plan){.state = in_folder("file/chip")}, "file/chip");
    expect_refusal(&(struct startup_plan){.state = ""}, "--state: it names no folder");
}

Test(startup, only_the_first_start_installs)
{
    struct card card;
    const char *nothing = in_folder("gone.der");
    cr_assert(temp_card_make(&card, true));
    talk(&card, "00A4040010A0000005591010FFFFFFFF890000010000");
    cr_assert_not_null(strstr(talk_es10(&card, "BF2D00"), "5A0A" TEMP_CARD_ICCID));
    card_close(&card);
    const struct startup_plan plan = {
        .state = in_folder("chip"), .install = &nothing, .install_count = 1};
    said[0] = '\0';
    trace_to(note_all, NULL);
    cr_assert_eq(startup_card(&plan, &card), 0);
    cr_assert_not_null(strstr(said, "--install: the chip in "), "said: %s", said);
    talk(&card, "00A4040010A0000005591010FFFFFFFF890000010000");
    const char *list = talk_es10(&card, "BF2D00");
    cr_assert_not_null(strstr(list, "5A0A" TEMP_CARD_ICCID));
    cr_assert_not_null(strstr(list, "9F700100"), "it is not disabled: %s", list);
    card_close(&card);
}

/* A package beside the project's first one, with words after it. */
static const char *beside(const char *name_and_words)
{
    static char texts[2][512];
    static unsigned turn;
    char *text = texts[turn++ % 2];
    const int folder = (int)(strrchr(temp_card_package, '/') + 1 - temp_card_package);
    snprintf(text, sizeof(texts[0]), "%.*s%s", folder, temp_card_package, name_and_words);
    return text;
}

/* With the text beside the package, its state, its AID and its nickname. */
Test(startup, a_factory_profile_is_as_it_is_said)
{
    struct card card;
    const char *const installs[] = {
        beside("usim-test.der,enabled"),
        beside("usim-milenage.der, before-test, aid=A0000005591010, nickname=x, y")};
    const struct startup_plan plan = {
        .state = in_folder("chip"), .install = installs, .install_count = 2};
    cr_assert_eq(startup_card(&plan, &card), 0);
    cr_assert_eq(strncmp(talk(&card, "00A40000022FE2"), "61", 2), 0);
    cr_assert_str_eq(talk(&card, "00B000000A"), "988812010000000030F79000");
    talk(&card, "00A4040010A0000005591010FFFFFFFF890000010000");
    const char *list = talk_es10(&card, "BF2D00");
    cr_assert_not_null(strstr(list, "9F7001019106656D7569636392"
                                    "0C546573742070726F66696C65950100"),
                       "%s", list);
    cr_assert_not_null(strstr(list, "5A0A" TEMP_CARD_ICCID "4F07A00000055910109F700100"
                                    "9004782C20799106656D75696363920D5553494D204D696C656E616765"
                                    "950102"),
                       "%s", list);
    cr_assert_str_eq(talk_es10(&card, "BF2800"), "BF2802A0009000");
    cr_assert_str_eq(talk_es10(&card, "BF3211A00C5A0A988812010000000030F7810100"),
                     "BF32038001009000");
    cr_assert_not_null(strstr(talk_es10(&card, "BF2D00"), "4F07A00000055910109F700101"),
                       "the test profile does not lead back");
    card_close(&card);
}

Test(startup, factory_profiles_that_cannot_be_together_are_refused)
{
    static const struct {
        const char *first, *second, *why;
    } rows[] = {
        {"usim-test.der", "usim-test.der", "a profile with this ICCID is on the chip already"},
        {"usim-names.der,enabled", "usim-test.der,enabled", "two profiles cannot be enabled"},
        {"usim-names.der,enabled", "usim-test.der,before-test", "before-test needs an enabled"},
        {"usim-test.der,enabled", "c2t-test.der,before-test", "before-test needs an enabled"},
        {"usim-names.der,aid=A000000559", "usim-test.der,aid=A000000559", "with this AID is on"},
        {"usim-names.der", "usim-test.der,enable", "usim-test.der,enable: a profile is PACKAGE"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *const installs[] = {beside(rows[i].first), beside(rows[i].second)};
        const struct startup_plan plan = {
            .state = in_folder("chip"), .install = installs, .install_count = 2};
        expect_refusal(&plan, rows[i].why);
    }
}

Test(startup, a_package_that_cannot_be_installed_leaves_no_chip)
{
    const char *packages[] = {temp_card_package, in_folder("gone.der")};
    struct startup_plan plan = {
        .state = in_folder("chip"), .install = packages, .install_count = 2};
    expect_refusal(&plan, "gone.der: there is no such package");
    const int file = open(packages[1], O_CREAT | O_WRONLY, 0600);
    cr_assert_eq(write(file, "no package", 10), 10);
    close(file);
    expect_refusal(&plan, "gone.der: the package is refused: invalid-request-format");
    struct card card;
    plan.install_count = 0;
    cr_assert_eq(startup_card(&plan, &card), 0);
    talk(&card, "00A4040010A0000005591010FFFFFFFF890000010000");
    cr_assert_str_eq(talk_es10(&card, "BF2D00"), "BF2D02A0009000");
    card_close(&card);
}

/* The project's package with bytes of its front changed: what is said of it. */
static void expect_package_refusal(const char *from, const char *to, const char *why)
{
    struct blob package;
    const char *changed = in_folder("changed.der");
    struct startup_plan plan = {
        .state = in_folder("chip"), .install = &changed, .install_count = 1};
    uint8_t old[16], new[16];
    struct writer old_bytes = writer_on(old, sizeof(old)), new_bytes = writer_on(new, sizeof(new));
    cr_assert(hex_decode(from, &old_bytes) && hex_decode(to, &new_bytes));
    cr_assert_eq(blob_read_file(temp_card_package, 1 << 20, &package), 0);
    uint8_t *at = memmem(package.data, package.len, old, old_bytes.len);
    cr_assert_not_null(at, "%s", from);
    memcpy(at, new, new_bytes.len);
    FILE *file = fopen(changed, "w");
    cr_assert_eq(fwrite(package.data, 1, package.len, file), package.len);
    fclose(file);
    blob_finish(&package);
    expect_refusal(&plan, why);
}

Test(startup, a_refused_profile_is_told_with_its_reason)
{
    expect_package_refusal("898821100000000001", "898821100000000003",
                           "the package's header has ICCID 8988211000000000031, its EF.ICCID has "
                           "8988211000000000011");
    expect_package_refusal("8001098309080910", "8001088309080910",
                           "bad-values in usim: EF.IMSI (6F07): 9 bytes do not fit in the 8");
}

/* Everything that a first start can be refused for; what it made by then goes. */
Test(startup, a_refused_first_start_leaves_nothing_behind)
{
    const char *gone = in_folder("gone.der"), *broken = beside("n_no-end.der");
    const char *wrong = in_folder("wrong.personality");
    FILE *file = fopen(wrong, "w");
    cr_assert(file != NULL);
    fputs("no-such-key = 1\n", file);
    fclose(file);
    cr_assert_eq(mkdir(in_folder("empty"), 0700), 0);
    const struct {
        struct startup_plan plan;
        const char *why;
    } rows[] = {
        {{.personality = wrong}, "no-such-key is no key"},
        {{.personality = in_folder("nowhere")}, "No such file"},
        {{.install = &gone, .install_count = 1}, "there is no such package"},
        {{.install = &broken, .install_count = 1}, "the package is refused"},
        {{.pki = in_folder("nowhere")}, "No such file"},
        {{.pki = in_folder("empty")}, "no CI certificate"},
        {{.eid = "1"}, "32 digits"},
        {{.eid = EID, .personality = wrong}, "no-such-key is no key"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct startup_plan plan = rows[i].plan;
        plan.state = in_folder("a/new/chip");
        expect_refusal(&plan, rows[i].why);
        cr_expect_neq(access(in_folder("a"), F_OK), 0, "row %zu leaves something", i);
    }
    cr_assert_eq(mkdir(in_folder("mine"), 0700), 0);
    close(open(in_folder("mine/notes"), O_CREAT | O_WRONLY, 0600));
    expect_refusal(
        &(struct startup_plan){.state = in_folder("mine"), .install = &gone, .install_count = 1},
        "there is no such package");
    cr_expect_eq(access(in_folder("mine/notes"), F_OK), 0);
    cr_expect_neq(access(in_folder("mine/" STORE_FILE), F_OK), 0);
    cr_expect_neq(access(in_folder("mine/pki"), F_OK), 0);
}

Test(startup, an_existing_chip_survives_a_refused_start)
{
    char eid[PKI_EID_DIGITS + 1];
    struct startup_plan plan = {.state = in_folder("chip")};
    cr_assert_eq(make(&plan, eid), 0);
    plan.eid = EID;
    expect_refusal(&plan, "leave --eid out");
    plan.eid = NULL;
    plan.personality = in_folder("nowhere");
    expect_refusal(&plan, "No such file");
    plan.personality = NULL;
    cr_assert_eq(make(&plan, eid), 0);
}

/* emuicc-ctl wait goes by it: only a reader has seen a card. */
Test(startup, a_reload_is_no_look_of_a_reader)
{
    struct startup_plan plan = {.state = in_folder("chip")};
    struct card card;
    cr_assert_eq(startup_card(&plan, &card), 0);
    cr_expect_not(card.seen);
    cr_assert_eq(startup_reload(&card), 0);
    cr_expect_not(card.seen);
    card_power(&card, CARD_RESET);
    cr_assert_eq(startup_reload(&card), 0);
    cr_expect(card.seen);
    card_close(&card);
}
