#include "tests/tools/smdpp_world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct world world;
static struct mini_card card;

/* ICCIDs of the world's packages. */
#define ICCID_SMALL "8988000000000000011"
#define ICCID_LARGE "8988000000000000021"
#define ICCID_NONE "8900000000000099999"
#define OTHER_EID "89049032123451234512345678901332"

/* What the operator has heard, newest last. */
#define HEARD_MAX 16
static json_t *heard[HEARD_MAX];
static size_t heard_count;
static const char *heard_at; /* the path of the last */

static void hear(void *context, const char *path, char *body)
{
    (void)context;
    heard_at = path;
    cr_assert_lt(heard_count, HEARD_MAX);
    heard[heard_count] = json_loads(body, 0, NULL);
    cr_assert_not_null(heard[heard_count++]);
    free(body);
}

static void start(void)
{
    world_make(&world);
    world.smdpp->progress = hear;
    mini_card_insert(&card, world.pki, EC_P256);
}

static void end(void)
{
    for (size_t i = 0; i < heard_count; i++)
        json_decref(heard[i]);
    heard_count = 0;
    mini_card_remove(&card);
    world_end(&world);
}

TestSuite(es2, .init = start, .fini = end);

/* Calls with the members of a JSON text beside the header; the answer must bear these codes. */
static json_t *ask(const char *function, const char *members, const char *codes)
{
    char found[32];
    json_t *request = json_loads(members, 0, NULL);
    cr_assert_not_null(request, "%s", members);
    if (json_object_get(request, "header") == NULL)
        json_object_set_new(request, "header",
                            json_pack("{s:s,s:s}", "functionRequesterIdentifier", "operator",
                                      "functionCallIdentifier", "1"));
    json_t *response = world_call(&world, function, request, NULL);
    cr_assert_str_eq(world_codes(response, found), codes, "%s %s: %s", function, members, found);
    return response;
}

static void expect(const char *function, const char *members, const char *codes)
{
    json_decref(ask(function, members, codes));
}

static void expect_heard(size_t index, int point, const char *status)
{
    cr_assert_lt(index, heard_count);
    const char *found, *iccid;
    int id;
    cr_assert_eq(json_unpack(heard[index], "{s:i,s:s,s:{s:s}}", "notificationPointId", &id, "iccid",
                             &iccid, "notificationPointStatus", "status", &found),
                 0);
    cr_assert_eq(id, point);
    cr_assert_str_eq(found, status);
    cr_assert_str_eq(iccid, ICCID_SMALL "F");
}

Test(es2, an_order_from_the_first_call_to_the_installed_profile)
{
    struct mini_card_installed installed;
    char matching_id[64];
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "F\"}", "");
    json_t *response = ask(
        "confirmOrder",
        "{\"iccid\":\"" ICCID_SMALL "\",\"releaseFlag\":true,\"confirmationCode\":\"4711\"}", "");
    snprintf(matching_id, sizeof(matching_id), "%s",
             json_string_value(json_object_get(response, "matchingId")));
    cr_assert_str_eq(json_string_value(json_object_get(response, "smdpAddress")), WORLD_ADDRESS);
    json_decref(response);

    world_authenticate(&world, &card, matching_id);
    cr_assert(card.code_required);
    card.confirmation_code = "4711";
    world_download(&world, &card, &installed);
    cr_assert_null(world_call(&world, "handleNotification", mini_card_result(&card, true), NULL));
    cr_assert_eq(heard_count, 3);
    expect_heard(0, 1, "Executed-Success");
    expect_heard(1, 3, "Executed-Success");
    expect_heard(2, 4, "Executed-Success");
    cr_assert_str_eq(json_string_value(json_object_get(heard[2], "eid")), WORLD_EID);
    cr_assert_not_null(json_object_get(heard[2], "resultData"));

    world_initiate(&world, &card);
    response = world_call(&world, "authenticateClient", mini_card_authenticate(&card), NULL);
    cr_assert_codes(response, "8.2.6/3.8");
    json_decref(response);
    expect("cancelOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID
           "\",\"finalProfileStatusIndicator\":\"Available\"}",
           "8.2.1/3.3");
    mini_card_forget(&installed);
}

static void expect_client(const char *matching_id, const char *codes)
{
    card.matching_id = matching_id;
    world_initiate(&world, &card);
    json_t *response =
        world_call(&world, "authenticateClient", mini_card_authenticate(&card), NULL);
    cr_assert_codes(response, codes);
    if (codes[0] == '\0')
        mini_card_take_metadata(&card, response);
    json_decref(response);
}

Test(es2, an_order_for_an_eid_needs_no_matching_id)
{
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID "\"}", "");
    expect_client(NULL, "8.2/1.2");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"\",\"releaseFlag\":false}", "");
    expect_client(NULL, "8.2/1.2");
    expect("releaseProfile", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect_client(NULL, "");
    expect_client("", "");
}

Test(es2, an_order_is_for_its_eid_only)
{
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" OTHER_EID "\"}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"AC-1\",\"releaseFlag\":true}", "");
    expect_client("AC-1", "8.1.1/3.8");
    expect_client(NULL, "8.1.1/3.8");
}

/* It sends no matching id that could be refused (SGP.22 §5.6.3). */
Test(es2, a_chip_whose_orders_have_ended_has_none)
{
    world.smdpp->order_tries = 1;
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID "\"}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"\",\"releaseFlag\":true}", "");
    expect_client(NULL, "");
    expect_client(NULL, "8.8.5/6.4");
    expect_client(NULL, "8.1.1/3.8");
    expect_client("", "8.1.1/3.8");
}

static void limit(const char *matching_id, struct order_limits limits)
{
    struct order order;
    cr_assert_eq(orders_find_by_matching_id(world.smdpp->database, matching_id, &order), 0);
    cr_assert_eq(orders_limit(world.smdpp->database, order.id, &limits), 0);
}

Test(es2, an_order_expires)
{
    struct order order;
    world.smdpp->order_lifetime = 3600;
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"AC-1\",\"releaseFlag\":true}", "");
    expect_client("AC-1", "");
    cr_assert_eq(orders_find_by_matching_id(world.smdpp->database, "AC-1", &order), 0);
    cr_assert_gt(order.expires, 0);
    limit("AC-1", (struct order_limits){.has_expires = true, .expires = 1});
    expect_client("AC-1", "8.8.5/4.10");
    limit("AC-1", (struct order_limits){.has_expires = true, .expires = time(NULL) + 60});
    expect_client("AC-1", "");
}

/* One order's own end and number of tries, beside another that has the server's. */
Test(es2, an_order_has_its_own_limits)
{
    struct order order;
    const int64_t end = time(NULL) + 60;
    world.smdpp->order_lifetime = 3600;
    world.smdpp->order_tries = 2;
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    cr_assert_eq(orders_find_by_iccid(world.smdpp->database, ICCID_SMALL, &order), 0);
    cr_assert_eq(orders_limit(world.smdpp->database, order.id,
                              &(struct order_limits){true, .expires = end, .tries = 3}),
                 0);
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"AC-1\",\"releaseFlag\":true}", "");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_LARGE "\"}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_LARGE "\",\"matchingId\":\"AC-2\",\"releaseFlag\":true}", "");
    cr_assert_eq(orders_find_by_matching_id(world.smdpp->database, "AC-1", &order), 0);
    cr_assert_eq(order.expires, end, "confirmed later, it keeps its own");
    for (int i = 0; i < 3; i++) {
        expect_client("AC-1", "");
        expect_client("AC-2", i < 2 ? "" : "8.8.5/6.4");
    }
    limit("AC-1", (struct order_limits){.has_expires = true, .expires = time(NULL) - 1});
    expect_client("AC-1", "8.8.5/4.10");
    limit("AC-1", (struct order_limits){.has_expires = true, .tries = 4});
    expect_client("AC-1", "");
    expect_client("AC-1", "8.8.5/6.4");
    cr_assert_eq(orders_limit(world.smdpp->database, order.id, &(struct order_limits){.tries = 9}),
                 1, "it has ended");
}

Test(es2, an_order_stands_as_many_tries_as_the_server_says)
{
    world.smdpp->order_tries = 2;
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"AC-1\",\"releaseFlag\":true}", "");
    expect_client("AC-1", "");
    expect_client("AC-1", "");
    expect_client("AC-1", "8.8.5/6.4");
}

/* Each download that fails may be repeated, up to a bound. */
Test(es2, an_order_stands_ten_tries)
{
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"AC-1\",\"releaseFlag\":true}", "");
    for (int i = 0; i < 10; i++) {
        struct mini_card_installed installed;
        expect_client("AC-1", "");
        if (i > 0)
            continue;
        world_download(&world, &card, &installed);
        cr_assert_null(
            world_call(&world, "handleNotification", mini_card_result(&card, false), NULL));
        expect_heard(2, 4, "Failed");
        mini_card_forget(&installed);
    }
    expect_client("AC-1", "8.8.5/6.4");
    expect_client("AC-1", "8.2.6/3.8");
}

Test(es2, wrong_codes_end_an_order_even_in_several_sessions)
{
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL
           "\",\"matchingId\":\"AC-1\",\"releaseFlag\":true,\"confirmationCode\":\"4711\"}",
           "");
    const char *codes[] = {"8.2.7/3.8", "8.2.7/3.8", "8.2.7/6.4"};
    card.confirmation_code = "1174";
    for (int i = 0; i < 3; i++) {
        expect_client("AC-1", "");
        json_t *response =
            world_call(&world, "getBoundProfilePackage", mini_card_prepare(&card), NULL);
        cr_assert_codes(response, codes[i]);
        json_decref(response);
    }
    expect_heard(heard_count - 1, 2, "Failed");
    expect_client("AC-1", "8.2.6/3.8");
}

/* Sessions that were opened before the first wrong code have no tries of their own. */
Test(es2, wrong_codes_are_counted_over_sessions_at_the_same_time)
{
    enum { SESSIONS = 5 };
    static struct mini_card cards[SESSIONS];
    const char *codes[SESSIONS] = {"8.2.7/3.8", "8.2.7/3.8", "8.2.7/6.4", "8.2.7/6.4", "8.2.7/6.4"};
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL
           "\",\"matchingId\":\"AC-1\",\"releaseFlag\":true,\"confirmationCode\":\"4711\"}",
           "");
    for (size_t i = 0; i < SESSIONS; i++) {
        mini_card_insert(&cards[i], world.pki, EC_P256);
        world_authenticate(&world, &cards[i], "AC-1");
    }
    for (size_t i = 0; i < SESSIONS; i++) {
        cards[i].confirmation_code = i + 1 < SESSIONS ? "1174" : "4711";
        json_t *response =
            world_call(&world, "getBoundProfilePackage", mini_card_prepare(&cards[i]), NULL);
        cr_assert_codes(response, codes[i]);
        json_decref(response);
        mini_card_remove(&cards[i]);
    }
}

/* lpac has no second try in a session: it ends it in the user's name. */
Test(es2, who_has_mistyped_a_code_has_not_rejected_the_profile)
{
    struct mini_card_installed installed;
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL
           "\",\"matchingId\":\"AC-1\",\"releaseFlag\":true,\"confirmationCode\":\"4711\"}",
           "");
    card.confirmation_code = "1174";
    expect_client("AC-1", "");
    json_t *response = world_call(&world, "getBoundProfilePackage", mini_card_prepare(&card), NULL);
    cr_assert_codes(response, "8.2.7/3.8");
    json_decref(response);
    response = world_call(&world, "cancelSession", mini_card_cancel(&card, 0), NULL);
    cr_assert_codes(response, "");
    json_decref(response);
    card.confirmation_code = "4711";
    expect_client("AC-1", "");
    world_download(&world, &card, &installed);
    mini_card_forget(&installed);
}

Test(es2, the_user_ends_an_order_or_puts_it_off)
{
    const struct {
        uint8_t reason;
        const char *codes;
    } rows[] = {{1, ""}, {2, ""}, {5, ""}, {0, "8.2.6/3.8"}};
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"AC-1\",\"releaseFlag\":true}", "");
    for (size_t i = 0; i < 4; i++) {
        expect_client("AC-1", "");
        json_t *response =
            world_call(&world, "cancelSession", mini_card_cancel(&card, rows[i].reason), NULL);
        cr_assert_codes(response, "");
        json_decref(response);
        expect_client("AC-1", rows[i].codes);
    }
}

/* A second chip with the same activation code comes too late. */
Test(es2, one_order_goes_to_one_chip)
{
    struct mini_card other;
    struct mini_card_installed installed;
    struct pki_entity second;
    uint8_t eid[PKI_EID_SIZE];
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"AC-1\",\"releaseFlag\":true}", "");
    mini_card_insert(&other, world.pki, EC_P256);
    cr_assert(pki_eid_from_text(OTHER_EID, eid));
    cr_assert_eq(pki_issue_euicc(&card.random, &card.eum, eid, &second), 0);
    pki_entity_finish(&other.euicc);
    other.euicc = second;

    world_authenticate(&world, &card, "AC-1");
    world_authenticate(&world, &other, "AC-1");
    world_download(&world, &card, &installed);
    json_t *response =
        world_call(&world, "getBoundProfilePackage", mini_card_prepare(&other), NULL);
    cr_assert_codes(response, "8.2/3.7");
    json_decref(response);
    mini_card_forget(&installed);
    mini_card_remove(&other);
}

/* SGP.22 §5.3.1 */
Test(es2, download_order_refuses)
{
    expect("downloadOrder", "{}", "1.3.1/2.3");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_NONE "\"}", "8.2.1/3.9");
    expect("downloadOrder", "{\"profileType\":\"none\"}", "8.2.5/3.9");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\",\"profileType\":\"none\"}",
           "8.2.5/3.8");
    expect("downloadOrder", "{\"iccid\":\"123\"}", "1.3.1/2.1");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"1\"}", "1.3.1/2.1");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\",\"header\":{}}", "1.3.1/2.2");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID "\"}", "");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID "\"}", "");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "8.2.1/3.3");
    for (int i = 0; i < 3; i++)
        expect("downloadOrder", "{\"profileType\":\"world\"}", "");
    expect("downloadOrder", "{\"profileType\":\"world\"}", "8.2.5/3.7");
}

/* SGP.22 §5.3.2 */
Test(es2, confirm_order_refuses)
{
    expect("confirmOrder", "{\"iccid\":\"" ICCID_NONE "\",\"releaseFlag\":true}", "8.2.1/3.9");
    expect("confirmOrder", "{\"iccid\":\"" ICCID_SMALL "\",\"releaseFlag\":true}", "8.2.1/3.3");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_LARGE "\",\"eid\":\"" WORLD_EID "\"}", "");
    expect("confirmOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "1.3.1/2.2");
    expect("confirmOrder", "{\"releaseFlag\":true}", "1.3.1/2.2");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"\",\"releaseFlag\":true}", "8.1.1/2.2");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"smdsAddress\":\"a.b\",\"releaseFlag\":true}",
           "8.1.1/2.2");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_LARGE "\",\"smdsAddress\":\"a.b\",\"releaseFlag\":true}",
           "8.9/5.1");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_LARGE "\",\"eid\":\"" OTHER_EID "\",\"releaseFlag\":true}",
           "8.1.1/3.10");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"a$b\",\"releaseFlag\":true}",
           "1.3.1/2.1");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL
           "\",\"releaseFlag\":true,\"header\":{\"functionRequesterIdentifier\":\"x\","
           "\"functionCallIdentifier\":\"1\"}}",
           "8.2.1/1.2");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"AC_1\",\"releaseFlag\":true}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"AC_1\",\"releaseFlag\":true}", "");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"AC_2\",\"releaseFlag\":true}",
           "8.2.6/3.10");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_LARGE "\",\"matchingId\":\"AC_1\",\"releaseFlag\":true}",
           "8.2.6/3.3");
}

/* SGP.22 §5.3.3, §5.3.4 */
Test(es2, cancel_order_and_release_profile_refuse)
{
    const char *available = "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID
                            "\",\"finalProfileStatusIndicator\":\"Available\"}";
    expect("cancelOrder",
           "{\"iccid\":\"" ICCID_NONE "\",\"finalProfileStatusIndicator\":\"Available\"}",
           "8.2.1/3.9");
    expect("cancelOrder", available, "8.2.1/3.3");
    expect("releaseProfile", "{\"iccid\":\"" ICCID_NONE "\"}", "8.2.1/3.9");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID "\"}", "");
    expect("releaseProfile", "{\"iccid\":\"" ICCID_SMALL "\"}", "8.2.1/3.5");
    expect("confirmOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"matchingId\":\"AC-1\",\"releaseFlag\":false}", "");
    expect("releaseProfile", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect("releaseProfile", "{\"iccid\":\"" ICCID_SMALL "\"}", "");
    expect("cancelOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "1.3.1/2.2");
    expect("cancelOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"finalProfileStatusIndicator\":\"Gone\"}", "1.3.1/2.1");
    expect("cancelOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"finalProfileStatusIndicator\":\"Available\"}",
           "8.1.1/2.2");
    expect("cancelOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" OTHER_EID
           "\",\"finalProfileStatusIndicator\":\"Available\"}",
           "8.1.1/3.10");
    expect("cancelOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID
           "\",\"matchingId\":\"AC-2\",\"finalProfileStatusIndicator\":\"Available\"}",
           "8.2.6/3.10");
    expect("cancelOrder", available, "");
    expect_client("AC-1", "8.2.6/3.8");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID "\"}", "");
    expect("cancelOrder",
           "{\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID
           "\",\"finalProfileStatusIndicator\":\"Unavailable\"}",
           "");
    expect("downloadOrder", "{\"iccid\":\"" ICCID_SMALL "\"}", "8.2.1/3.3");
}
