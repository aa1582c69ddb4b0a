/* The eIM by its messages: what it hands out, what it believes, and that no counter is signed
 * twice. */
#include <criterion/criterion.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "tests/crypto/folder.h"
#include "tools/eim/downloads.h"
#include "tools/eim/front.h"
#include "tools/eim/package.h"
#include "tools/eim/rest_orders.h"
#include "tools/eim/result.h"
#include "tools/lib/iot/data_request.h"
#include "tools/lib/iot/esipa_json.h"
#include "tools/lib/iot/euicc_package.h"

#define EID "89049032123451234512345678901235"
#define ICCID "8988211000000000011"
#define ROOM 8192

/* An eIM and the chip's half of the PKI. */
struct world {
    struct folder folder;
    char store[sizeof(((struct folder *)0)->path) + 16];
    struct eim_plan plan;
    struct eim *eim;
    struct pki_entity eum, euicc;
    struct random random;
    int64_t token;
};

static struct world world;

static void make_world(void)
{
    cr_assert_eq(ec_start(), 0);
    random_init(&world.random);
    world.folder = folder_make();
    const struct pki_plan pki = {.directory = world.folder.path, .first_eid = EID};
    cr_assert_eq(pki_make(&world.random, &pki), 0);
    snprintf(world.store, sizeof(world.store), "%s/eim.sqlite", world.folder.path);
    world.plan = (struct eim_plan){
        .pki = world.folder.path, .store = world.store, .release = EIM_RELEASE_1_2};
    cr_assert_eq(front_open(&world.plan, &world.eim), 0);
    cr_assert_eq(pki_read(world.folder.path, PKI_EUM, EC_P256, &world.eum), 0);
    cr_assert_eq(pki_read(world.folder.path, PKI_EUICC, EC_P256, &world.euicc), 0);
    world.token = CHIPS_FIRST_TOKEN;
}

static void end_world(void)
{
    eim_destroy(world.eim);
    pki_entity_finish(&world.eum);
    pki_entity_finish(&world.euicc);
    folder_remove(&world.folder);
}

TestSuite(eim, .init = make_world, .fini = end_world);

/* The server goes away without a word and comes back. */
static void restart(void)
{
    eim_destroy(world.eim);
    world.eim = NULL;
    cr_assert_eq(front_open(&world.plan, &world.eim), 0);
}

static void order(enum order_facility facility, const char *content, char name[ORDERS_NAME_SIZE])
{
    char detail[REST_ORDERS_DETAIL_SIZE] = "";
    json_t *resource = json_pack("{s:s, s:{s:o}}", "eidValue", EID, "order",
                                 orders_facility_name(facility), json_loads(content, 0, NULL));
    cr_assert_eq(rest_orders_create(world.eim, facility, resource, name, detail), 0, "%s", detail);
    json_decref(resource);
}

/* What became of it, as JSON text; the caller's. */
static char *outcome_of(const char *name, const char *state)
{
    struct order order;
    cr_assert_eq(orders_find(world.eim->database, name, &order), 0);
    cr_expect_str_eq(orders_state_name(order.state), state);
    char *text = strndup((const char *)order.outcome.data, order.outcome.len);
    orders_finish(&order);
    return text;
}

#define EXPECT_OUTCOME(name, state, json)                                                          \
    do {                                                                                           \
        char *said = outcome_of(name, state);                                                      \
        cr_expect_str_eq(said, json);                                                              \
        free(said);                                                                                \
    } while (0)

static struct blob send(struct bytes request)
{
    struct blob answer;
    cr_assert_eq(front_answer(world.eim, request, &answer), 0);
    return answer;
}

static struct blob ask(void)
{
    uint8_t room[64];
    struct writer writer = writer_on(room, sizeof(room));
    cr_assert(hex_decode("BF4F125A10" EID, &writer));
    return send(writer_bytes(&writer));
}

static void expect_error(struct blob answer, uint32_t error)
{
    struct esipa_values values;
    size_t at;
    uint32_t said;
    cr_assert(esipa_read_answer(&esipa_messages[ESIPA_GET_EIM_PACKAGE], blob_bytes(&answer), &at,
                                &said, &values));
    cr_expect_eq(said, error);
    blob_finish(&answer);
}

/* ProvideEimPackageResult with this element. Its answer. */
static struct blob provide(struct bytes element)
{
    uint8_t *data = malloc(ROOM);
    struct writer writer = writer_on(data, ROOM);
    uint8_t eid[PKI_EID_SIZE];
    struct esipa_values values = {0};
    pki_eid_from_text(EID, eid);
    esipa_set(&values, ESIPA_RESULT_EID, bytes_of(eid, sizeof(eid)));
    esipa_set(&values, ESIPA_RESULT, element);
    esipa_put_request(&esipa_messages[ESIPA_PROVIDE_RESULT], &values, &writer);
    struct blob answer = send(writer_bytes(&writer));
    free(data);
    return answer;
}

/* What the eIM has handed out: a package's counter and transaction id. */
struct handed {
    uint32_t counter;
    uint8_t transaction[ORDERS_TRANSACTION_SIZE];
    bool signed_right; /* by the eIM's key with the chip's token */
};

static struct handed take_package(struct blob answer)
{
    struct esipa_values values;
    struct handed handed = {0};
    size_t at;
    uint32_t error;
    cr_assert(esipa_read_answer(&esipa_messages[ESIPA_GET_EIM_PACKAGE], blob_bytes(&answer), &at,
                                &error, &values));
    cr_assert(values.has[ESIPA_PACKAGE]);
    struct tlv outer, part, signature, element;
    cr_assert(tlv_whole(values.at[ESIPA_PACKAGE], 0xBF51, &outer));
    cr_assert(tlv_take_tag(&outer.value, DER_SEQUENCE, &part));
    cr_assert(tlv_take_tag(&outer.value, 0x5F37, &signature));
    uint8_t room[EUICC_PACKAGE_TOKEN_SIZE];
    struct writer token = writer_on(room, sizeof(room));
    euicc_package_put_token(world.token, &token);
    const struct bytes parts[] = {part.whole, writer_bytes(&token)};
    handed.signed_right =
        ec_verify(EC_P256, world.eim->signer.certificate.point, parts, 2, signature.value);
    cr_assert(tlv_find(part.value, 0x81, &element));
    cr_assert(der_to_unsigned(element.value, UINT32_MAX, &handed.counter));
    cr_assert(tlv_find(part.value, 0x82, &element));
    cr_assert(bytes_copy_exact(element.value, handed.transaction, sizeof(handed.transaction)));
    blob_finish(&answer);
    return handed;
}

/* The chip's result: signed data with this inside. */
static void sign_result(const struct handed *handed, uint32_t choice, const char *rest,
                        const struct ec_private *key, struct writer *out)
{
    uint8_t room[EUICC_PACKAGE_TOKEN_SIZE], data[512], signature[EC_SIGNATURE_SIZE];
    struct writer token = writer_on(room, sizeof(room)), part = writer_on(data, sizeof(data));
    const size_t mark = tlv_open(&part, DER_SEQUENCE);
    tlv_put(&part, 0x80, bytes_of_text(world.eim->id));
    der_put_integer(&part, 0x81, handed->counter);
    tlv_put(&part, 0x82, bytes_of(handed->transaction, sizeof(handed->transaction)));
    cr_assert(hex_decode(rest, &part));
    tlv_close(&part, mark);
    euicc_package_put_token(world.token, &token);
    const struct bytes parts[] = {writer_bytes(&part), writer_bytes(&token)};
    cr_assert_eq(ec_sign(key, &world.random, parts, 2, signature), 0);
    const size_t outer = tlv_open(out, 0xBF51), inner = tlv_open(out, choice);
    writer_put(out, writer_bytes(&part));
    tlv_put(out, 0x5F37, bytes_of(signature, sizeof(signature)));
    tlv_close(out, inner);
    tlv_close(out, outer);
}

static void expect_answer(struct blob answer, const char *digits)
{
    char said[2 * 256 + 1] = "";
    cr_assert_lt(answer.len, 256);
    hex_encode(blob_bytes(&answer), said);
    cr_expect_str_eq(said, digits);
    blob_finish(&answer);
}

/* The eIM asks for certificates before anything. */
static struct bytes certificates_answer(struct writer *out)
{
    struct tlv content;
    struct blob asked = ask();
    cr_assert_eq(asked.data[3], 0xBF);
    cr_assert_eq(asked.data[4], 0x52);
    blob_finish(&asked);
    const size_t outer = tlv_open(out, 0xBF52), inner = tlv_open(out, 0xA0);
    der_put_integer(out, 0x84, world.token);
    cr_assert(tlv_whole(bytes_of(world.eum.der, world.eum.der_len), DER_SEQUENCE, &content));
    tlv_put(out, 0xA5, content.value);
    cr_assert(tlv_whole(bytes_of(world.euicc.der, world.euicc.der_len), DER_SEQUENCE, &content));
    tlv_put(out, 0xA6, content.value);
    tlv_close(out, inner);
    tlv_close(out, outer);
    return writer_bytes(out);
}

/* The chip tells them. */
static void tell_certificates(void)
{
    uint8_t data[ROOM];
    struct writer writer = writer_on(data, sizeof(data));
    expect_answer(provide(certificates_answer(&writer)), "BF50023000");
}

Test(eim, a_download_that_names_no_order_is_that_which_its_chip_works_on)
{
    uint8_t data[ROOM];
    struct writer answer = writer_on(data, sizeof(data));
    struct download download = {0};
    struct order found;
    char name[ORDERS_NAME_SIZE];
    order(ORDER_DOWNLOAD, "{\"activationCode\": \"1$smdp.example.com$ID\"}", name);
    tell_certificates();
    const size_t outer = tlv_open(&answer, 0xBF38), good = tlv_open(&answer, 0xA0);
    tlv_put(&answer, DER_SEQUENCE, (struct bytes){0});
    tlv_put(&answer, 0x5F37, (struct bytes){0});
    writer_put(&answer, bytes_of(world.euicc.der, world.euicc.der_len));
    tlv_close(&answer, good);
    tlv_close(&answer, outer);
    const struct bytes whole = writer_bytes(&answer);
    cr_expect_eq(downloads_find_order(world.eim->database, whole, eim_now(), &download), 0);
    cr_expect_eq(download.order, 0, "no IPA has fetched it");
    struct blob trigger = ask();
    blob_finish(&trigger);
    cr_expect_eq(downloads_find_order(world.eim->database, whole, eim_now(), &download), 0);
    cr_assert_eq(orders_find(world.eim->database, name, &found), 0);
    cr_expect_eq(download.order, found.id);
    cr_expect_str_eq(download.eid, EID);
    orders_finish(&found);
}

Test(eim, an_answer_that_names_no_chip_is_that_of_its_certificate)
{
    uint8_t data[ROOM];
    struct writer writer = writer_on(data, sizeof(data));
    struct result_acknowledged acknowledged = {0};
    char name[ORDERS_NAME_SIZE];
    struct chip chip;
    order(ORDER_PSMO, "[{\"getRAT\": {}}]", name);
    cr_expect_eq(result_take(world.eim, "", certificates_answer(&writer), &acknowledged), 0);
    cr_assert_eq(chips_find(world.eim->database, EID, &chip), 0);
    cr_expect(chip.certified);
    /* Without a certificate nothing says whose it is. */
    uint8_t bare[] = {0xBF, 0x52, 0x05, 0xA0, 0x03, 0x84, 0x01, 0x01};
    cr_expect_eq(result_take(world.eim, "", bytes_of(bare, sizeof(bare)), &acknowledged),
                 PACKAGE_MISSING_EID);
}

Test(eim, a_package_goes_out_and_its_result_comes_back)
{
    char name[ORDERS_NAME_SIZE];
    uint8_t data[ROOM];
    struct writer result = writer_on(data, sizeof(data));
    order(ORDER_PSMO, "[{\"enable\": {\"iccid\": \"" ICCID "\"}}]", name);
    tell_certificates();
    const struct handed handed = take_package(ask());
    cr_expect(handed.signed_right);
    cr_expect_eq(handed.counter, 1);
    sign_result(&handed, 0xA0, "830107 3003 830100", world.euicc.key, &result);
    expect_answer(provide(writer_bytes(&result)), "BF5006BF5303800107");
    EXPECT_OUTCOME(name, "done", "[{\"enableResult\":\"ok\"}]");
    expect_error(ask(), PACKAGE_NONE);
    /* Once more: nothing changes, and the chip may forget it. */
    expect_answer(provide(writer_bytes(&result)), "BF5006BF5303800107");
    EXPECT_OUTCOME(name, "done", "[{\"enableResult\":\"ok\"}]");
}

Test(eim, a_result_that_its_chip_has_not_signed_does_not_count)
{
    char name[ORDERS_NAME_SIZE];
    uint8_t data[ROOM];
    struct writer result = writer_on(data, sizeof(data));
    order(ORDER_PSMO, "[{\"disable\": {\"iccid\": \"" ICCID "\"}}]", name);
    tell_certificates();
    struct handed handed = take_package(ask());
    /* another key */
    sign_result(&handed, 0xA0, "830107 3003 840100", world.eum.key, &result);
    expect_answer(provide(writer_bytes(&result)), "BF500302017F");
    /* another transaction */
    writer_reset(&result);
    handed.transaction[0] ^= 1;
    sign_result(&handed, 0xA0, "830107 3003 840100", world.euicc.key, &result);
    expect_answer(provide(writer_bytes(&result)), "BF500302017F");
    /* another counter */
    writer_reset(&result);
    handed.transaction[0] ^= 1;
    handed.counter++;
    sign_result(&handed, 0xA0, "830107 3003 840100", world.euicc.key, &result);
    struct blob answer = provide(writer_bytes(&result));
    blob_finish(&answer);
    EXPECT_OUTCOME(name, "work", "[]");
}

Test(eim, no_counter_is_signed_twice_also_over_a_restart)
{
    char first[ORDERS_NAME_SIZE], second[ORDERS_NAME_SIZE];
    uint8_t data[ROOM];
    struct writer result = writer_on(data, sizeof(data));
    order(ORDER_PSMO, "[{\"getRAT\": {}}]", first);
    order(ORDER_ECO, "[{\"listEim\": {}}]", second);
    tell_certificates();
    struct blob one = ask();
    restart();
    struct blob two = ask(); /* the same bytes again */
    cr_expect(bytes_equal(blob_bytes(&one), blob_bytes(&two)));
    blob_finish(&two);
    const struct handed handed = take_package(one);
    restart();
    sign_result(&handed, 0xA0, "830101 3002 A600", world.euicc.key, &result);
    expect_answer(provide(writer_bytes(&result)), "BF5006BF5303800101");
    const struct handed next = take_package(ask());
    cr_expect_eq(next.counter, handed.counter + 1);
    EXPECT_OUTCOME(first, "done", "[{\"getRATResult\":[]}]");
}

Test(eim, a_lost_result_is_looked_for_among_those_the_chip_keeps)
{
    char name[ORDERS_NAME_SIZE];
    uint8_t data[ROOM], kept[ROOM];
    struct writer result = writer_on(data, sizeof(data)), answer = writer_on(kept, sizeof(kept));
    order(ORDER_PSMO, "[{\"setDefaultDpAddress\": {\"defaultDpAddress\": \"a.b\"}}]", name);
    tell_certificates();
    const struct handed handed = take_package(ask());
    (void)take_package(ask()); /* the IPA has died on the way */
    sign_result(&handed, 0xA1, "020104", world.euicc.key, &result); /* replayError */
    expect_answer(provide(writer_bytes(&result)), "BF50023000");
    struct blob asked = ask(); /* for the results */
    cr_expect_eq(asked.data[4], 0x52);
    blob_finish(&asked);
    writer_reset(&result);
    sign_result(&handed, 0xA0, "830105 3006 BF6503800100", world.euicc.key, &result);
    const size_t outer = tlv_open(&answer, 0xBF52), inner = tlv_open(&answer, 0xA0);
    tlv_put(&answer, 0xA2, writer_bytes(&result));
    tlv_close(&answer, inner);
    tlv_close(&answer, outer);
    expect_answer(provide(writer_bytes(&answer)), "BF5006BF5303800105");
    EXPECT_OUTCOME(name, "done", "[{\"setDefaultDpAddressResult\":\"ok\"}]");
}

Test(eim, a_chip_whose_counter_is_further_is_caught_up_with)
{
    char name[ORDERS_NAME_SIZE];
    uint8_t data[ROOM];
    struct writer result = writer_on(data, sizeof(data));
    order(ORDER_PSMO, "[{\"getRAT\": {}}]", name);
    tell_certificates();
    const struct handed first = take_package(ask());
    sign_result(&first, 0xA1, "020104", world.euicc.key, &result);
    expect_answer(provide(writer_bytes(&result)), "BF50023000");
    const struct handed second = take_package(ask());
    cr_expect_gt(second.counter, first.counter + 1);
}

Test(eim, an_unsigned_error_ends_nothing_but_its_token_is_tried)
{
    char name[ORDERS_NAME_SIZE], digits[256], transaction[HEX_SIZE(ORDERS_TRANSACTION_SIZE)];
    uint8_t data[ROOM];
    order(ORDER_PSMO, "[{\"getRAT\": {}}]", name);
    tell_certificates();
    struct handed handed = take_package(ask());
    hex_encode(bytes_of(handed.transaction, sizeof(handed.transaction)), transaction);
    snprintf(digits, sizeof(digits), "BF5120A21E800F%s8208%s840105",
             "65696D2E6578616D706C652E636F6D", transaction);
    struct writer writer = writer_on(data, sizeof(data));
    cr_assert(hex_decode(digits, &writer));
    expect_answer(provide(writer_bytes(&writer)), "BF50023000");
    EXPECT_OUTCOME(name, "new", "[]");
    world.token = 5;
    handed = take_package(ask());
    cr_expect(handed.signed_right);
    cr_expect_eq(handed.counter, 2);
    /* The same with the right token: it rests, so that no IPA asks without end. */
    hex_encode(bytes_of(handed.transaction, sizeof(handed.transaction)), transaction);
    snprintf(digits, sizeof(digits), "BF5120A21E800F%s8208%s840105",
             "65696D2E6578616D706C652E636F6D", transaction);
    writer_reset(&writer);
    cr_assert(hex_decode(digits, &writer));
    expect_answer(provide(writer_bytes(&writer)), "BF50023000");
    EXPECT_OUTCOME(name, "work", "[]");
    expect_error(ask(), PACKAGE_NONE);
}

Test(eim, a_package_that_is_never_answered_is_not_sent_without_end)
{
    char name[ORDERS_NAME_SIZE];
    struct blob answer;
    order(ORDER_PSMO, "[{\"getRAT\": {}}]", name);
    tell_certificates();
    for (int i = 0; i < 15; i++) {
        answer = ask();
        cr_assert_eq(answer.data[4], 0x51, "%d", i);
        blob_finish(&answer);
    }
    expect_error(ask(), PACKAGE_NONE);
    EXPECT_OUTCOME(name, "work", "[]");
}

Test(eim, certificates_of_another_chip_or_ci_are_not_believed)
{
    struct eim_chip_key key;
    const struct bytes eum = bytes_of(world.eum.der, world.eum.der_len);
    const struct bytes euicc = bytes_of(world.euicc.der, world.euicc.der_len);
    cr_expect_eq(eim_believe(world.eim, eum, euicc, EID, &key), 0);
    cr_expect_eq(eim_believe(world.eim, eum, euicc, "89049032123451234512345678901332", &key), 1);
    cr_expect_eq(eim_believe(world.eim, euicc, eum, EID, &key), 1);
    cr_expect_eq(eim_believe(world.eim, eum, bytes_of(euicc.data, euicc.len - 1), EID, &key), 1);
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
        const int result = front_answer(world.eim, writer_bytes(&writer), &answer);
        if (rows[i].answer != NULL) {
            cr_assert_eq(result, 0, "%s", rows[i].request);
            expect_answer(answer, rows[i].answer);
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
        cr_expect_eq(rest_orders_create(world.eim, rows[i].facility, resource, name, detail), 1,
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
    order(ORDER_EUICC, "{\"set\": [{\"stateChangeCauseList\": []}]}", name);
    EXPECT_OUTCOME(name, "done", "[{\"euiccStateResult\":[{\"stateChangeCauseList\":[]}]}]");
    cr_assert(hex_decode("BF4F175A10" EID "8000810106", &writer));
    struct blob answer = send(writer_bytes(&writer));
    blob_finish(&answer);
    order(ORDER_EUICC, "{\"get\": [\"stateChangeCauseList\"]}", name);
    EXPECT_OUTCOME(name, "done",
                   "[{\"euiccStateResult\":[{\"stateChangeCauseList\":[\"deviceChange\"]}]}]");
}

Test(eim, both_bindings_say_the_same)
{
    char name[ORDERS_NAME_SIZE];
    const char *wrong;
    order(ORDER_DOWNLOAD, "{\"activationCode\": \"1$smdp.example.com$id\"}", name);
    cr_assert_eq(chips_set_asked(world.eim->database, EID, BYTES(1)), 0);
    const struct esipa_message *message = &esipa_messages[ESIPA_GET_EIM_PACKAGE];
    json_t *request = json_pack("{s:s}", "eidValue", EID);
    struct blob der, answer, again = ask();
    cr_assert(esipa_json_read_request(message, request, &der, &wrong));
    answer = send(blob_bytes(&der));
    cr_expect(bytes_equal(blob_bytes(&answer), blob_bytes(&again)));
    json_t *said = esipa_json_write_answer(message, blob_bytes(&answer));
    cr_expect(json_is_string(json_object_get(said, "profileDownloadTriggerRequest")));
    json_decref(said);
    json_decref(request);
    blob_finish(&der);
    blob_finish(&answer);
    blob_finish(&again);
}
