/* Elements in the notation of test_put(), and what a card answers to packages made of them. */
#ifndef EMUICC_TESTS_FS_TEST_ELEMENTS_H
#define EMUICC_TESTS_FS_TEST_ELEMENTS_H

#include "tests/fs/test_package.h"

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

static inline struct bytes code(const char *text)
{
    static uint8_t room[TEST_PACKAGE_MAX];
    struct writer out = writer_on(room, sizeof(room));
    cr_assert(*test_put(&out, text) == '\0', "%s", text);
    return writer_bytes(&out);
}

static inline void check(const struct saip_platform *platform, const struct answer *answer)
{
    struct test_run run = test_run(platform, code(answer->package), TEST_CHUNK);
    const bool ended = strcmp(answer->response + strlen(answer->response) - 4, "8100") != 0;
    cr_expect_str_eq(test_response(&run), answer->response, "%s: %s, not %s", answer->name,
                     test_response(&run), answer->response);
    cr_expect(run.progress == (ended ? SAIP_ENDED : SAIP_ABORTED), "%s", answer->name);
    cr_expect((run.status == PE_OK) == ended, "%s", answer->name);
    profile_destroy(run.profile);
}

static inline void check_all(const struct saip_platform *platform, const struct answer *answers,
                             size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(platform, &answers[i]);
}

#define CHECK_ALL(platform, answers)                                                               \
    check_all(platform, answers, sizeof(answers) / sizeof((answers)[0]))

#endif
