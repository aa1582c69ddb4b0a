/* What eIM and IPA say: packages, results and messages against published vectors, and what is
 * malformed refused. */
#include <criterion/criterion.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "tests/vectors.h"
#include "tools/lib/iot/data_request.h"
#include "tools/lib/iot/eim_configuration.h"
#include "tools/lib/iot/esipa_json.h"
#include "tools/lib/iot/euicc_package.h"

#define ROOM 8192

/* The eIM's and the eUICC's keys of SGP.26, Variant O, NIST P-256. */
static const char eim_key[] = "04BB9E897517ED7198C5F7738B887D22AFC6C68C57AD9B2D04337B5F3A0DC83FE5"
                              "C83997B6B3AA427FC2E603718B7140151BA8D15E0B170275D98DD05C0FF5C287";
static const char euicc_key[] = "046DB3F53ADC87DC2FF10C7BFCD87AD13AE97009AFA065A6757EE571B3F2EBB18F"
                                "46C1D68F3EDEB0E74B2E5D542051E7D27F50952028605AFDEF79FE9FFFD03959";

static struct bytes decode(const char *digits, uint8_t *room, size_t size)
{
    struct writer writer = writer_on(room, size);
    cr_assert(hex_decode(digits, &writer), "%s", digits);
    return writer_bytes(&writer);
}

static enum operation_list list_of(struct vectors *vectors)
{
    return strcmp(vectors_text(vectors, "list"), "psmo") == 0 ? OPERATION_PSMO : OPERATION_ECO;
}

/* What was signed, and the signature. */
static void check_package(struct vectors *vectors, struct bytes operations)
{
    uint8_t key[EC_POINT_SIZE], room[ROOM], token_room[EUICC_PACKAGE_TOKEN_SIZE];
    struct writer token = writer_on(token_room, sizeof(token_room));
    const struct bytes package = vectors_bytes(vectors, "package");
    struct tlv outer, signed_part, signature, id, eid, counter, transaction;
    cr_assert(tlv_whole(package, 0xBF51, &outer));
    cr_assert(tlv_take_tag(&outer.value, DER_SEQUENCE, &signed_part));
    cr_assert(tlv_take_tag(&outer.value, 0x5F37, &signature));
    struct bytes content = signed_part.value;
    cr_assert(tlv_take_tag(&content, 0x80, &id));
    cr_assert(tlv_take_tag(&content, 0x5A, &eid));
    cr_assert(tlv_take_tag(&content, 0x81, &counter));
    cr_assert(tlv_take_tag(&content, 0x82, &transaction));

    struct ec_private *own;
    struct random random;
    random_init(&random);
    cr_assert_eq(ec_private_generate(&random, EC_P256, &own), 0);
    struct euicc_package plan = {.eim_id = id.value,
                                 .eid = eid.value,
                                 .transaction_id = transaction.value,
                                 .list = list_of(vectors),
                                 .operations = operations,
                                 .token = (int64_t)vectors_number(vectors, "token")};
    cr_assert(der_to_unsigned(counter.value, UINT32_MAX, &plan.counter));
    struct writer made = writer_on(room, sizeof(room));
    cr_assert_eq(euicc_package_put(&plan, own, &random, &made), 0);
    cr_assert(tlv_whole(writer_bytes(&made), 0xBF51, &outer));
    struct tlv mine;
    cr_assert(tlv_take_tag(&outer.value, DER_SEQUENCE, &mine));
    cr_expect(bytes_equal(mine.whole, signed_part.whole), "%s", vectors_set(vectors));

    euicc_package_put_token(plan.token, &token);
    const struct bytes parts[] = {signed_part.whole, writer_bytes(&token)};
    cr_expect(ec_verify(EC_P256, decode(eim_key, key, sizeof(key)), parts, 2, signature.value),
              "%s", vectors_set(vectors));
    ec_private_destroy(own);
}

Test(iot, packages_are_as_published)
{
    cr_assert_eq(ec_start(), 0);
    struct vectors *vectors = vectors_open("sgp32_packages.txt");
    while (vectors_next(vectors)) {
        uint8_t room[ROOM];
        char detail[OPERATION_DETAIL_SIZE] = "";
        struct writer writer = writer_on(room, sizeof(room));
        json_t *operations = json_loads(vectors_text(vectors, "operations"), 0, NULL);
        cr_assert(operation_encode(list_of(vectors), operations, &writer, detail), "%s", detail);
        check_package(vectors, writer_bytes(&writer));
        json_decref(operations);
    }
    vectors_close(vectors);
}

static void check_first(struct vectors *vectors, const struct euicc_package_result *result)
{
    struct bytes results = result->results;
    struct operation_result first;
    cr_assert(operation_result_take(&results, list_of(vectors), &first));
    json_t *said = operation_result_json(&first);
    json_t *right = json_loads(vectors_text(vectors, "first"), 0, NULL);
    cr_expect(json_equal(said, right), "%s: %s", vectors_set(vectors),
              json_dumps(said, JSON_COMPACT));
    json_decref(said);
    json_decref(right);
}

Test(iot, results_are_as_published)
{
    cr_assert_eq(ec_start(), 0);
    uint8_t room[EC_POINT_SIZE];
    const struct bytes key = decode(euicc_key, room, sizeof(room));
    struct vectors *vectors = vectors_open("sgp32_results.txt");
    while (vectors_next(vectors)) {
        struct euicc_package_result result;
        const char *kind = vectors_text(vectors, "kind");
        cr_assert(euicc_package_result_read(vectors_bytes(vectors, "result"), &result));
        if (strcmp(kind, "unsigned") == 0) {
            cr_expect_eq(result.kind, EUICC_PACKAGE_ERROR_UNSIGNED);
            cr_expect_not(euicc_package_result_verify(&result, EC_P256, key, 1));
            continue;
        }
        const int64_t token = (int64_t)vectors_number(vectors, "token");
        cr_expect(euicc_package_result_verify(&result, EC_P256, key, token));
        cr_expect_not(euicc_package_result_verify(&result, EC_P256, key, token + 1));
        if (strcmp(kind, "error") == 0) {
            cr_expect_eq(result.code, vectors_number(vectors, "code"));
        } else {
            cr_expect_eq(result.sequence, vectors_number(vectors, "sequence"));
            check_first(vectors, &result);
        }
    }
    vectors_close(vectors);
}

Test(iot, a_result_in_two_tags_is_one_in_one)
{
    struct euicc_package_result result;
    uint8_t room[64];
    cr_expect(euicc_package_result_read(
        decode("BF5116BF5113A21180056F7468657282080102030405060708", room, sizeof(room)), &result));
    cr_expect_eq(result.kind, EUICC_PACKAGE_ERROR_UNSIGNED);
    cr_expect_not(euicc_package_result_read(decode("BF5103BF5100", room, sizeof(room)), &result));
    cr_expect_not(euicc_package_result_read(decode("BF5102A000", room, sizeof(room)), &result));
}

Test(iot, a_code_is_named_and_only_0_is_good)
{
    static const struct {
        const char *digits, *json;
        enum operation_list list;
        bool ok;
    } rows[] = {
        {"830114", "{\"enableResult\": \"rollbackNotAvailable\"}", OPERATION_PSMO, false},
        {"850115", "{\"deleteResult\": \"returnFallbackProfile\"}", OPERATION_PSMO, false},
        {"BF2D0DA00BE309930101950102920141",
         "{\"listProfileInfoResult\": {\"finalResult\": \"successResult\", \"profileInfoList\": "
         "[{\"profileName\": \"A\", \"iconType\": \"png\", \"profileClass\": \"operational\"}]}}",
         OPERATION_PSMO, true},
        {"8D0100", "{\"setFallbackAttributeResult\": \"ok\"}", OPERATION_PSMO, true},
        {"BF6503800100", "{\"setDefaultDpAddressResult\": \"ok\"}", OPERATION_PSMO, true},
        {"BF650380017F", "{\"setDefaultDpAddressResult\": \"undefinedError\"}", OPERATION_PSMO,
         false},
        {"890102", "{\"deleteEimResult\": \"lastEimDeleted\"}", OPERATION_ECO, true},
        {"A803020107", "{\"addEimResult\": {\"addEimResultCode\": \"commandError\"}}",
         OPERATION_ECO, false},
        {"8C0100", "{\"rollbackResult\": \"ok\"}", OPERATION_PSMO, true},
        {"020101", "{\"processingTerminated\": \"resultSizeOverflow\"}", OPERATION_PSMO, false},
        {"020100", "{\"processingTerminated\": \"unknown error\"}", OPERATION_ECO, false},
        {"9F0100", "{\"unknownResult\": \"unknown result\"}", OPERATION_PSMO, false},
        {"A600", "{\"getRATResult\": []}", OPERATION_PSMO, true},
        {"A611300F 80020560 A105300380 0162 82020780",
         "{\"getRATResult\": [{\"pprUpdateControl\": false, \"ppr1\": true, \"ppr2\": true, "
         "\"allowedOperators\": [{\"mccMnc\": \"62\"}], \"consentRequired\": true}]}",
         OPERATION_PSMO, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[64];
        struct operation_result result;
        struct bytes results = decode(rows[i].digits, room, sizeof(room));
        cr_assert(operation_result_take(&results, rows[i].list, &result), "%s", rows[i].digits);
        json_t *said = operation_result_json(&result);
        json_t *right = json_loads(rows[i].json, 0, NULL);
        cr_expect(json_equal(said, right), "%s: %s", rows[i].digits,
                  said != NULL ? json_dumps(said, JSON_COMPACT) : "nothing");
        cr_expect_eq(result.ok, rows[i].ok, "%s", rows[i].digits);
        json_decref(said);
        json_decref(right);
    }
}

Test(iot, an_iccid_is_a_number_or_the_bytes_of_ef_iccid)
{
    static const char *const rows[][2] = {
        {"[{\"disable\": {\"iccid\": \"8949110000004127856\"}}]", "A40C5A0A989411000000147258F6"},
        {"[{\"disable\": {\"iccid\": \"989411000000147258F6\"}}]", "A40C5A0A989411000000147258F6"},
        {"[{\"disable\": {\"iccid\": \"123456789ABCDEFFAAAA\"}}]", "A40C5A0A123456789ABCDEFFAAAA"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[ROOM], right[ROOM];
        char detail[OPERATION_DETAIL_SIZE] = "";
        struct writer writer = writer_on(room, sizeof(room));
        json_t *operations = json_loads(rows[i][0], 0, NULL);
        cr_assert(operation_encode(OPERATION_PSMO, operations, &writer, detail), "%s", detail);
        cr_expect(bytes_equal(writer_bytes(&writer), decode(rows[i][1], right, sizeof(right))),
                  "%s", rows[i][0]);
        json_decref(operations);
    }
}

Test(iot, an_operation_that_cannot_be_is_refused_by_name)
{
    static const struct {
        enum operation_list list;
        const char *json, *detail;
    } rows[] = {
        {OPERATION_PSMO, "[]", "psmo holds no operation"},
        {OPERATION_PSMO, "[{\"listEim\": {}}]", "'listEim' is no operation of psmo"},
        {OPERATION_ECO, "[{\"enable\": {}}]", "'enable' is no operation of eco"},
        {OPERATION_PSMO, "[{\"rollback\": {}}]", "'rollback' is no operation of psmo"},
        {OPERATION_PSMO, "[{\"enable\": {\"iccid\": \"12\"}}]",
         "iccid: 18 to 20 digits are needed"},
        {OPERATION_PSMO, "[{\"enable\": {\"iccid\": \"8949110000004127856\", \"rollback\": 1}}]",
         "rollback: true or false is needed"},
        {OPERATION_PSMO, "[{\"enable\": {}, \"disable\": {}}]", "'enable' is no operation of psmo"},
        {OPERATION_ECO, "[{\"deleteEim\": {}}]", "eimId: 1 to 128 characters are needed"},
        {OPERATION_ECO, "[{\"addEim\": {\"eimFqdn\": \"x\"}}]", "eimId: it is needed"},
        {OPERATION_ECO, "[{\"addEim\": {\"eimConfigurationData\": \"A000\"}}]",
         "eimConfigurationData: it is no SEQUENCE in hexadecimal digits"},
        {OPERATION_PSMO, "[{\"listProfileInfo\": {\"tagList\": \"5\"}}]",
         "tagList: hexadecimal digits are needed"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[ROOM];
        char detail[OPERATION_DETAIL_SIZE] = "";
        struct writer writer = writer_on(room, sizeof(room));
        json_t *operations = json_loads(rows[i].json, 0, NULL);
        cr_assert_not_null(operations, "%s", rows[i].json);
        cr_expect_not(operation_encode(rows[i].list, operations, &writer, detail), "%s",
                      rows[i].json);
        cr_expect_str_eq(detail, rows[i].detail);
        json_decref(operations);
    }
}

/* A vector's message read and written again, and through JSON and back. */
static void check_message(struct vectors *vectors)
{
    const struct bytes whole = vectors_bytes(vectors, "message");
    const bool request = strcmp(vectors_text(vectors, "direction"), "request") == 0;
    const enum esipa_function function = esipa_function_of(whole);
    cr_assert_lt(function, ESIPA_FUNCTIONS);
    const struct esipa_message *message = &esipa_messages[function];
    json_t *said = request ? esipa_json_write_request(message, whole)
                           : esipa_json_write_answer(message, whole);
    cr_assert_not_null(said, "%s", vectors_set(vectors));
    if (vectors_has(vectors, "json")) {
        json_t *right = json_loads(vectors_text(vectors, "json"), 0, NULL);
        cr_expect(json_equal(said, right), "%s: %s", vectors_set(vectors),
                  json_dumps(said, JSON_COMPACT));
        json_decref(right);
    }
    struct blob back = {0};
    const char *name = NULL;
    cr_assert(request ? esipa_json_read_request(message, said, &back, &name)
                      : esipa_json_read_answer(message, said, &back, &name),
              "%s: %s", vectors_set(vectors), name);
    cr_expect(bytes_equal(blob_bytes(&back), whole), "%s", vectors_set(vectors));
    blob_finish(&back);
    json_decref(said);
}

Test(iot, messages_are_as_published_in_both_bindings)
{
    struct vectors *vectors = vectors_open("sgp32_esipa.txt");
    while (vectors_next(vectors))
        check_message(vectors);
    vectors_close(vectors);
}

Test(iot, a_configuration_is_read_in_both_codings_of_keys)
{
    static const char *const entries[] = {
        "800365494D 83010A 8401FF A55B A059 301306072A8648CE3D020106082A8648CE3D030107 034200",
        "800365494D 83010A 8401FF A55D A05B 3059 301306072A8648CE3D020106082A8648CE3D030107 034200",
    };
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        uint8_t data[ROOM], spare[ROOM], again[ROOM];
        struct writer writer = writer_on(data, sizeof(data)),
                      room = writer_on(spare, sizeof(spare));
        struct eim_configuration read;
        enum ec_curve curve;
        struct bytes point;
        cr_assert(hex_decode(entries[i], &writer) && hex_decode(eim_key, &writer));
        cr_assert(eim_configuration_read(writer_bytes(&writer), &room, &read));
        cr_expect_eq(read.nested, i == 1);
        cr_expect_eq(read.token, EIM_CONFIGURATION_DRAW_TOKEN);
        cr_expect_eq(read.counter, 10);
        cr_assert(eim_configuration_key(&read, &curve, &point));
        cr_expect_eq(point.len, EC_POINT_SIZE);
        struct writer out = writer_on(again, sizeof(again));
        struct tlv sequence;
        eim_configuration_put(&read, &out);
        cr_assert(tlv_whole(writer_bytes(&out), DER_SEQUENCE, &sequence));
        cr_expect(bytes_equal(sequence.value, writer_bytes(&writer)));
    }
}

Test(iot, data_is_asked_for_and_told)
{
    uint8_t room[128], told[128];
    struct writer writer = writer_on(room, sizeof(room));
    const struct data_request asked = {.tags = BYTES(0x81, 0xBF, 0x22),
                                       .has_result = true,
                                       .result = 7,
                                       .transaction_id = BYTES(0xAA)};
    struct data_request read;
    data_request_put(&asked, &writer);
    cr_assert(data_request_read(writer_bytes(&writer), &read));
    cr_expect(bytes_equal(read.tags, asked.tags) && read.has_result && read.result == 7);
    cr_expect(bytes_equal(read.transaction_id, asked.transaction_id));

    struct data_answer answer;
    cr_assert(data_answer_read(decode("BF520DA00B 8105612E636F6D 84020080", told, sizeof(told)),
                               &answer));
    json_t *said = data_answer_json(&answer);
    json_t *right = json_loads("{\"edrResult\": \"ok\", \"euiccData\": {\"defaultSmdpAddress\": "
                               "\"a.com\", \"associationToken\": 128}}",
                               0, NULL);
    cr_expect(json_equal(said, right), "%s", said != NULL ? json_dumps(said, 0) : "nothing");
    json_decref(said);
    json_decref(right);
    cr_assert(data_answer_read(decode("BF5205A103020105", told, sizeof(told)), &answer));
    cr_expect_str_eq(data_answer_error_text(answer.error), "euiccCiPKIdNotFound");
}
