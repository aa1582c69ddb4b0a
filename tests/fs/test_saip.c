/* What a card answers to profile elements, good and bad (TCA §8). */
#include "test_package.h"

#define MANDATED(n) "A0(80() 81(" n "))"
#define FREE(n) "A0(81(" n "))"

#define HEADER_OF(version, services, rest)                                                         \
    "A0(" version "83(89882110000000000011) A5(" services ") A6(06(67810F010201))" rest ")"
#define HEADER HEADER_OF("80(02) 81(03)", "81()", "")
#define MF_FILES                                                                                   \
    "81(67810F010201) A2(A1(C6(010A))) A4(83(988812010000000010F1)) A5(A1(82(42210026) 80(26)))"   \
    "A6(A1(82(42210024) 80(48)) 83(8001019000))"
#define MF "B0(" MANDATED("01") MF_FILES ")"
#define PUKS "A3(" MANDATED("02") "A1(30(80(01) 81(3131313131313131))))"
#define PIN1 "30(80(01) 81(30303030FFFFFFFF) 82(01))"
#define ADM1 "30(80(0A) 81(3535353535353535))"
#define PINS "A2(" MANDATED("03") "A1(A0(" PIN1 ADM1 ")))"
#define ROOT HEADER MF PUKS PINS
#define ADF_FCP "A1(83(7FF0) 84(A0000000871002) C6(01810A))"
#define USIM_FILES                                                                                 \
    "A2(" ADF_FCP ") A3(83(080910101032540636)) A4(A1(82(42210024) 80(24))) A8(83(00)) AD(83(00))" \
    "AE(83(00)) B2(83(0001)) B6(83(11F2FF00))"
#define USIM "B3(" MANDATED("04") "81(67810F010204)" USIM_FILES ")"
#define PIN2 "30(80(0081) 81(39393939FFFFFFFF))"
#define LOCAL_PINS "A2(" MANDATED("05") "A1(A0(" PIN2 ")))"
#define KEY "000102030405060708090A0B0C0D0E0F"
#define AKA_WITH(parameters) "A4(" MANDATED("06") "A1(A1(" parameters ")))"
#define AKA AKA_WITH("80(01) 81(00) 82(" KEY ") 83(" KEY ")")
#define INSTANCE                                                                                   \
    "A1(4F(A0000001515350) 4F(A000000151535041) 4F(A000000151000000) 82(82DC00) C9(8100))"
#define KEY_OBJECT "30(95(18) 82(01) 83(01) 30(30(80(88) 86(" KEY "))))"
#define DOMAIN_OF(keys) "A6(" MANDATED("08") INSTANCE "A2(" keys "))"
#define DOMAIN DOMAIN_OF(KEY_OBJECT)
#define RFM_OF(aid, tars) "A7(" MANDATED("09") "4F(" aid ")" tars "81(02) 04(00) 04(00))"
#define GENERIC_OF(header, commands) "A1(" header "A1(30(" commands ")))"
#define GENERIC(commands) GENERIC_OF(MANDATED("0A"), commands)
#define EF(fid, rest) "62(82(4121) 83(" fid ") 8B(2F0601)" rest ")"
#define END "AA(" MANDATED("07") ")"
#define USIM_PROFILE ROOT USIM LOCAL_PINS AKA

/* EUICCResponse: status, identification, offset, each of one byte. */
#define FINE "3007A0053003800100"
#define ABORT(status, id, offset) "300FA00B30098001" status "8101" id "8301" offset "8100"
#define ABORT_HEADER(status, offset) "300CA00830068001" status "8301" offset "8100"
#define WARN(status, id, offset) "3012A01030098001" status "8101" id "8301" offset "3003800100"

struct answer {
    const char *name;
    const char *package;
    const char *response;
};

static struct bytes code(const char *text)
{
    static uint8_t room[TEST_PACKAGE_MAX];
    struct writer out = writer_on(room, sizeof(room));
    cr_assert(*test_put(&out, text) == '\0', "%s", text);
    return writer_bytes(&out);
}

static void check(const struct saip_platform *platform, const struct answer *answer)
{
    struct test_run run = test_run(platform, code(answer->package), TEST_CHUNK);
    const bool ended = strcmp(answer->response + strlen(answer->response) - 4, "8100") != 0;
    cr_expect_str_eq(test_response(&run), answer->response, "%s: %s, not %s", answer->name,
                     test_response(&run), answer->response);
    cr_expect(run.progress == (ended ? SAIP_ENDED : SAIP_ABORTED), "%s", answer->name);
    cr_expect((run.status == PE_OK) == ended, "%s", answer->name);
    profile_destroy(run.profile);
}

static void check_all(const struct saip_platform *platform, const struct answer *answers,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(platform, &answers[i]);
}

#define CHECK_ALL(platform, answers)                                                               \
    check_all(platform, answers, sizeof(answers) / sizeof((answers)[0]))

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
    static const struct answer answers[] = {
        {"an indefinite length", HEADER "B080", ABORT_HEADER("05", "00")},
        {"a file that is cut inside",
         HEADER "B0(" MANDATED("01") "81(67810F010201) A2(A105C6010A) A4() A5() A6())",
         ABORT("05", "01", "13")},
        {"fields in the wrong order",
         HEADER MF "A3(" MANDATED("02") "A1(30(81(3131313131313131) 80(01))))",
         ABORT("05", "02", "17")},
        {"a number with a leading zero",
         HEADER MF "A3(" MANDATED("02") "A1(30(80(0001) 81(3131313131313131))))",
         ABORT("05", "02", "0F")},
        {"text that is no UTF-8", "A0(80(02) 81(03) 82(FF) 83(89882110000000000011) A5() A6())",
         ABORT_HEADER("05", "0A")},
    };
    CHECK_ALL(&saip_default_platform, answers);
}
