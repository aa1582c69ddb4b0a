#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "tests/tools/fake_card.h"
#include "tools/lib/es9/ca.h"
#include "tools/lpa/lpa.h"

static const char *info2 = "BF2211"
                           "8103020301"
                           "8203020500"
                           "84058203010000";

static struct fake_card card;
static struct lpa lpa;
static char asked[256];

static void put_profile(struct writer *out, uint8_t last, uint8_t state, const char *name)
{
    const size_t mark = tlv_open(out, 0xE3);
    tlv_put(out, 0x5A, BYTES(0x98, 0x00, 0x10, 0x32, 0x54, 0x76, 0x98, 0x10, 0x32, last));
    tlv_put_u8(out, 0x9F70, state);
    tlv_put(out, 0x92, bytes_of_text(name));
    tlv_close(out, mark);
}

static void put_profiles(struct writer *out)
{
    const size_t whole = tlv_open(out, 0xBF2D), list = tlv_open(out, 0xA0);
    put_profile(out, 0xF4, 1,
                "Gr\xC3\xB6\xC3\x9F"
                "e");
    put_profile(out, 0xF5, 0, "a\x1B[31mb and more");
    tlv_close(out, list);
    tlv_close(out, whole);
}

static uint16_t answer(void *context, struct bytes request, struct writer *out)
{
    (void)context;
    struct tlv_header header;
    cr_assert_eq(tlv_read_header(request, &header), TLV_FRONT_OK);
    hex_encode(request, asked);
    switch (header.tag) {
    case 0xBF2D:
        put_profiles(out);
        return SW_OK;
    case 0xBF3E:
        hex_decode("BF3E125A1089049032123451234512345678901235", out);
        return SW_OK;
    case 0xBF22:
        hex_decode(info2, out);
        return SW_OK;
    case 0xBF31:
        hex_decode("BF3103800102", out);
        return SW_OK;
    case 0xBF29:
        hex_decode("BF2903800100", out);
        return SW_OK;
    default:
        return SW_REFERENCE_NOT_FOUND;
    }
}

/* What the command prints on standard output. */
static bool run(char *text, size_t size, int count, char **words)
{
    FILE *out;
    fake_card_init(&card, answer, NULL);
    asked[0] = '\0';
    lpa.fault = (struct fault){0};
    cr_redirect_stdout();
    cr_redirect_stderr();
    const bool good = lpa_run(&lpa, &card.transport, count, words) == 0;
    fflush(stdout);
    out = cr_get_redirected_stdout();
    const size_t len = fread(text, 1, size - 1, out);
    text[len] = '\0';
    cr_expect(card.released, "the reader is not let go");
    cr_expect(!card.opened || card.closed, "the channel stays open");
    cr_expect_null(card.wrong, "%s", card.wrong);
    return good;
}

#define RUN(text, ...)                                                                             \
    run(text, sizeof(text), sizeof((char *[]){__VA_ARGS__}) / sizeof(char *),                      \
        (char *[]){__VA_ARGS__})

Test(lpa_commands, profiles_as_a_table)
{
    char text[2048];
    cr_assert(RUN(text, "list"));
    cr_expect_str_eq(text, "ICCID                state     name\n"
                           "8900012345678901234  enabled   Gr\xC3\xB6\xC3\x9F"
                           "e\n"
                           "8900012345678901235  disabled  a?[31mb and more\n");
}

Test(lpa_commands, profiles_as_json)
{
    char text[2048];
    lpa.options.json = true;
    cr_assert(RUN(text, "list"));
    json_t *document = json_loads(text, 0, NULL);
    const json_t *profiles = json_object_get(document, "profiles");
    cr_assert_eq(json_array_size(profiles), 2);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(profiles, 1), "iccid")),
                     "8900012345678901235");
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(profiles, 0), "state")),
                     "enabled");
    json_decref(document);
}

Test(lpa_commands, a_card_that_knows_little_is_shown_as_far_as_it_goes)
{
    char text[2048];
    cr_assert(RUN(text, "info"), "%s", lpa.fault.text);
    cr_expect_str_eq(text, "EID                      89049032123451234512345678901235\n"
                           "reader                   nowhere\n"
                           "SGP.22 versions          2.5.0\n"
                           "functions                download of profiles\n"
                           "operation types          profileDownload\n"
                           "as a bit string          0780\n"
                           "profile package version  2.3.1\n"
                           "free memory              65536\n");
}

Test(lpa_commands, a_card_of_v3_shows_its_range_and_what_that_makes_possible)
{
    char text[2048];
    info2 = "BF22148103020301820302020288030520409303030100"; /* rpmSupport */
    cr_assert(RUN(text, "info"), "%s", lpa.fault.text);
    cr_expect_not_null(strstr(text, "SGP.22 versions          2.2.2 to 3.1.0\n"), "%s", text);
    cr_expect_not_null(
        strstr(text, "functions                download of profiles, remote profile management\n"
                     "operation types          profileDownload,rpm\n"
                     "as a bit string          06C0\n"),
        "%s", text);
}

/* What command_rpm_show() prints of these sessions. */
static void show_rpm(const char *sessions, char *text, size_t size)
{
    json_t *document = json_loads(sessions, 0, NULL);
    cr_assert_not_null(document);
    cr_redirect_stdout();
    command_rpm_show(document);
    fflush(stdout);
    const size_t len = fread(text, 1, size - 1, cr_get_redirected_stdout());
    text[len] = '\0';
    json_decref(document);
}

Test(lpa_commands, what_came_of_rpm_at_each_server)
{
    char text[2048];
    show_rpm("{\"sessions\": ["
             "{\"address\": \"a.b\", \"commands\": [{\"command\": \"enable\", \"iccid\": \"89\", "
             "\"result\": \"ok\"}, {\"command\": \"disable\", \"iccid\": \"90\"}], \"terminated\": "
             "\"interruption\", \"notifications\": [{\"number\": 1, \"sent\": true}, "
             "{\"number\": 2, \"sent\": false, \"error\": {\"text\": \"it is away\"}}]},"
             "{\"address\": \"c.d\", \"nothing\": true},"
             "{\"address\": \"e.f\", \"commands\": []},"
             "{\"address\": \"g.h\", \"error\": {\"text\": \"it cannot be reached\"}}]}",
             text, sizeof(text));
    cr_expect_str_eq(text, "a.b:\n"
                           "command  ICCID  result\n"
                           "enable   89     ok\n"
                           "disable  90\n"
                           "ended by interruption\n"
                           "the server could not be told (it is away); 'emuicc-lpa notifications "
                           "send' tries again\n"
                           "c.d: nothing waits there\n"
                           "e.f:\n"
                           "the package has no command\n"
                           "g.h: it cannot be reached\n");
}

Test(lpa_commands, a_refusal_as_json_names_code_and_next_step)
{
    char text[2048];
    lpa.options.json = true;
    cr_assert_not(RUN(text, "enable", "8900012345678901234"));
    json_t *document = json_loads(text, 0, NULL);
    const json_t *error = json_object_get(document, "error");
    cr_expect_str_eq(json_string_value(json_object_get(error, "where")), "ES10c.EnableProfile");
    cr_expect_str_eq(json_string_value(json_object_get(error, "code")),
                     "profileNotInDisabledState (2)");
    json_decref(document);
}

Test(lpa_commands, a_refusal_for_people_leaves_standard_output_empty)
{
    char text[2048];
    cr_assert_not(RUN(text, "enable", "8900012345678901234"));
    cr_expect_str_eq(text, "");
}

Test(lpa_commands, a_nickname_by_aid_asks_for_the_iccid)
{
    char text[2048];
    cr_assert(RUN(text, "nickname", "A0000005591010FFFFFFFF8900001000", "me"), "%s",
              lpa.fault.text);
    cr_expect_str_eq(asked, "BF29105A0A980010325476981032F490026D65");
}

Test(lpa_commands, wrong_words_never_reach_the_card)
{
    char text[2048];
    cr_expect_not(RUN(text, "enable"));
    cr_expect_not_null(strstr(lpa.fault.text, "usage: emuicc-lpa enable ID"));
    cr_expect_not(RUN(text, "list", "more"));
    cr_expect_not(RUN(text, "enabel", "x"));
    lpa.options.block = "256";
    cr_expect_not(RUN(text, "list"));
    lpa.options.block = "0";
    cr_expect_not(RUN(text, "list"));
    lpa.options.block = "-1";
    cr_expect_not(RUN(text, "list"));
    lpa.options.block = NULL;
    lpa.options.isd_r = "A0";
    cr_expect_not(RUN(text, "list"));
    cr_expect_eq(card.commands, 0);
}

Test(lpa_commands, every_command_is_in_the_help)
{
    const char *names[] = {"info",    "list",   "download", "enable",
                           "disable", "delete", "nickname", "notifications"};
    char footer[LPA_FOOTER_SIZE];
    lpa_footer(footer, sizeof(footer));
    cr_assert_lt(strlen(footer), sizeof(footer) - 1, "the help is cut");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char line[64];
        snprintf(line, sizeof(line), "\n  %s", names[i]);
        cr_expect_not_null(strstr(footer, line), "%s", names[i]);
    }
}

/* Files with certificates, or what is said to be some. */

static char folder[] = "/tmp/test_lpa_ca_XXXXXX";

static void write_file(const char *name, const void *data, size_t len)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    fwrite(data, 1, len, file);
    fclose(file);
}

static bool read_ca(const char *name, struct blob *pem, struct fault *fault)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    *fault = (struct fault){0};
    return ca_read(path, pem, fault);
}

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[160];
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(lpa_ca, .init = make_folder, .fini = remove_folder);

#define PEM "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"

Test(lpa_ca, pem_der_and_folder)
{
    struct blob pem;
    struct fault fault;
    char path[128];
    const uint8_t der[] = {0x30, 0x00};
    write_file("ci.pem", PEM, strlen(PEM));
    write_file("ci.der", der, sizeof(der));
    cr_assert(read_ca("ci.der", &pem, &fault), "%s", fault.text);
    cr_expect(bytes_equal(blob_bytes(&pem), bytes_of_text(PEM)));
    blob_finish(&pem);
    cr_assert(read_ca("ci.pem", &pem, &fault));
    cr_expect(bytes_start_with(blob_bytes(&pem), bytes_of_text(PEM)));
    blob_finish(&pem);
    cr_expect_not(read_ca("", &pem, &fault), "no CI in the folder");
    snprintf(path, sizeof(path), "%s/CertificateIssuer", folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    write_file("CertificateIssuer/CERT_CI_ECDSA_NIST.der", der, sizeof(der));
    write_file("CertificateIssuer/CERT_CI_ECDSA_BRP.der", der, sizeof(der));
    write_file("CertificateIssuer/SK_CI_ECDSA_NIST.pem", "secret", 6);
    cr_assert(read_ca("", &pem, &fault), "%s", fault.text);
    cr_expect(bytes_equal(blob_bytes(&pem), bytes_of_text(PEM PEM)));
    blob_finish(&pem);
}

Test(lpa_ca, what_is_no_certificate_is_refused)
{
    struct blob pem;
    struct fault fault;
    write_file("text", "hello", 5);
    write_file("empty", "", 0);
    write_file("cut.der", "\x30\x05", 2);
    const char *names[] = {"text", "empty", "cut.der", "absent"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        cr_expect_not(read_ca(names[i], &pem, &fault), "%s", names[i]);
        cr_expect_str_eq(fault.where, "--ca");
        cr_expect_null(pem.data);
    }
}
