/* The eIM by its messages: what it hands out, what it believes, and that no counter is signed
 * twice. */
#include <criterion/criterion.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "tests/tools/eim_world.h"
#include "tools/eim/downloads.h"
#include "tools/eim/events.h"
#include "tools/eim/result.h"
#include "tools/lib/iot/data_request.h"
#include "tools/lib/iot/esipa_json.h"
#include "tools/lib/iot/euicc_package.h"

TestSuite(eim, .init = eim_world_make, .fini = eim_world_end);

Test(eim, a_download_that_names_no_order_is_that_which_its_chip_works_on)
{
    uint8_t data[ROOM];
    struct writer answer = writer_on(data, sizeof(data));
    struct download download = {0};
    struct order found;
    char name[ORDERS_NAME_SIZE];
    eim_world_order(ORDER_DOWNLOAD, "{\"activationCode\": \"1$smdp.example.com$ID\"}", name);
    eim_world_tell_certificates();
    const size_t outer = tlv_open(&answer, 0xBF38), good = tlv_open(&answer, 0xA0);
    tlv_put(&answer, DER_SEQUENCE, (struct bytes){0});
    tlv_put(&answer, 0x5F37, (struct bytes){0});
    writer_put(&answer, bytes_of(eim_world.euicc.der, eim_world.euicc.der_len));
    tlv_close(&answer, good);
    tlv_close(&answer, outer);
    const struct bytes whole = writer_bytes(&answer);
    cr_expect_eq(downloads_find_order(eim_world.eim->database, whole, eim_now(), &download), 0);
    cr_expect_eq(download.order, 0, "no IPA has fetched it");
    struct blob trigger = eim_world_ask();
    blob_finish(&trigger);
    cr_expect_eq(downloads_find_order(eim_world.eim->database, whole, eim_now(), &download), 0);
    cr_assert_eq(orders_find(eim_world.eim->database, name, &found), 0);
    cr_expect_eq(download.order, found.id);
    cr_expect_str_eq(download.eid, EID);
    orders_finish(&found);
}

/* What the SM-DS lists, as the trigger that the IPA is answered with; "" where it is none. */
static int take_events(const struct download *download, const char *entries, char *code,
                       size_t size)
{
    uint8_t data[EVENTS_TRIGGER_SIZE];
    struct writer trigger = writer_on(data, sizeof(data));
    struct data_trigger read = {0};
    const int result = events_take(eim_world.eim, download, bytes_of_text(entries), &trigger);
    code[0] = '\0';
    if (trigger.len == 0)
        return result;
    cr_assert(data_trigger_read(writer_bytes(&trigger), &read));
    cr_expect_eq(read.kind, DATA_TRIGGER_ACTIVATION_CODE);
    cr_expect_eq(read.transaction_id.len, ORDERS_TRANSACTION_SIZE);
    snprintf(code, size, "%.*s", (int)read.text.len, (const char *)read.text.data);
    return result;
}

static int count_open(const char *code)
{
    char content[256];
    snprintf(content, sizeof(content), "{\"activationCode\":\"%s\"}", code);
    return orders_find_open(eim_world.eim->database, EID, ORDER_DOWNLOAD, content) == 0;
}

Test(eim, the_first_event_of_an_sm_ds_is_the_orders_and_each_other_one_an_order_of_its_own)
{
    static const char *const malformed[] = {
        "",
        "{}",
        "[1]",
        "[{\"eventId\": \"A\"}]",
        "[{\"eventId\": \"A$B\", \"rspServerAddress\": \"smdp.example.com\"}]",
        ("[{\"eventId\": \"A\", \"rspServerAddress\": \"smdp.example.com\"},"
         " {\"eventId\": \"B\", \"rspServerAddress\": \"not a host\"}]")};
    static const char two[] =
        "[{\"eventId\": \"A\", \"rspServerAddress\": \"smdp.example.com\"},"
        " {\"eventId\": \"B\", \"rspServerAddress\": \"smds.example.com:1\"}]";
    char name[ORDERS_NAME_SIZE], code[256];
    struct download download = {.eid = EID};
    struct order order;
    eim_world_order(ORDER_DOWNLOAD, "{\"contactSmds\": {}}", name);
    eim_world_tell_certificates();
    struct blob asked = eim_world_ask();
    blob_finish(&asked);
    cr_assert_eq(orders_find(eim_world.eim->database, name, &order), 0);
    download.order = order.id;
    orders_finish(&order);
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
        cr_expect_eq(take_events(&download, malformed[i], code, sizeof(code)), 1, "%zu", i);
        cr_expect_not(count_open("1$smds.example.com:1$B"));
    }
    cr_expect_eq(take_events(&download, "[]", code, sizeof(code)), 0);
    cr_expect_str_eq(code, "");
    for (int times = 0; times < 2; times++) {
        cr_expect_eq(take_events(&download, two, code, sizeof(code)), 0);
        cr_expect_str_eq(code, "1$smdp.example.com$A");
        cr_expect(count_open("1$smds.example.com:1$B"));
    }
    cr_expect_eq(
        database_query(eim_world.eim->database, "SELECT id FROM orders", NULL, 0, NULL, NULL), 2,
        "an event that waits already is no further order");
}

Test(eim, an_answer_that_names_no_chip_is_that_of_its_certificate)
{
    uint8_t data[ROOM];
    struct writer writer = writer_on(data, sizeof(data));
    struct result_acknowledged acknowledged = {0};
    char name[ORDERS_NAME_SIZE];
    struct chip chip;
    eim_world_order(ORDER_PSMO, "[{\"getRAT\": {}}]", name);
    cr_expect_eq(result_take(eim_world.eim, "", eim_world_certificates(&writer), &acknowledged), 0);
    cr_assert_eq(chips_find(eim_world.eim->database, EID, &chip), 0);
    cr_expect(chip.certified);
    /* Without a certificate nothing says whose it is. */
    uint8_t bare[] = {0xBF, 0x52, 0x05, 0xA0, 0x03, 0x84, 0x01, 0x01};
    cr_expect_eq(result_take(eim_world.eim, "", bytes_of(bare, sizeof(bare)), &acknowledged),
                 PACKAGE_MISSING_EID);
}

Test(eim, a_package_goes_out_and_its_result_comes_back)
{
    char name[ORDERS_NAME_SIZE];
    uint8_t data[ROOM];
    struct writer result = writer_on(data, sizeof(data));
    eim_world_order(ORDER_PSMO, "[{\"enable\": {\"iccid\": \"" ICCID "\"}}]", name);
    eim_world_tell_certificates();
    const struct handed handed = eim_world_take_package(eim_world_ask());
    cr_expect(handed.signed_right);
    cr_expect_eq(handed.counter, 1);
    eim_world_sign(&handed, 0xA0, "830107 3003 830100", eim_world.euicc.key, &result);
    eim_world_expect(eim_world_provide(writer_bytes(&result)), "BF5006BF5303800107");
    EXPECT_OUTCOME(name, "done", "[{\"enableResult\":\"ok\"}]");
    eim_world_expect_error(eim_world_ask(), PACKAGE_NONE);
    /* Once more: nothing changes, and the chip may forget it. */
    eim_world_expect(eim_world_provide(writer_bytes(&result)), "BF5006BF5303800107");
    EXPECT_OUTCOME(name, "done", "[{\"enableResult\":\"ok\"}]");
}

Test(eim, a_result_that_its_chip_has_not_signed_does_not_count)
{
    char name[ORDERS_NAME_SIZE];
    uint8_t data[ROOM];
    struct writer result = writer_on(data, sizeof(data));
    eim_world_order(ORDER_PSMO, "[{\"disable\": {\"iccid\": \"" ICCID "\"}}]", name);
    eim_world_tell_certificates();
    struct handed handed = eim_world_take_package(eim_world_ask());
    /* another key */
    eim_world_sign(&handed, 0xA0, "830107 3003 840100", eim_world.eum.key, &result);
    eim_world_expect(eim_world_provide(writer_bytes(&result)), "BF500302017F");
    /* another transaction */
    writer_reset(&result);
    handed.transaction[0] ^= 1;
    eim_world_sign(&handed, 0xA0, "830107 3003 840100", eim_world.euicc.key, &result);
    eim_world_expect(eim_world_provide(writer_bytes(&result)), "BF500302017F");
    /* another counter */
    writer_reset(&result);
    handed.transaction[0] ^= 1;
    handed.counter++;
    eim_world_sign(&handed, 0xA0, "830107 3003 840100", eim_world.euicc.key, &result);
    struct blob answer = eim_world_provide(writer_bytes(&result));
    blob_finish(&answer);
    EXPECT_OUTCOME(name, "work", "[]");
}

Test(eim, no_counter_is_signed_twice_also_over_a_restart)
{
    char first[ORDERS_NAME_SIZE], second[ORDERS_NAME_SIZE];
    uint8_t data[ROOM];
    struct writer result = writer_on(data, sizeof(data));
    eim_world_order(ORDER_PSMO, "[{\"getRAT\": {}}]", first);
    eim_world_order(ORDER_ECO, "[{\"listEim\": {}}]", second);
    eim_world_tell_certificates();
    struct blob one = eim_world_ask();
    eim_world_restart();
    struct blob two = eim_world_ask(); /* the same bytes again */
    cr_expect(bytes_equal(blob_bytes(&one), blob_bytes(&two)));
    blob_finish(&two);
    const struct handed handed = eim_world_take_package(one);
    eim_world_restart();
    eim_world_sign(&handed, 0xA0, "830101 3002 A600", eim_world.euicc.key, &result);
    eim_world_expect(eim_world_provide(writer_bytes(&result)), "BF5006BF5303800101");
    const struct handed next = eim_world_take_package(eim_world_ask());
    cr_expect_eq(next.counter, handed.counter + 1);
    EXPECT_OUTCOME(first, "done", "[{\"getRATResult\":[]}]");
}

Test(eim, a_lost_result_is_looked_for_among_those_the_chip_keeps)
{
    char name[ORDERS_NAME_SIZE];
    uint8_t data[ROOM], kept[ROOM];
    struct writer result = writer_on(data, sizeof(data)), answer = writer_on(kept, sizeof(kept));
    eim_world_order(ORDER_PSMO, "[{\"setDefaultDpAddress\": {\"defaultDpAddress\": \"a.b\"}}]",
                    name);
    eim_world_tell_certificates();
    const struct handed handed = eim_world_take_package(eim_world_ask());
    (void)eim_world_take_package(eim_world_ask()); /* the IPA has died on the way */
    eim_world_sign(&handed, 0xA1, "020104", eim_world.euicc.key, &result); /* replayError */
    eim_world_expect(eim_world_provide(writer_bytes(&result)), "BF50023000");
    struct blob asked = eim_world_ask(); /* for the results */
    cr_expect_eq(asked.data[4], 0x52);
    blob_finish(&asked);
    writer_reset(&result);
    eim_world_sign(&handed, 0xA0, "830105 3006 BF6503800100", eim_world.euicc.key, &result);
    const size_t outer = tlv_open(&answer, 0xBF52), inner = tlv_open(&answer, 0xA0);
    tlv_put(&answer, 0xA2, writer_bytes(&result));
    tlv_close(&answer, inner);
    tlv_close(&answer, outer);
    eim_world_expect(eim_world_provide(writer_bytes(&answer)), "BF5006BF5303800105");
    EXPECT_OUTCOME(name, "done", "[{\"setDefaultDpAddressResult\":\"ok\"}]");
}

Test(eim, a_chip_whose_counter_is_further_is_caught_up_with)
{
    char name[ORDERS_NAME_SIZE];
    uint8_t data[ROOM];
    struct writer result = writer_on(data, sizeof(data));
    eim_world_order(ORDER_PSMO, "[{\"getRAT\": {}}]", name);
    eim_world_tell_certificates();
    const struct handed first = eim_world_take_package(eim_world_ask());
    eim_world_sign(&first, 0xA1, "020104", eim_world.euicc.key, &result);
    eim_world_expect(eim_world_provide(writer_bytes(&result)), "BF50023000");
    const struct handed second = eim_world_take_package(eim_world_ask());
    cr_expect_gt(second.counter, first.counter + 1);
}

Test(eim, an_unsigned_error_ends_nothing_but_its_token_is_tried)
{
    char name[ORDERS_NAME_SIZE], digits[256], transaction[HEX_SIZE(ORDERS_TRANSACTION_SIZE)];
    uint8_t data[ROOM];
    eim_world_order(ORDER_PSMO, "[{\"getRAT\": {}}]", name);
    eim_world_tell_certificates();
    struct handed handed = eim_world_take_package(eim_world_ask());
    hex_encode(bytes_of(handed.transaction, sizeof(handed.transaction)), transaction);
    snprintf(digits, sizeof(digits), "BF5120A21E800F%s8208%s840105",
             "65696D2E6578616D706C652E636F6D", transaction);
    struct writer writer = writer_on(data, sizeof(data));
    cr_assert(hex_decode(digits, &writer));
    eim_world_expect(eim_world_provide(writer_bytes(&writer)), "BF50023000");
    EXPECT_OUTCOME(name, "new", "[]");
    eim_world.token = 5;
    handed = eim_world_take_package(eim_world_ask());
    cr_expect(handed.signed_right);
    cr_expect_eq(handed.counter, 2);
    /* The same with the right token: it rests, so that no IPA asks without end. */
    hex_encode(bytes_of(handed.transaction, sizeof(handed.transaction)), transaction);
    snprintf(digits, sizeof(digits), "BF5120A21E800F%s8208%s840105",
             "65696D2E6578616D706C652E636F6D", transaction);
    writer_reset(&writer);
    cr_assert(hex_decode(digits, &writer));
    eim_world_expect(eim_world_provide(writer_bytes(&writer)), "BF50023000");
    EXPECT_OUTCOME(name, "work", "[]");
    eim_world_expect_error(eim_world_ask(), PACKAGE_NONE);
}

Test(eim, a_package_that_is_never_answered_is_not_sent_without_end)
{
    char name[ORDERS_NAME_SIZE];
    struct blob answer;
    eim_world_order(ORDER_PSMO, "[{\"getRAT\": {}}]", name);
    eim_world_tell_certificates();
    for (int i = 0; i < 15; i++) {
        answer = eim_world_ask();
        cr_assert_eq(answer.data[4], 0x51, "%d", i);
        blob_finish(&answer);
    }
    eim_world_expect_error(eim_world_ask(), PACKAGE_NONE);
    EXPECT_OUTCOME(name, "work", "[]");
}

Test(eim, certificates_of_another_chip_or_ci_are_not_believed)
{
    const struct bytes eum = bytes_of(eim_world.eum.der, eim_world.eum.der_len);
    const struct bytes euicc = bytes_of(eim_world.euicc.der, eim_world.euicc.der_len);
    cr_expect_eq(eim_believe(eim_world.eim, eum, euicc, EID), 0);
    cr_expect_eq(eim_believe(eim_world.eim, eum, euicc, "89049032123451234512345678901332"), 1);
    cr_expect_eq(eim_believe(eim_world.eim, euicc, eum, EID), 1);
    cr_expect_eq(eim_believe(eim_world.eim, eum, bytes_of(euicc.data, euicc.len - 1), EID), 1);
}

Test(eim, an_ipa_without_a_chip_that_is_known_hears_so)
{
    static const struct {
        const char *request, *answer;
    } rows[] = {
        {"BF4F125A10" EID, "BF4F03020102"}, /* eidNotFound */
        {"BF4F00", "BF4F03020104"},         /* missingEid */
        {"BF4F035A0189", "BF4F03020103"},   /* invalidEid */
        {"BF5004BF510000", NULL},           /* malformed */
        {"BF3B048002AABB", "BF3B0382017F"}, /* AuthenticateClient without the chip's answer */
        {"BF3B098002AABBBF38020000", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[64];
        struct writer writer = writer_on(room, sizeof(room));
        struct blob answer;
        cr_assert(hex_decode(rows[i].request, &writer));
        const int result = front_answer(eim_world.eim, writer_bytes(&writer), &answer);
        if (rows[i].answer != NULL) {
            cr_assert_eq(result, 0, "%s", rows[i].request);
            eim_world_expect(answer, rows[i].answer);
        } else {
            blob_finish(&answer);
        }
    }
}

Test(eim, an_order_that_cannot_be_sent_is_not_taken)
{
    static const struct {
        enum order_facility facility;
        const char *json;
    } rows[] = {
        {ORDER_PSMO, "{\"eidValue\": \"12\", \"order\": {\"psmo\": [{\"getRAT\": {}}]}}"},
        {ORDER_PSMO, "{\"eidValue\": \"" EID "\"}"},
        {ORDER_PSMO, "{\"eidValue\": \"" EID "\", \"order\": {\"psmo\": []}}"},
        {ORDER_ECO, "{\"eidValue\": \"" EID "\", \"order\": {\"eco\": [{\"enable\": {}}]}}"},
        {ORDER_DATA, "{\"eidValue\": \"" EID "\", \"order\": {\"edr\": {\"tagList\": \"8\"}}}"},
        {ORDER_DOWNLOAD, "{\"eidValue\": \"" EID "\", \"order\": {\"download\": {}}}"},
        {ORDER_EUICC, "{\"eidValue\": \"" EID "\", \"order\": {\"euicc\": {}}}"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char name[ORDERS_NAME_SIZE], detail[REST_ORDERS_DETAIL_SIZE] = "";
        json_t *resource = json_loads(rows[i].json, 0, NULL);
        cr_assert_not_null(resource, "%s", rows[i].json);
        cr_expect_eq(rest_orders_create(eim_world.eim, rows[i].facility, resource, name, detail), 1,
                     "%s", rows[i].json);
        cr_expect_neq(detail[0], '\0', "%s", rows[i].json);
        json_decref(resource);
    }
}

Test(eim, state_changes_are_noted_and_told)
{
    char name[ORDERS_NAME_SIZE];
    uint8_t room[64];
    struct writer writer = writer_on(room, sizeof(room));
    eim_world_order(ORDER_EUICC, "{\"set\": [{\"stateChangeCauseList\": []}]}", name);
    EXPECT_OUTCOME(name, "done", "[{\"euiccStateResult\":[{\"stateChangeCauseList\":[]}]}]");
    cr_assert(hex_decode("BF4F175A10" EID "8000810106", &writer));
    struct blob answer = eim_world_send(writer_bytes(&writer));
    blob_finish(&answer);
    eim_world_order(ORDER_EUICC, "{\"get\": [\"stateChangeCauseList\"]}", name);
    EXPECT_OUTCOME(name, "done",
                   "[{\"euiccStateResult\":[{\"stateChangeCauseList\":[\"deviceChange\"]}]}]");
}

Test(eim, both_bindings_say_the_same)
{
    char name[ORDERS_NAME_SIZE];
    const char *wrong;
    eim_world_order(ORDER_DOWNLOAD, "{\"activationCode\": \"1$smdp.example.com$id\"}", name);
    cr_assert_eq(chips_set_answered(eim_world.eim->database, EID, (struct bytes){0}), 0);
    const struct esipa_message *message = &esipa_messages[ESIPA_GET_EIM_PACKAGE];
    json_t *request = json_pack("{s:s}", "eidValue", EID);
    struct blob der, answer, again = eim_world_ask();
    cr_assert(esipa_json_read_request(message, request, &der, &wrong));
    answer = eim_world_send(blob_bytes(&der));
    cr_expect(bytes_equal(blob_bytes(&answer), blob_bytes(&again)));
    json_t *said = esipa_json_write_answer(message, blob_bytes(&answer));
    cr_expect(json_is_string(json_object_get(said, "profileDownloadTriggerRequest")));
    json_decref(said);
    json_decref(request);
    blob_finish(&der);
    blob_finish(&answer);
    blob_finish(&again);
}
