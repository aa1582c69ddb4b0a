/* Remote profile management at the server: an operator's order, its way to the chip, what the chip
 * says of it (SGP.22 v3 §3.7). */
#include "tests/tools/smdpp_world.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/hex.h"
#include "tools/lib/common/base64.h"

static struct world world;
static struct mini_card card;

/* WORLD_SMALL's profile, nibbles swapped; a chip's name for it. */
#define ICCID "8988000000000000011"
#define ICCID_TLV "5A0A988800000000000010F1"
#define ENABLE "300EA10C" ICCID_TLV
#define DISABLE_ON                                                                                 \
    "3010"                                                                                         \
    "8000A20C" ICCID_TLV
#define LIST "3002A400"
#define UPDATE_NOTHING "300EA50C" ICCID_TLV
#define CONTACT "300EA60C" ICCID_TLV

static char heard_path[64];
static json_t *heard;

static void hear(void *context, const char *path, char *body)
{
    (void)context;
    json_decref(heard);
    heard = json_loads(body, 0, NULL);
    snprintf(heard_path, sizeof(heard_path), "%s", path);
    free(body);
}

static void start(void)
{
    world_make(&world);
    mini_card_insert(&card, world.pki, EC_P256);
    card.highest_svn[0] = 3;
    card.lpa_capability = 1;
    world.smdpp->progress = hear;
}

static void end(void)
{
    json_decref(heard);
    heard = NULL;
    mini_card_remove(&card);
    world_end(&world);
}

TestSuite(smdpp_rpm, .init = start, .fini = end);

static json_t *order_by(const char *requester, const char *package, const char *matching_id,
                        const char *eid)
{
    uint8_t memory[256];
    char text[BASE64_SIZE(sizeof(memory))];
    struct writer out = writer_on(memory, sizeof(memory));
    const size_t whole = tlv_open(&out, 0x30);
    cr_assert(hex_decode(package, &out));
    tlv_close(&out, whole);
    base64_encode(writer_bytes(&out), text);
    json_t *request = json_pack("{s:{s:s,s:s},s:s,s:s*,s:s*}", "header",
                                "functionRequesterIdentifier", requester, "functionCallIdentifier",
                                "1", "rpmScript", text, "matchingId", matching_id, "eid", eid);
    return world_call(&world, "rpmOrder", request, NULL);
}

static json_t *order(const char *package, const char *matching_id, const char *eid)
{
    return order_by("operator", package, matching_id, eid);
}

static void expect_order(const char *package, const char *matching_id, const char *eid,
                         const char *codes)
{
    json_t *response = order(package, matching_id, eid);
    cr_assert_codes(response, codes);
    json_decref(response);
}

/* The profile is on the chip, by this server. */
static void install(void)
{
    struct mini_card_installed installed;
    world_authenticate(&world, &card, WORLD_SMALL);
    world_download(&world, &card, &installed);
    cr_assert_null(world_call(&world, "handleNotification", mini_card_result(&card, true), NULL));
    mini_card_forget(&installed);
}

/* AuthenticateClient with this matching id and operation type. */
static json_t *ask(const char *matching_id, uint32_t operation)
{
    card.matching_id = matching_id;
    card.operation = operation;
    world_initiate(&world, &card);
    return world_call(&world, "authenticateClient", mini_card_authenticate(&card), NULL);
}

static void expect_rpm(const char *matching_id, uint32_t operation, const char *package)
{
    uint8_t memory[256];
    struct writer out = writer_on(memory, sizeof(memory));
    json_t *response = ask(matching_id, operation);
    cr_assert_codes(response, "");
    mini_card_take_rpm(&card, response);
    cr_assert(hex_decode(package, &out));
    cr_assert(bytes_equal(blob_bytes(&card.rpm_package), writer_bytes(&out)));
    json_decref(response);
}

static void expect_asked(const char *matching_id, uint32_t operation, const char *codes)
{
    json_t *response = ask(matching_id, operation);
    cr_assert_codes(response, codes);
    json_decref(response);
}

static unsigned conclude(const char *final)
{
    uint8_t memory[256];
    unsigned status;
    struct writer out = writer_on(memory, sizeof(memory));
    cr_assert(hex_decode(final, &out));
    json_decref(world_call(&world, "handleNotification",
                           mini_card_rpm_result(&card, writer_bytes(&out)), &status));
    return status;
}

#define RPM 2
#define BOTH 3

Test(smdpp_rpm, an_order_from_the_operator_to_the_signed_result)
{
    install();
    expect_order(DISABLE_ON ENABLE, "RPM-1", WORLD_EID, "");
    expect_rpm("RPM-1", RPM, DISABLE_ON ENABLE);
    cr_expect_not(card.rpm_pending);
    cr_assert_eq(conclude("A014"
                          "3012" ICCID_TLV "BF3103800109"),
                 FUNCTION_HTTP_NO_CONTENT);
    cr_expect_str_eq(heard_path, PROGRESS_RPM_PATH);
    cr_expect_str_eq(json_string_value(json_object_get(heard, "matchingId")), "RPM-1");
    cr_expect_str_eq(json_string_value(json_object_get(heard, "message")),
                     "enable 8988000000000000011: disallowedForRpm (9)");
    cr_expect_not_null(json_object_get(heard, "resultData"));
    cr_expect_eq(session_table_count(world.smdpp->sessions), 0);
    expect_asked("RPM-1", RPM, "8.2.6/3.8");
}

Test(smdpp_rpm, the_operation_type_chooses)
{
    install();
    expect_asked("", RPM, "8.1.1/3.8");
    expect_order(LIST, NULL, WORLD_EID, "");
    expect_order(ENABLE, "RPM-2", WORLD_EID, "");
    /* A download by name says that there is more; one order after the other by EID. */
    json_t *response = ask(WORLD_SMALL, 0);
    cr_assert_codes(response, "");
    mini_card_take_metadata(&card, response);
    json_decref(response);
    cr_expect(card.rpm_pending);
    expect_rpm("", BOTH, LIST);
    cr_expect(card.rpm_pending);
    expect_rpm("RPM-2", BOTH, ENABLE);
    cr_expect(card.rpm_pending);
    expect_asked(WORLD_SMALL, RPM, "8.2.6/3.8");
    expect_asked(WORLD_SMALL, BOTH, "");
    expect_asked("RPM-2", 0, "8.2.6/3.8");
}

/* An operator's profile on the chip, ordered before it was downloaded. */
static void install_ordered(void)
{
    struct mini_card_installed installed;
    static const char *const functions[] = {"downloadOrder", "confirmOrder"};
    for (size_t i = 0; i < 2; i++) {
        json_t *request =
            json_pack("{s:{s:s,s:s},s:s,s:s,s:s,s:b}", "header", "functionRequesterIdentifier",
                      "operator", "functionCallIdentifier", "1", "iccid", ICCID, "eid", WORLD_EID,
                      "matchingId", "AC-1", "releaseFlag", 1);
        json_t *response = world_call(&world, functions[i], request, NULL);
        cr_assert_codes(response, "");
        json_decref(response);
    }
    world_authenticate(&world, &card, "AC-1");
    world_download(&world, &card, &installed);
    cr_assert_null(world_call(&world, "handleNotification", mini_card_result(&card, true), NULL));
    mini_card_forget(&installed);
}

Test(smdpp_rpm, a_profile_is_its_operators_alone)
{
    install_ordered();
    json_t *response = order_by("other", ENABLE, "OTHER-1", WORLD_EID);
    cr_assert_codes(response, "8.2.1/3.9");
    json_decref(response);
    expect_order(ENABLE, "RPM-1", WORLD_EID, "");
}

Test(smdpp_rpm, an_order_is_for_its_chip_alone)
{
    world.smdpp->any_chip = true;
    expect_order(LIST, "RPM-1", "89049032000000000000000000000031", "");
    expect_asked("RPM-1", RPM, "8.2.6/3.8");
    expect_asked("", RPM, "8.1.1/3.8");
}

/* Orders of others are none of that profile's; a matching id is plain enough. */
Test(smdpp_rpm, an_iccid_narrows_the_choice_to_its_operators_orders)
{
    install_ordered();
    json_decref(order_by("other", LIST, "OTHER-1", WORLD_EID));
    card.names_iccid = true;
    expect_asked("", RPM, "8.1.1/3.8");
    expect_order(ENABLE, "RPM-1", WORLD_EID, "");
    expect_rpm("", BOTH, ENABLE);
    cr_expect_not(card.rpm_pending);
    expect_rpm("OTHER-1", RPM, LIST);
    card.names_iccid = false;
    expect_rpm("", RPM, LIST);
    cr_expect(card.rpm_pending);
}

static void expect_capability(enum mini_card_fault fault, const char *codes)
{
    card.matching_id = WORLD_SMALL;
    world_initiate(&world, &card);
    card.fault = fault;
    json_t *response =
        world_call(&world, "authenticateClient", mini_card_authenticate(&card), NULL);
    cr_assert_codes(response, codes);
    json_decref(response);
    card.fault = MINI_CARD_RIGHT;
}

Test(smdpp_rpm, what_chip_and_lpa_can_do_does_not_change_in_a_session)
{
    card.capability = 1u << 2;
    expect_capability(MINI_CARD_RIGHT, "");
    expect_capability(MINI_CARD_OTHER_CAPABILITY, "8.1/6.1");
    expect_capability(MINI_CARD_OTHER_LPA, "8.1/6.1");
    card.highest_svn[0] = 0;
    expect_capability(MINI_CARD_OTHER_CAPABILITY, "");
}

Test(smdpp_rpm, a_session_of_v2_has_none)
{
    install();
    expect_order(LIST, "RPM-1", WORLD_EID, "");
    card.highest_svn[0] = 0;
    expect_asked("RPM-1", RPM, "8.2.6/3.8");
    expect_asked(WORLD_SMALL, RPM, "");
    cr_expect_not(card.v3);
}

Test(smdpp_rpm, a_chip_that_knows_none_gets_none)
{
    install();
    expect_order(LIST, NULL, WORLD_EID, "");
    card.capability = 1u << 0;
    expect_asked("", RPM, "8.1.1/3.8");
    expect_asked(WORLD_SMALL, BOTH, "");
    world.smdpp->any_chip = true;
    expect_rpm("", RPM, LIST);
}

Test(smdpp_rpm, orders_are_looked_at)
{
    world.svn = "2.5";
    world_restart(&world, NULL);
    expect_order(LIST, NULL, WORLD_EID, "1.6/4.2");
    world.svn = NULL;
    world_restart(&world, NULL);
    expect_order(LIST, NULL, NULL, "8.1.1/2.2");
    expect_order(LIST, NULL, WORLD_EID, "8.1.1/3.9");
    install();
    expect_order(LIST, NULL, WORLD_EID, "");
    expect_order("", NULL, WORLD_EID, "1.3.1/2.1");
    expect_order("30", NULL, WORLD_EID, "1.3.1/2.1");
    expect_order("3003A70101", NULL, WORLD_EID, "1.3.1/2.1");
    expect_order("3002A100", NULL, WORLD_EID, "8.2.1/2.3");
    expect_order("300EA10C5A0A98880000000000002011", NULL, WORLD_EID, "8.1.1/3.10");
    expect_order(UPDATE_NOTHING, NULL, WORLD_EID, "1.3.1/2.3");
    expect_order(CONTACT, "RPM-1", WORLD_EID, "");
    expect_order(CONTACT, "RPM-1", WORLD_EID, "8.2.6/3.3");
    expect_order(CONTACT, "RPM$", WORLD_EID, "1.3.1/2.1");
    world.smdpp->any_chip = true;
    expect_order("3003A70101", NULL, WORLD_EID, "");
}

Test(smdpp_rpm, results_that_do_not_verify_leave_the_order_waiting)
{
    install();
    expect_order(ENABLE, "RPM-1", WORLD_EID, "");
    expect_rpm("RPM-1", RPM, ENABLE);
    card.fault = MINI_CARD_WRONG_SIGNATURE;
    cr_expect_eq(conclude("810105"), FUNCTION_HTTP_BAD_REQUEST);
    card.fault = MINI_CARD_WRONG_OID;
    cr_expect_eq(conclude("810105"), FUNCTION_HTTP_BAD_REQUEST);
    card.fault = MINI_CARD_RIGHT;
    cr_expect_eq(conclude("A002"
                          "3000"),
                 FUNCTION_HTTP_BAD_REQUEST);
    cr_expect_eq(conclude("810105"), FUNCTION_HTTP_NO_CONTENT);
    cr_expect_str_eq(json_string_value(json_object_get(heard, "message")),
                     "invalidTransactionId (5)");
    expect_rpm("RPM-1", RPM, ENABLE);
    card.fault = MINI_CARD_WRONG_TRANSACTION;
    cr_expect_eq(conclude("A000"), FUNCTION_HTTP_NO_CONTENT);
    card.fault = MINI_CARD_RIGHT;
    expect_rpm("RPM-1", RPM, ENABLE);
}

static void cancel(uint8_t reason)
{
    json_t *response = world_call(&world, "cancelSession", mini_card_cancel(&card, reason), NULL);
    cr_assert_codes(response, "");
    json_decref(response);
}

Test(smdpp_rpm, the_user_may_put_it_off_or_refuse_it)
{
    install();
    expect_order(ENABLE, "RPM-1", WORLD_EID, "");
    expect_rpm("RPM-1", RPM, ENABLE);
    json_t *response = world_call(&world, "getBoundProfilePackage", mini_card_prepare(&card), NULL);
    cr_assert_codes(response, "8.10.1/3.9");
    json_decref(response);
    cancel(1);
    expect_rpm("RPM-1", RPM, ENABLE);
    cancel(25);
    cr_expect_str_eq(json_string_value(json_object_get(heard, "message")), "emptyProfileOrSpName");
    expect_asked("RPM-1", RPM, "8.2.6/3.8");
    expect_order(ENABLE, "RPM-2", WORLD_EID, "");
    expect_rpm("RPM-2", RPM, ENABLE);
    cancel(0);
    cr_expect_str_eq(json_string_value(json_object_get(heard, "message")), "endUserRejection");
    expect_asked("RPM-1", RPM, "8.2.6/3.8");
}

/* A file of orders as the release before RPM has left it. */
Test(smdpp_rpm, an_older_file_of_orders_is_brought_up)
{
    char path[WORLD_PATH_SIZE + 16];
    sqlite3 *file;
    snprintf(path, sizeof(path), "%s/orders.db", world.folder);
    world_restart(&world, path);
    install();
    smdpp_destroy(world.smdpp);
    world.smdpp = NULL;
    cr_assert_eq(sqlite3_open(path, &file), SQLITE_OK);
    cr_assert_eq(
        sqlite3_exec(
            file,
            "DROP TABLE rpm_loads; DROP TABLE rpm_orders; DROP INDEX orders_eid;"
            "DROP TABLE changes; DROP INDEX orders_iccid;"
            "ALTER TABLE orders DROP COLUMN moved;"
            "CREATE UNIQUE INDEX orders_iccid ON orders (iccid) WHERE NOT open;"
            "ALTER TABLE orders DROP COLUMN code_time;"
            "ALTER TABLE orders DROP COLUMN event_id; ALTER TABLE orders DROP COLUMN tries;"
            "DROP INDEX downloads_order; DROP INDEX notifications_eid;"
            "PRAGMA user_version = 1",
            NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(file);
    world_restart(&world, path);
    expect_order(ENABLE, "RPM-1", WORLD_EID, "");
    world_restart(&world, path);
    expect_rpm("RPM-1", RPM, ENABLE);
}
