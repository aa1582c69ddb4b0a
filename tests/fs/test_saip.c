/* What a card answers to profile elements, good and bad (TCA §8). */
#include "tests/fs/test_elements.h"

#include "apdu/trace.h"
#include "fs/saip/saip_pe.h"

Test(saip, takes_what_is_right)
{
    static const struct answer answers[] = {
        {"a master file and its PINs", ROOT END, FINE},
        {"a USIM", USIM_PROFILE END, FINE},
        {"two USIMs",
         USIM_PROFILE "B3(" MANDATED(
             "0B") "81(67810F010204) A2(A1(83(7FF1) 84(A000000087100201)"
                   "C6(010A)))A3(83(080910101032540636)) A4(A1(82(42210024) 80(24))) A8(83(00))"
                   "AD(83(00)) AE(83(00)) B2(83(0001)) B6(83(11F2FF00)))" END,
         FINE},
        {"keys of another NAA",
         USIM_PROFILE
         "B5(" MANDATED("0B") "81(67810F010208) A2(A1(83(7FB0) 84(A0000000871004) C6(010A)))"
                              "A3(A1(80(02))) A4(A1(82(42210004) 80(04))) A5(A1(80(02))) A6(83(00))"
                              "A8(A1(82(42210024) 80(24))))"
                              "A4(" MANDATED("0C") "A1(A0(80(06) 81(A0000000871002))))" END,
         FINE},
        {"a security domain and what it holds",
         ROOT DOMAIN RFM_OF("A00000055910100001", "A0(04(B00120))") END, FINE},
        {"a TAR in the instance's AID",
         ROOT DOMAIN RFM_OF("A0000005591010FFFFFFFF89B00120", "") END, FINE},
        {"an element that nobody has to know", ROOT "AB(" FREE("0B") ")" END,
         WARN("01", "0B", "00")},
        {"a tag that nobody has to know", ROOT "BF22(" FREE("0B") ")" END, WARN("01", "0B", "00")},
        {"a field that nobody has to know",
         HEADER MF PUKS "A2(" FREE("03") "A1(A0(" PIN1 ADM1 ")) 85(00))" END,
         WARN("06", "03", "2C")},
        {"an element of a vendor", ROOT "A9(" MANDATED("0B") "81(2A03) 82(00))" END, FINE},
    };
    CHECK_ALL(&saip_default_platform, answers);
}

Test(saip, holds_the_header_against_the_card)
{
    static const struct answer answers[] = {
        {"version 1", HEADER_OF("80(01) 81(03)", "81()", ""), ABORT_HEADER("1F", "02")},
        {"version 3.4", HEADER_OF("80(03) 81(04)", "81()", ""), ABORT_HEADER("1F", "02")},
        {"version 4", HEADER_OF("80(04) 81(00)", "81()", ""), ABORT_HEADER("1F", "02")},
        {"a service the card lacks", HEADER_OF("80(02) 81(03)", "81() 8C()", ""),
         ABORT_HEADER("0A", "18")},
        {"a service nobody knows", HEADER_OF("80(02) 81(03)", "81() 9E()", ""),
         ABORT_HEADER("0A", "18")},
        {"a template nobody knows",
         "A0(80(02) 81(03) 83(89882110000000000011) A5() A6(06(67810F010263)))",
         ABORT_HEADER("09", "18")},
        {"a library", HEADER_OF("80(02) 81(03)", "81()", "A8(30(80(A0000000620101) 81(0106)))"),
         ABORT_HEADER("08", "24")},
        {"an IoT minimal profile", HEADER_OF("80(02) 81(03)", "81()", "A9(80(10020000000000))"),
         ABORT_HEADER("0A", "22")},
        {"an ICCID of nine bytes", "A0(80(02) 81(03) 83(898821100000000000) A5() A6())",
         ABORT_HEADER("03", "0A")},
        {"no ICCID", "A0(80(02) 81(03) A5() A6())", ABORT_HEADER("05", "08")},
    };
    CHECK_ALL(&saip_default_platform, answers);
}

Test(saip, keeps_the_order_of_elements)
{
    static const struct answer answers[] = {
        {"no header", MF END, ABORT("05", "01", "00")},
        {"an unknown element before the header", "AB(" FREE("0B") ")" ROOT END,
         ABORT("05", "0B", "00")},
        {"two headers", HEADER HEADER, ABORT_HEADER("05", "00")},
        {"two master files", HEADER MF "B0(" MANDATED("0B") MF_FILES ")", ABORT("05", "0B", "00")},
        {"no master file", HEADER END, ABORT("05", "07", "00")},
        {"a USIM before the master file", HEADER USIM, ABORT("05", "04", "00")},
        {"PINs before the master file", HEADER PINS, ABORT("05", "03", "00")},
        {"PUKs after PINs", HEADER MF "A2(" MANDATED("03") "A1(A0(" ADM1 ")))" PUKS,
         ABORT("05", "02", "00")},
        {"PUKs twice", HEADER MF PUKS "A3(" MANDATED("0B") "A1(30(80(02) 81(3131313131313131))))",
         ABORT("05", "0B", "00")},
        {"PINs twice in a place", ROOT "A2(" MANDATED("0B") "A1(A0(" ADM1 ")))",
         ABORT("05", "0B", "0B")},
        {"optional files without a USIM", ROOT "B4(" MANDATED("0B") "81(67810F010205))",
         ABORT("05", "0B", "00")},
        {"keys without an NAA", ROOT AKA, ABORT("05", "06", "00")},
        {"keys twice",
         USIM_PROFILE "A4(" MANDATED("0B") "A1(A1(80(01) 81(00) 82(" KEY ") 83(" KEY "))))",
         ABORT("05", "0B", "00")},
        {"an RFM instance without a security domain",
         ROOT RFM_OF("A00000055910100001", "A0(04(B00120))"), ABORT("05", "09", "00")},
        {"a number twice", HEADER MF "A3(" MANDATED("01") "A1(30(80(01) 81(3131313131313131))))",
         ABORT("05", "01", "00")},
        {"bytes after the end", ROOT END "00", ABORT_HEADER("05", "00")},
        {"no end", ROOT, ABORT_HEADER("05", "00")},
        {"no package", "", ABORT_HEADER("05", "00")},
    };
    CHECK_ALL(&saip_default_platform, answers);
}

Test(saip, refuses_what_is_mandated_and_goes_on_without_the_rest)
{
    static const struct answer answers[] = {
        {"a reserved element", ROOT "AB(" MANDATED("0B") ")" END, ABORT("01", "0B", "00")},
        {"an unknown tag", ROOT "BF22(" MANDATED("0B") ")" END, ABORT("01", "0B", "00")},
        {"an unknown field", HEADER MF PUKS "A2(" MANDATED("03") "A1(A0(" PIN1 ADM1 ")) 85(00))",
         ABORT("06", "03", "2E")},
        {"an unknown template", ROOT "B2(" MANDATED("0B") "81(67810F010263) A2())",
         ABORT("09", "0B", "09")},
        {"an unknown template, not mandated", ROOT "B2(" FREE("0B") "81(67810F010263) A2())" END,
         WARN("09", "0B", "07")},
        {"the last number of an element", ROOT "B2(" FREE("7FFF") "81(67810F010263) A2())" END,
         "3013A01130"
         "0A8001098102"
         "7FFF"
         "8301083003800100"},
        {"a number past the last is wrong, and not told",
         ROOT "B2(" FREE("008000") "81(67810F010263) A2())" END,
         "300FA00D30068001038301063003800100"},
        {"the template of another element", ROOT "B2(" MANDATED("0B") "81(67810F010202) A2())",
         ABORT("03", "0B", "09")},
        {"a wrong file, not mandated",
         ROOT GENERIC_OF(
             FREE("0A"),
             "80() " EF("2F10", "80(01)")
                 EF("2F10", "80(01)")) "A1(" MANDATED("0B") "A1(30(80() " EF("2F10",
                                                                             "80(01)") ")))" END,
         WARN("03", "0A", "1F")},
        {"an application, not mandated",
         ROOT DOMAIN "A8(" FREE("0B") "A1(4F(A0000000010203) C4(00)))" END, FINE},
    };
    CHECK_ALL(&saip_default_platform, answers);
}

/* Warnings fill the list; what ends the installation is in it all the same, as the last. */
Test(saip, tells_what_ended_it_after_any_number_of_warnings)
{
#define UNKNOWN_TEMPLATE "81(67810F010263) A2())"
    static char package[8192];
    size_t len = (size_t)snprintf(package, sizeof(package), "%s", ROOT);
    for (unsigned id = 0x20; id <= 0x20 + SAIP_REPORTS_MAX; id++)
        len += (size_t)snprintf(package + len, sizeof(package) - len,
                                "B2(A0(81(%02X)) " UNKNOWN_TEMPLATE, id);
    snprintf(package + len, sizeof(package) - len, "%s", "B2(" MANDATED("60") UNKNOWN_TEMPLATE);
    struct test_run run = test_run(&saip_default_platform, code(package), TEST_CHUNK);
    cr_assert_eq(run.progress, SAIP_ABORTED);
    const char *response = test_response(&run), *at = response;
    size_t count = 0;
    for (; (at = strstr(at, "800109")) != NULL; at++)
        count++;
    cr_expect_eq(count, SAIP_REPORTS_MAX);
    cr_expect_not_null(strstr(response, "800109810160"), "%s", response);
    cr_expect_not_null(strstr(response, "800109810120"), "%s", response);
    profile_destroy(run.profile);
}

static char said[1024];

static void note_said(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s\n", text);
}

/* What is wrong has a name, or is said to have none. */
Test(saip, names_what_is_wrong)
{
    static const struct {
        const char *package, *words;
    } rows[] = {
        {HEADER MF "A3(" MANDATED("02") "A1(04(00)))", "an element of "},
        {HEADER MF "A3(" MANDATED("02") "A1(30(80(0001) 81(3131313131313131))))", "keyReference"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        trace_to(note_said, NULL);
        said[0] = '\0';
        struct test_run run = test_run(&saip_default_platform, code(rows[i].package), TEST_CHUNK);
        trace_to(NULL, NULL);
        cr_expect_eq(run.progress, SAIP_ABORTED);
        cr_expect_not_null(strstr(said, rows[i].words), "%s", said);
        profile_destroy(run.profile);
    }
}

/* Files that are there before an element that is refused are after it what they were. */
Test(saip, puts_back_what_a_refused_element_has_overwritten)
{
#define ICCID_FILE 0x2FE2
#define OBJECTS                                                                                    \
    GENERIC("80() 62(82(7921) 83(2F10) 8B(2F0601) 80(10)) 81(8001AA) " EF("2F11", "80(02)"))
#define OVERWRITE                                                                                  \
    "80(2FE2) 81(01020304) 02(01) 81(05) 80(2F10) 81(8101BB8201CC) 80(2F11) 81(0000) 80(2FE2) "    \
    "81(AA) "
    static const uint8_t iccid[] = {0x98, 0x88, 0x12, 0x01, 0x00, 0x00, 0x00, 0x00, 0x10, 0xF1};
    static const uint8_t changed[] = {0xAA, 0x02, 0x03, 0x04, 0x00, 0x05, 0x00, 0x00, 0x10, 0xF1};
    static const uint8_t objects[] = {0x80, 0x01, 0xAA},
                         others[] = {0x81, 0x01, 0xBB, 0x82, 0x01, 0xCC};
    static const struct {
        const char *last;
        bool taken;
    } rows[] = {{"", true}, {"80(7F30)", false}};
    for (size_t i = 0; i < 2; i++) {
        char text[8192];
        snprintf(text, sizeof(text), "%sA1(" FREE("0B") "A1(30(" OVERWRITE "%s)))" END,
                 ROOT OBJECTS, rows[i].last);
        struct test_run run = test_run(&saip_default_platform, code(text), TEST_CHUNK);
        cr_assert_eq(run.progress, SAIP_ENDED, "%s", test_response(&run));
        cr_assert_eq(strcmp(test_response(&run), FINE) == 0, rows[i].taken, "%s",
                     test_response(&run));
        struct file *mf = run.profile->mf;
        const struct file *file = profile_child(mf, ICCID_FILE), *tlvs = profile_child(mf, 0x2F10);
        cr_assert_arr_eq(file->content, rows[i].taken ? changed : iccid, sizeof(iccid));
        cr_assert(bytes_equal(bytes_of(tlvs->content, tlvs->content_len),
                              rows[i].taken ? bytes_of(others, sizeof(others))
                                            : bytes_of(objects, sizeof(objects))));
        cr_assert_eq(profile_child(mf, 0x2F11)->content[0], rows[i].taken ? 0x00 : 0xFF);
        profile_destroy(run.profile);
    }
}

/* A link to a directory shows the target's PINs, unless it has some of its own (TCA §8.3.5). */
Test(saip, gives_a_link_to_a_directory_its_targets_pins)
{
    const char *const package =
        ROOT GENERIC("80() 62(82(7821) 83(7F30) 8B(2F0601) C6(010A)) 80() 62(82(7821) 83(7F31) "
                     "8B(2F0601) C7(7F30)) "
                     "80() 62(82(7821) 83(7F32) 8B(2F0601) C6(0A) C7(7F30))") END;
    struct test_run run = test_run(&saip_default_platform, code(package), TEST_CHUNK);
    cr_assert_eq(run.progress, SAIP_ENDED, "%s", test_response(&run));
    const struct bytes pins[] = {BYTES(0x01, 0x0A), BYTES(0x01, 0x0A), BYTES(0x0A)};
    for (uint16_t i = 0; i < 3; i++) {
        const struct file *file = profile_child(run.profile->mf, 0x7F30 + i);
        cr_expect(file != NULL && bytes_equal(file->pin_status, pins[i]), "7F3%u", i);
    }
    profile_destroy(run.profile);
}

Test(saip, refuses_codes_and_keys_that_do_not_fit)
{
    static const struct answer answers[] = {
        {"a PIN whose PUK is missing", HEADER MF PINS, ABORT("03", "03", "0D")},
        {"a PIN reference that is not one",
         ROOT USIM "A2(" MANDATED("05") "A1(A0(30(80(09) 81(39393939FFFFFFFF)))))",
         ABORT("03", "05", "0D")},
        {"a global PIN in an ADF",
         ROOT USIM "A2(" MANDATED("05") "A1(A0(30(80(02) 81(39393939FFFFFFFF)))))",
         ABORT("03", "05", "0D")},
        {"a local PIN at the master file", HEADER MF PUKS "A2(" MANDATED("03") "A1(A0(" PIN2 ")))",
         ABORT("03", "03", "0D")},
        {"a PIN twice", HEADER MF PUKS "A2(" MANDATED("03") "A1(A0(" ADM1 ADM1 ")))",
         ABORT("03", "03", "1C")},
        {"a PIN of seven bytes",
         HEADER MF PUKS "A2(" MANDATED("03") "A1(A0(30(80(0A) 81(31313131313131)))))",
         ABORT("03", "03", "14")},
        {"a PIN that is only listed", ROOT USIM AKA END, ABORT("0B", "07", "00")},
        {"a PUK twice",
         HEADER MF "A3(" MANDATED(
             "02") "A1(30(80(01) 81(3131313131313131)) 30(80(01) 81(3131313131313131))))",
         ABORT("03", "02", "1A")},
        {"a key of fifteen bytes",
         ROOT USIM LOCAL_PINS AKA_WITH("80(01) 81(00) 82(0102030405060708090A0B0C0D0E0F) 83(" KEY
                                       ")"),
         ABORT("03", "06", "0B")},
        {"an algorithm that nobody knows",
         ROOT USIM LOCAL_PINS AKA_WITH("80(04) 81(00) 82(" KEY ") 83(" KEY ")"),
         ABORT("03", "06", "0B")},
        {"TUAK with an OPc of Milenage",
         ROOT USIM LOCAL_PINS AKA_WITH("80(02) 81(00) 82(" KEY ") 83(" KEY ")"),
         ABORT("03", "06", "0B")},
        {"keys of an application that is not there",
         ROOT USIM LOCAL_PINS "A4(" MANDATED("06") "A1(A0(80(06) 81(A0000000871004))))",
         ABORT("03", "06", "0B")},
        {"a sequence number beyond the greatest",
         ROOT USIM LOCAL_PINS "A4(" MANDATED("06") "A1(A1(80(01) 81(00) 82(" KEY ") 83(" KEY
                                                   "))) 83(080000000000))",
         ABORT("03", "06", "00")},
        {"a key of a security domain twice", ROOT DOMAIN_OF(KEY_OBJECT KEY_OBJECT),
         ABORT("03", "08", "57")},
        {"an RFM instance without a TAR", ROOT DOMAIN RFM_OF("A00000055910100001", ""),
         ABORT("03", "09", "09")},
    };
    CHECK_ALL(&saip_default_platform, answers);
}

Test(saip, refuses_files_that_cannot_be)
{
    static const struct answer answers[] = {
        {"a file id twice", ROOT GENERIC("80() " EF("2FE2", "80(01)")), ABORT("03", "0A", "0F")},
        {"a reserved file id", ROOT GENERIC("80() " EF("7FFF", "80(01)")), ABORT("03", "0A", "0F")},
        {"another one", ROOT GENERIC("80() " EF("FFFF", "80(01)")), ABORT("03", "0A", "0F")},
        {"no access rule", ROOT GENERIC("80() 62(82(4121) 83(2F10) 80(01))"),
         ABORT("03", "0A", "0F")},
        {"no descriptor", ROOT GENERIC("80() 62(83(2F10) 8B(2F0601) 80(01))"),
         ABORT("03", "0A", "0F")},
        {"no size", ROOT GENERIC("80() " EF("2F10", "")), ABORT("03", "0A", "0F")},
        {"a size that is no number of records",
         ROOT GENERIC("80() 62(82(42210010) 83(2F10) 8B(2F0601) 80(21))"), ABORT("03", "0A", "0F")},
        {"256 records", ROOT GENERIC("80() 62(82(42210001) 83(2F10) 8B(2F0601) 80(0100))"),
         ABORT("03", "0A", "0F")},
        {"a descriptor that is none", ROOT GENERIC("80() 62(82(4321) 83(2F10) 8B(2F0601) 80(01))"),
         ABORT("03", "0A", "11")},
        {"a reserved life cycle",
         ROOT GENERIC("80() 62(82(4121) 83(2F10) 8A(02) 8B(2F0601) 80(01))"),
         ABORT("03", "0A", "19")},
        {"rules of two bytes", ROOT GENERIC("80() 62(82(4121) 83(2F10) 8B(2F06) 80(01))"),
         ABORT("03", "0A", "19")},
        {"a short file id with low bits", ROOT GENERIC("80() " EF("2F10", "80(01) 88(0B)")),
         ABORT("03", "0A", "21")},
        {"a whole PIN status template",
         HEADER "B0(" MANDATED("01") "81(67810F010201) A2(A1(C6(C6018301)))"
                                     "A4() A5() A6())",
         ABORT("03", "01", "15")},
        {"two patterns", ROOT GENERIC("80() " EF("2F10", "80(01) A5(C1(00) C2(00))")),
         ABORT("03", "0A", "21")},
        {"content without a file", ROOT GENERIC("80() 81(00)"), ABORT("03", "0A", "11")},
        {"content beyond the end", ROOT GENERIC("80() " EF("2F10", "80(01)") "81(0000)"),
         ABORT("03", "0A", "23")},
        {"an offset beyond the end", ROOT GENERIC("80() " EF("2F10", "80(01)") "02(02)"),
         ABORT("03", "0A", "23")},
        {"a path that leads nowhere", ROOT GENERIC("80(7F30)"), ABORT("03", "0A", "0D")},
        {"an offset past any file", ROOT GENERIC("80() " EF("2F10", "80(04)") "02(010000)"),
         ABORT("03", "0A", "23")},
        {"an offset without a file", ROOT GENERIC("80() 02(01)"), ABORT("03", "0A", "11")},
        {"a link that leads nowhere", ROOT GENERIC("80() " EF("2F10", "C7(2F11)")),
         ABORT("03", "0A", "0F")},
        {"objects that are cut",
         ROOT GENERIC("80() 62(82(7921) 83(2F10) 8B(2F0601) 80(10)) 81(8004)"),
         ABORT("03", "0A", "00")},
        {"a PIN status of an EF", ROOT GENERIC("80() " EF("2F10", "80(01) C6(01)")),
         ABORT("06", "0A", "21")},
        {"a DF without a PIN status", ROOT GENERIC("80() 62(82(7821) 83(7F30) 8B(2F0601))"),
         ABORT("03", "0A", "0F")},
    };
    CHECK_ALL(&saip_default_platform, answers);
}

Test(saip, refuses_what_is_no_der)
{
#define PUK "30(80(01) 81(3131313131313131))"
#define PUK_8 PUK PUK PUK PUK PUK PUK PUK PUK
#define AKA_KEYS "80(01) 81(00) 82(" KEY ") 83(" KEY ")"
    static const struct answer answers[] = {
        {"an indefinite length", HEADER "B080", ABORT_HEADER("05", "00")},
        {"a file that is cut inside",
         HEADER "B0(" MANDATED("01") "81(67810F010201) A2(A105C6010A) A4() A5() A6())",
         ABORT("05", "01", "13")},
        {"fields in the wrong order",
         HEADER MF "A3(" MANDATED("02") "A1(30(81(3131313131313131) 80(01))))",
         ABORT("05", "02", "17")},
        {"no PUK in the list", HEADER MF "A3(" MANDATED("02") "A1())", ABORT("03", "02", "0B")},
        {"more PUKs than a list holds", HEADER MF "A3(" MANDATED("02") "A1(" PUK_8 PUK_8 PUK "))",
         ABORT("03", "02", "0E")},
        {"a DEFAULT that is told",
         ROOT USIM LOCAL_PINS "A4(" MANDATED("06") "A1(A1(" AKA_KEYS ")) 82(02))",
         ABORT_HEADER("05", "00")},
        {"a value longer than the DEFAULT",
         ROOT USIM LOCAL_PINS "A4(" MANDATED("06") "A1(A1(" AKA_KEYS ")) 82(0202))",
         ABORT("03", "06", "39")},
        {"a number with a leading zero",
         HEADER MF "A3(" MANDATED("02") "A1(30(80(0001) 81(3131313131313131))))",
         ABORT("05", "02", "0F")},
        {"text that is no UTF-8", "A0(80(02) 81(03) 82(FF) 83(89882110000000000011) A5() A6())",
         ABORT_HEADER("05", "0A")},
    };
    CHECK_ALL(&saip_default_platform, answers);
}

static struct saip_platform without(unsigned service)
{
    struct saip_platform platform = saip_default_platform;
    platform.services &= ~(1u << service);
    return platform;
}

#define SECOND_USIM                                                                                \
    "B3(" MANDATED("0B") "81(67810F010204) A2(A1(83(7FF1) 84(A000000087100201) C6(010A)))"         \
                         "A3(83(080910101032540636)) A4(A1(82(42210024) 80(24))) A8(83(00))"       \
                         "AD(83(00)) AE(83(00)) B2(83(0001)) B6(83(11F2FF00)))"
#define BARE HEADER_OF("80(02) 81(03)", "", "") MF PUKS PINS
#define GBA_FILE(header) "B4(" header "81(67810F010205) BF37(A1(80(04))))"

Test(saip, goes_by_the_services_of_the_card)
{
    static const struct answer no_usim[] = {
        {"a mandated USIM", BARE USIM, ABORT("0A", "04", "00")},
        {"a USIM that is not, and what belongs to it",
         BARE "B3(" FREE("04") "81(67810F010204)" USIM_FILES ")"
                               "A2(" FREE("05") "A1(A0(" PIN2 ")))"
                                                "A4(" FREE("06") "A1(A1(80(01) 81(00) 82(" KEY
                                                                 ") 83(" KEY "))))" END,
         "3028A026300980010A810104830100300980010181010583010030098001018101068301003003800100"},
    };
    static const struct answer no_second[] = {
        {"a second USIM", USIM_PROFILE SECOND_USIM, ABORT("0A", "0B", "00")},
    };
    static const struct answer no_gba[] = {
        {"a file of GBA", USIM_PROFILE GBA_FILE(MANDATED("0B")),
         "3012A00E300C80010A81010B8201018301118100"},
        {"a file of GBA, not mandated", USIM_PROFILE GBA_FILE(FREE("0B")) END,
         "3015A013300C80010A81010B82010183010F3003800100"},
    };
    static const struct answer no_ber_tlv[] = {
        {"a BER-TLV file", ROOT GENERIC("80() 62(82(7921) 83(2F10) 8B(2F0601) 80(10))"),
         ABORT("0A", "0A", "0F")},
    };
    static const struct answer no_link[] = {
        {"a link of a directory",
         ROOT GENERIC("80() 62(82(7821) 83(7F30) 8B(2F0601) C6(01)) 80()"
                      "62(82(7821) 83(7F31) 8B(2F0601) C7(7F30))"),
         ABORT("0A", "0A", "23")},
    };
    static const struct answer no_milenage[] = {
        {"keys for Milenage", ROOT USIM LOCAL_PINS AKA, ABORT("0A", "06", "0B")},
    };
    static const struct answer no_java[] = {
        {"code", ROOT DOMAIN "A8(" MANDATED("0B") "A1(4F(A0000000010203) C4(00)))",
         ABORT("07", "0B", "09")},
        {"code, not mandated", ROOT DOMAIN "A8(" FREE("0B") "A1(4F(A0000000010203) C4(00)))" END,
         WARN("07", "0B", "07")},
    };
    struct saip_platform platform = without(1);
    CHECK_ALL(&platform, no_usim);
    platform = without(16);
    CHECK_ALL(&platform, no_second);
    platform = without(10);
    CHECK_ALL(&platform, no_gba);
    platform = without(19);
    CHECK_ALL(&platform, no_ber_tlv);
    platform = without(20);
    CHECK_ALL(&platform, no_link);
    platform = without(4);
    CHECK_ALL(&platform, no_milenage);
    platform = without(14);
    CHECK_ALL(&platform, no_java);
}

/* Each byte of a package made each other byte: it is taken or refused, whole. */
Test(saip, takes_or_refuses_whatever_a_byte_becomes, .timeout = 120)
{
    static uint8_t changed[4096];
    const struct bytes whole =
        code(USIM_PROFILE DOMAIN RFM_OF("A00000055910100001", "A0(04(B00120))")
                 GENERIC("80() " EF("2F10", "80(04)") " 81(01020304)") END);
    unsigned ended = 0, aborted = 0;
    cr_assert_lt(whole.len, sizeof(changed));
    memcpy(changed, whole.data, whole.len);
    for (size_t at = 0; at < whole.len; at++) {
        for (unsigned change = 1; change < 256; change++) {
            changed[at] = (uint8_t)(whole.data[at] ^ change);
            struct test_run run =
                test_run(&saip_default_platform, bytes_of(changed, whole.len), TEST_CHUNK);
            cr_assert_neq(run.progress, SAIP_MORE);
            cr_assert_eq(run.progress == SAIP_ENDED, run.status == PE_OK, "%zu: %02X", at,
                         changed[at]);
            ended += run.progress == SAIP_ENDED;
            aborted += run.progress == SAIP_ABORTED;
            profile_destroy(run.profile);
        }
        changed[at] = whole.data[at];
    }
    cr_assert(ended > 1000 && aborted > 1000, "%u and %u", ended, aborted);
}
