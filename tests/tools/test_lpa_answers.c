#include <criterion/criterion.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "tests/tools/fake_card.h"
#include "tools/lib/common/describe.h"
#include "tools/lib/es10/es10b.h"
#include "tools/lib/es10/es10c.h"
#include "tools/lib/es10/notification.h"
#include "tools/lib/download/rules.h"

struct bench {
    struct fake_card card;
    struct chip chip;
    struct es10 es10;
    struct fault fault;
    const char *answer; /* hexadecimal */
    char request[2048]; /* the last one, hexadecimal */
};

static struct bench bench;

static uint16_t answer(void *context, struct bytes request, struct writer *out)
{
    struct bench *b = context;
    if (HEX_SIZE(request.len) <= sizeof(b->request))
        hex_encode(request, b->request);
    cr_assert(hex_decode(b->answer, out));
    return SW_OK;
}

static void open_bench(void)
{
    memset(&bench, 0, sizeof(bench));
    fake_card_init(&bench.card, answer, &bench);
    cr_assert(chip_init(&bench.chip, &bench.card.transport, &bench.fault));
    cr_assert(es10_init(&bench.es10, &bench.chip, &bench.fault));
    cr_assert(chip_select(&bench.chip, BYTES(0xA0, 0x00, 0x00, 0x05, 0x59)));
}

static void close_bench(void)
{
    es10_finish(&bench.es10);
    chip_finish(&bench.chip);
}

TestSuite(lpa_answers, .init = open_bench, .fini = close_bench);

static struct es10 *answering(const char *hex)
{
    fault_clear(&bench.fault);
    bench.answer = hex;
    return &bench.es10;
}

static struct profile_id iccid(void)
{
    struct profile_id id;
    cr_assert(profile_id_parse("8900012345678901234", &id, &bench.fault));
    return id;
}

Test(lpa_answers, requests_are_written_as_the_specification_says)
{
    const struct profile_id id = iccid();
    uint8_t eid[ES10C_EID_LEN];
    struct bytes list;
    cr_assert(es10c_enable_profile(answering("BF3103800100"), &id, true));
    cr_expect_str_eq(bench.request, "BF3111A00C5A0A980010325476981032F48101FF");
    cr_assert(es10c_disable_profile(answering("BF3203800100"), &id, false));
    cr_expect_str_eq(bench.request, "BF3211A00C5A0A980010325476981032F4810100");
    cr_assert(es10c_delete_profile(answering("BF3303800100"), &id));
    cr_expect_str_eq(bench.request, "BF330C5A0A980010325476981032F4");
    cr_assert(es10c_set_nickname(answering("BF2903800100"), bytes_of(id.value, id.len),
                                 bytes_of_text("me")));
    cr_expect_str_eq(bench.request, "BF29105A0A980010325476981032F490026D65");
    cr_assert(es10c_get_eid(answering("BF3E125A1089049032123451234512345678901235"), eid));
    cr_expect_str_eq(bench.request, "BF3E035C015A");
    cr_assert(es10c_get_profiles_info(answering("BF2D02A000"), NULL, ES10C_TAGS, &list));
    cr_expect_str_eq(bench.request, "BF2D0F5C0D5A4F9F7090919295B6B799BF76");
    cr_assert(es10b_remove_notification(answering("BF3003800100"), 200));
    cr_expect_str_eq(bench.request, "BF3004800200C8");
}

Test(lpa_answers, a_code_is_named_and_explained)
{
    const struct profile_id id = iccid();
    cr_expect_not(es10c_enable_profile(answering("BF3103800101"), &id, true));
    cr_expect_str_eq(bench.fault.code, "iccidOrAidNotFound (1)");
    cr_expect_str_eq(bench.fault.where, "ES10c.EnableProfile");
    cr_expect(bench.fault.next[0] != '\0');
    cr_expect_not(es10c_delete_profile(answering("BF3303800102"), &id));
    cr_expect_str_eq(bench.fault.code, "profileNotInDisabledState (2)");
    cr_expect_not(es10c_delete_profile(answering("BF330380017E"), &id));
    cr_expect_str_eq(bench.fault.code, "unknown (126)");
}

Test(lpa_answers, both_outcomes_of_authentication_are_kept)
{
    const struct es10b_server server = {BYTES(0x30, 0x00), BYTES(0x5F, 0x37, 0x00),
                                        BYTES(0x04, 0x00), BYTES(0x30, 0x00)};
    struct es10b_device device;
    struct bytes whole;
    cr_assert(es10b_device_from_imei("356938035643809", &device));
    struct es10b_context context = {"M", &device, false, ES10B_DOWNLOAD | ES10B_RPM, {0}, 3};
    cr_assert(es10b_authenticate_server(answering("BF3802A000"), &server, &context, &whole));
    cr_expect_str_eq(bench.request, "BF3822"
                                    "3000"
                                    "5F3700"
                                    "0400"
                                    "3000"
                                    "A017"
                                    "80014D"
                                    "A112"
                                    "800453968330"
                                    "A100"
                                    "820853968330653408"
                                    "9F");
    cr_expect_eq(whole.len, 5);
    cr_expect_not(
        es10b_authenticate_server(answering("BF3808A106800101020106"), &server, &context, &whole));
    cr_expect_str_eq(bench.fault.code, "euiccChallengeMismatch (6)");
    cr_expect_eq(whole.len, 11);
}

/* What is asked of a server of v3 (SGP.22 v3 §5.7.13): a download by default, both, RPM alone. */
Test(lpa_answers, operation_types_on_the_wire)
{
    static const struct {
        uint32_t operation;
        const char *matching_id, *sent; /* behind DeviceInfo */
    } rows[] = {
        {ES10B_DOWNLOAD, "M", "A3028100"},
        {ES10B_DOWNLOAD | ES10B_RPM, "M", "820206C0A3028100"},
        {ES10B_RPM, "", "82020640A3028000"},
    };
    const struct es10b_server server = {.certificate = BYTES(0x30, 0x00)};
    struct es10b_device device;
    struct bytes whole;
    cr_assert(es10b_device_from_imei(NULL, &device));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct es10b_context context = {rows[i].matching_id, &device, true,
                                        rows[i].operation,   {0},     3};
        cr_assert(es10b_authenticate_server(answering("BF3802A000"), &server, &context, &whole));
        const size_t len = strlen(bench.request), sent = strlen(rows[i].sent);
        cr_expect_str_eq(bench.request + len - sent, rows[i].sent, "%s", bench.request);
        cr_expect_not_null(strstr(bench.request, "A1008502"
                                                 "06C0"),
                           "%s", bench.request);
        cr_expect_eq(strstr(bench.request, "8202") != NULL, rows[i].operation != ES10B_DOWNLOAD);
    }
}

/* Lists of v3: ES9+ has them as a SEQUENCE OF, AuthenticateServer under tags of its own. */
Test(lpa_answers, certificates_and_revocation_lists_are_passed_on)
{
    const struct es10b_server server = {.certificate = BYTES(0x30, 0x00),
                                        .other_certs = BYTES(0x30, 0x02, 0x30, 0x00),
                                        .crls = BYTES(0x30, 0x04, 0x30, 0x02, 0x05, 0x00)};
    struct es10b_device device;
    struct bytes whole;
    const uint8_t iccid[10] = {0x98};
    cr_assert(es10b_device_from_imei(NULL, &device));
    struct es10b_context context = {"", &device, true, ES10B_RPM, bytes_of(iccid, 10), 0};
    cr_assert(es10b_authenticate_server(answering("BF3802A000"), &server, &context, &whole));
    cr_expect_not_null(strstr(bench.request, "820206405A0A98000000000000000000A3028000"
                                             "A1023000A20430020500"),
                       "%s", bench.request);
}

Test(lpa_answers, imei_and_tac)
{
    struct es10b_device device;
    char hex[HEX_SIZE(ES10B_IMEI_LEN)];
    cr_assert(es10b_device_from_imei("490154203237518", &device));
    hex_encode(bytes_of(device.imei, sizeof(device.imei)), hex);
    cr_expect_str_eq(hex, "941045022373158F");
    hex_encode(bytes_of(device.tac, sizeof(device.tac)), hex);
    cr_expect_str_eq(hex, "94104502");
    cr_assert(es10b_device_from_imei(NULL, &device));
    cr_expect_not(device.has_imei);
    cr_expect_not(es10b_device_from_imei("49015420323751", &device));
    cr_expect_not(es10b_device_from_imei("49015420323751x", &device));
    cr_expect_not(es10b_device_from_imei("4901542032375180", &device));
}

Test(lpa_answers, malformed_answers_are_faults)
{
    const char *wrong[] = {"",
                           "BF",
                           "BF31",
                           "BF3100",
                           "BF32038001",
                           "BF31028001",
                           "BF3203800100",
                           "BF310380010000",
                           "BF31028100",
                           "BF31048002007F00",
                           "BF310780050000000000"};
    const struct profile_id id = iccid();
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_not(es10c_enable_profile(answering(wrong[i]), &id, false), "%s", wrong[i]);
        cr_expect(bench.fault.raised && bench.fault.text[0] != '\0');
    }
}

static json_t *describe_hex(const struct describe_table *table, const char *hex)
{
    uint8_t memory[1024];
    struct writer out = writer_on(memory, sizeof(memory));
    json_t *object = json_object();
    cr_assert(hex_decode(hex, &out));
    if (describe(table, writer_bytes(&out), object))
        return object;
    json_decref(object);
    return NULL;
}

static void expect_json(json_t *object, const char *text)
{
    json_t *wanted = json_loads(text, 0, NULL);
    cr_assert_not_null(wanted);
    cr_assert_not_null(object);
    char *seen = json_dumps(object, JSON_SORT_KEYS);
    cr_expect(json_equal(object, wanted), "%s", seen);
    free(seen);
    json_decref(wanted);
    json_decref(object);
}

Test(lpa_describe, a_profile)
{
    expect_json(
        describe_hex(&describe_profile, "5A0A980010325476981032F4"
                                        "4F05A000000559"
                                        "9F700101"
                                        "90024D65"
                                        "9103474D41"
                                        "920154"
                                        "950100"
                                        "B708800300F110810101"
                                        "99020560"
                                        "940100"
                                        "DF7F00"),
        "{\"iccid\":\"8900012345678901234\",\"aid\":\"A000000559\",\"state\":\"enabled\","
        "\"nickname\":\"Me\",\"provider\":\"GMA\",\"name\":\"T\",\"class\":\"test\","
        "\"owner\":{\"mccMnc\":\"00101\",\"gid1\":\"01\"},\"policyRules\":[\"ppr1\",\"ppr2\"]}");
}

Test(lpa_describe, a_profile_of_v3)
{
    expect_json(
        describe_hex(&describe_profile, "BA27A017300E800388370A810204905C03919F1F3005800388370B"
                                        "8103612E62820201028303883701"
                                        "9B03682E69"
                                        "BE088002646581024869"
                                        "BC0A8003702E718101648200"
                                        "BD19800388370781094120636F6D70616E79A207800205A0810101"
                                        "9F1F0206C0"
                                        "BF2007A0058003642E63"
                                        "9F21024E209F25022000"),
        "{\"rpmConfiguration\":{\"managers\":[{\"oid\":\"2.999.10\",\"rpmType\":[\"enable\","
        "\"listProfileInfo\"],\"tagList\":\"919F1F\"},{\"oid\":\"2.999.11\"}],"
        "\"pollingAddress\":\"a.b\",\"allowedCi\":\"0102\",\"ownerOid\":\"2.999.1\"},"
        "\"hriServerAddress\":\"h.i\",\"serviceProviderMessage\":{\"language\":\"de\","
        "\"message\":\"Hi\"},\"lprConfiguration\":{\"pcmpAddress\":\"p.q\",\"dpiEnable\":\"d\","
        "\"triggerOnEnable\":true},\"enterprise\":{\"oid\":\"2.999.7\",\"name\":\"A company\","
        "\"enterpriseRules\":{\"rules\":[\"reference\",\"only\"],\"othersEnabled\":1}},"
        "\"serviceDescription\":[\"voice\",\"data\"],"
        "\"deviceChange\":{\"requestToDp\":{\"address\":\"d.c\"}},\"estimatedSize\":20000,"
        "\"size\":8192}");
}

Test(lpa_describe, what_a_card_is)
{
    expect_json(
        describe_hex(&describe_info2, "8103020301"
                                      "8203020500"
                                      "83030A0B0C"
                                      "840D8101028204000A0000830201F4"
                                      "85030602C0"
                                      "88020490"
                                      "A906040411223344"
                                      "AA00"
                                      "8B0102"
                                      "0403010000"
                                      "0C0454455354"
                                      "AC06800141810142"
                                      "9303030100"),
        "{\"profileVersion\":\"2.3.1\",\"svn\":\"2.5.0\",\"firmware\":\"10.11.12\","
        "\"memory\":{\"applications\":2,\"freeNonVolatile\":655360,\"freeVolatile\":500},"
        "\"uiccCapability\":[\"akaTuak128\",\"usimTestAlgorithm\",\"rfu2\"],"
        "\"rspCapability\":[\"additionalProfile\",\"testProfileSupport\"],"
        "\"ciForVerification\":[\"11223344\"],\"ciForSigning\":[],\"category\":\"mediumEuicc\","
        "\"protectionProfileVersion\":\"1.0.0\",\"sasAccreditation\":\"TEST\","
        "\"certification\":{\"platformLabel\":\"A\",\"discoveryBaseUrl\":\"B\"},"
        "\"highestSvn\":\"3.1.0\"}");
}

Test(lpa_describe, a_field_of_another_form_is_refused)
{
    const char *wrong[] = {
        "5A",       "5A05AA",         "9F7000",           "9F7003000000",  "9900",
        "9902FF00", "B7038003001101", "B704800400110101", "B6053003800200"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect_null(describe_hex(&describe_profile, wrong[i]), "%s", wrong[i]);
}

Test(lpa_describe, numbers_without_a_name_stay_numbers)
{
    expect_json(describe_hex(&describe_profile, "950109"), "{\"class\":\"9\"}");
    expect_json(describe_hex(&describe_profile, "9902000F"),
                "{\"policyRules\":[\"bit 4\",\"bit 5\",\"bit 6\",\"bit 7\"]}");
}

static struct bytes unhex(const char *hex, uint8_t memory[1024])
{
    struct writer out = writer_on(memory, 1024);
    cr_assert(hex_decode(hex, &out));
    return writer_bytes(&out);
}

/* seqNumber 5, installed, to a.b */
#define METADATA "BF2F18800105810207800C03612E625A0A980010325476981032F4"

Test(lpa_notification, both_ends_of_an_installation)
{
    uint8_t memory[1024];
    struct notification_installation read;
    cr_assert(notification_installation(
        unhex("BF3737BF2731800101BF2F18800105810207800C03612E625A0A980010325476981032F406028837A20D"
              "A00B4F05A000000559040230005F3700",
              memory),
        &read));
    cr_expect(read.success);
    cr_expect_eq(read.aid.len, 5);
    cr_expect_eq(read.responses.len, 2);
    cr_expect_eq(read.notification.number, 5);
    cr_expect(bytes_equal(read.notification.address, bytes_of_text("a.b")));
    cr_assert(
        notification_installation(unhex("BF3732BF272C800101BF2F18800105810207800C03612E625A0A980010"
                                        "325476981032F406028837A208A10680010581010C5F3700",
                                        memory),
                                  &read));
    cr_expect_not(read.success);
    cr_expect_eq(read.command, 5);
    cr_expect_eq(read.reason, 12);
}

Test(lpa_notification, a_result_cut_anywhere_is_refused)
{
    uint8_t memory[1024];
    struct notification_installation read;
    const struct bytes whole = unhex("BF3737BF2731800101BF2F18800105810207800C03612E625A0A980010325"
                                     "476981032F406028837A20DA00B4F05A000000559040230005F3700",
                                     memory);
    for (size_t len = 0; len < whole.len; len++)
        cr_expect_not(notification_installation(bytes_of(whole.data, len), &read));
}

Test(lpa_notification, element_statuses)
{
    uint8_t memory[1024];
    json_t *none = notification_element_statuses(unhex("3007A0053003800100", memory));
    expect_json(none, "[]");
    expect_json(
        notification_element_statuses(
            unhex("3018A01630038001003006800103810107300780010381021234", memory)),
        "[{\"status\":\"bad-values\",\"element\":7},{\"status\":\"bad-values\",\"element\":4660}]");
    cr_expect_null(notification_element_statuses(unhex("3007A0053003800200", memory)));
    cr_expect_null(notification_element_statuses(unhex("31", memory)));
}

Test(lpa_notification, a_list_stops_at_what_is_malformed)
{
    uint8_t memory[1024];
    struct notification read;
    struct bytes list = unhex(METADATA METADATA, memory);
    cr_expect(notification_take(&list, &read));
    cr_expect(notification_take(&list, &read));
    cr_expect_eq(list.len, 0);
    cr_expect_not(notification_take(&list, &read));
    list = unhex("BF2F0A80010581020780"
                 "0C00",
                 memory);
    cr_expect_not(notification_take(&list, &read), "an empty address");
}

struct verdict {
    const char *table, *metadata;
    enum rules_verdict verdict;
};

Test(lpa_rules, the_table_decides)
{
    static const struct verdict verdicts[] = {
        {"", "", RULES_ALLOWED},
        {"", "99020640", RULES_FORBIDDEN},
        {"", "99020780", RULES_ALLOWED}, /* how to update the rules is no restriction */
        {"30118002"
         "0560"
         "A10730058003EEEEEE"
         "82020700",
         "99020640"
         "B705800362F210",
         RULES_ALLOWED},
        {"30118002"
         "0560"
         "A10730058003EEEEEE"
         "82020780",
         "99020640"
         "B705800362F210",
         RULES_CONSENT},
        {"30118002"
         "0640"
         "A10730058003EEEEEE"
         "82020700",
         "99020560"
         "B705800362F210",
         RULES_FORBIDDEN},
        {"30118002"
         "0560"
         "A1073005800362F210"
         "82020700",
         "99020640"
         "B705800362F220",
         RULES_FORBIDDEN},
        {"30118002"
         "0560"
         "A1073005800362F210"
         "82020700",
         "99020640"
         "B705800362F210",
         RULES_ALLOWED},
        {"30148002"
         "0560"
         "A10A3008800362F210810101"
         "82020700",
         "99020640"
         "B705800362F210",
         RULES_FORBIDDEN},
        {"30148002"
         "0560"
         "A10A3008800362F210810101"
         "82020700",
         "99020640"
         "B708800362F210810101",
         RULES_ALLOWED},
        {"3001",
         "99020640"
         "B705800362F210",
         RULES_FORBIDDEN},
    };
    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        uint8_t table[1024], metadata[1024];
        cr_expect_eq(
            rules_judge(unhex(verdicts[i].table, table), unhex(verdicts[i].metadata, metadata)),
            verdicts[i].verdict, "case %zu", i);
    }
}
