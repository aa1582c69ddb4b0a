/* An SM-DS between an SM-DP+ that registers and a chip that asks, without sockets. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

#include "tests/tools/smdpp_world.h"
#include "tools/lib/server/function.h"
#include "tools/smds/es11.h"
#include "tools/smds/es12.h"
#include "tools/smds/events.h"
#include "tools/smds/registrations.h"
#include "tools/smds/smds.h"

#define SMDS "smds.example.com"
#define ROOT "root.example.com"
#define ICCID_SMALL "8988000000000000011"
#define HEADER "\"header\":{\"functionRequesterIdentifier\":\"x\",\"functionCallIdentifier\":\"1\"}"

static struct world world;
static struct mini_card card;
static struct smds *smds, *root;
static bool unreachable;

/* What HTTPS would carry: to the SM-DS that is the context. */
static bool ask(void *context, const char *path, const char *body, struct blob *answer)
{
    unsigned status;
    const struct function_row *row = function_find(&es12_functions, path);
    cr_assert_not_null(row, "%s", path);
    if (unreachable)
        return false;
    char *text = function_answer(context, row, "", bytes_of_text(body), &status);
    cr_assert_eq(blob_copy(bytes_of_text(text), answer), 0);
    free(text);
    return true;
}

static void say(void *context, const char *path, char *body)
{
    struct blob answer = {0};
    bool known;
    cr_assert(ask(context, path, body, &answer));
    cr_assert(event_executed(blob_bytes(&answer), &known));
    blob_finish(&answer);
    free(body);
}

static struct smds *make(const char *address)
{
    struct smds *made;
    struct smds_plan plan = {.pki = world.pki, .address = address};
    cr_assert_null(version_plan_read(NULL, NULL, NULL, &plan.version));
    cr_assert_eq(smds_create(&plan, &made), 0);
    return made;
}

static void start(void)
{
    world_make(&world);
    smds = make(SMDS);
    root = make(ROOT);
    world.smdpp->discovery = (struct event_link){SMDS, ask, say, smds};
    mini_card_insert(&card, world.pki, EC_P256);
}

static void end(void)
{
    unreachable = false;
    mini_card_remove(&card);
    smds_destroy(smds);
    smds_destroy(root);
    world_end(&world);
}

TestSuite(smds, .init = start, .fini = end);

static json_t *call(struct smds *where, const struct function_table *table, const char *path,
                    json_t *request)
{
    unsigned status;
    const struct function_row *row = function_find(table, path);
    cr_assert_not_null(row, "%s", path);
    json_t *response = function_call(where, row, "", request, &status);
    cr_assert_eq(status, FUNCTION_HTTP_OK);
    json_decref(request);
    return response;
}

/* The chip asks; the answer, whose codes are to be these. */
static json_t *discover(struct smds *where, const char *address, const char *id, const char *codes)
{
    card.matching_id = id;
    json_t *response = call(where, &es11_functions, "/gsma/rsp2/es9plus/initiateAuthentication",
                            mini_card_initiate(&card, address));
    cr_assert_codes(response, "");
    mini_card_take_initiation(&card, response);
    json_decref(response);
    response = call(where, &es11_functions, "/gsma/rsp2/es9plus/authenticateClient",
                    mini_card_authenticate(&card));
    cr_assert_codes(response, codes);
    return response;
}

static void expect_events(struct smds *where, const char *address, const char *id, size_t count)
{
    json_t *response = discover(where, address, id, "");
    cr_assert_eq(json_array_size(json_object_get(response, "eventEntries")), count);
    json_decref(response);
}

static void order(const char *function, const char *members, const char *codes)
{
    json_t *request = json_loads(members, 0, NULL);
    cr_assert_not_null(request, "%s", members);
    json_t *response = world_call(&world, function, request, NULL);
    cr_assert_codes(response, codes);
    json_decref(response);
}

static void place_order(const char *matching_id)
{
    char members[512];
    snprintf(members, sizeof(members),
             "{" HEADER ",\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID
             "\",\"matchingId\":\"%s\",\"smdsAddress\":\"" SMDS "\",\"releaseFlag\":true}",
             matching_id);
    order("downloadOrder", "{" HEADER ",\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID "\"}",
          "");
    order("confirmOrder", members, "");
}

/* An event leads to its order, and is gone when the profile is there. */
Test(smds, an_event_leads_to_its_order_and_ends_with_it)
{
    struct mini_card_installed installed;
    char id[EVENT_ID_SIZE];
    place_order("");
    json_t *response = discover(smds, SMDS, NULL, "");
    const json_t *entry = json_array_get(json_object_get(response, "eventEntries"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(entry, "rspServerAddress")), WORLD_ADDRESS);
    snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(entry, "eventId")));
    json_decref(response);
    world_authenticate(&world, &card, id);
    world_download(&world, &card, &installed);
    cr_assert_null(world_call(&world, "handleNotification", mini_card_result(&card, true), NULL));
    mini_card_forget(&installed);
    expect_events(smds, SMDS, NULL, 0);
}

static void expect_download_by(const char *id, struct bytes source, const char *codes)
{
    card.matching_id = id;
    card.source = source;
    world_initiate(&world, &card);
    json_t *response =
        world_call(&world, "authenticateClient", mini_card_authenticate(&card), NULL);
    cr_assert_codes(response, codes);
    json_decref(response);
    card.source = (struct bytes){0};
}

/* An event id is no activation code's matching id, if the chip says from where the LPA has it. */
Test(smds, an_id_counts_where_it_comes_from)
{
    char id[EVENT_ID_SIZE];
    place_order("");
    json_t *response = discover(smds, SMDS, NULL, "");
    const json_t *entry = json_array_get(json_object_get(response, "eventEntries"), 0);
    snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(entry, "eventId")));
    json_decref(response);
    expect_download_by(id, BYTES(0x81, 0x00), "8.2.6/3.8");
    expect_download_by(id, BYTES(0x83, 0x00), "1.3.1/2.1");
    expect_download_by(id, BYTES(0x82, 0x02, 0x88, 0x37), "");
}

/* Who only looks what waits uses none of the order's tries up. */
Test(smds, an_order_stands_any_number_of_looks)
{
    struct mini_card_installed installed;
    place_order("AC-1");
    for (int i = 0; i < 25; i++) {
        world_authenticate(&world, &card, "AC-1");
        json_t *response = world_call(&world, "cancelSession", mini_card_cancel(&card, 1), NULL);
        cr_assert_codes(response, "");
        json_decref(response);
    }
    world_authenticate(&world, &card, "AC-1");
    world_download(&world, &card, &installed);
    mini_card_forget(&installed);
}

Test(smds, an_order_that_is_taken_back_takes_its_event_with_it)
{
    place_order("AC-1");
    expect_events(smds, SMDS, "AC-1", 1);
    order("cancelOrder",
          "{" HEADER ",\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID
          "\",\"matchingId\":\"AC-1\",\"finalProfileStatusIndicator\":\"Available\"}",
          "");
    expect_events(smds, SMDS, NULL, 0);
}

/* Nothing is confirmed that its chip would not find. */
Test(smds, without_the_sm_ds_an_order_is_not_confirmed)
{
    order("downloadOrder", "{" HEADER ",\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID "\"}",
          "");
    static const char confirmation[] =
        "{" HEADER ",\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID
        "\",\"smdsAddress\":\"" SMDS "\",\"releaseFlag\":true}";
    unreachable = true;
    order("confirmOrder", confirmation, "8.9/5.1");
    unreachable = false;
    order("confirmOrder", confirmation, "");
    expect_events(smds, SMDS, NULL, 1);
}

/* The root sends LPAs to the SM-DS that has the event. */
Test(smds, an_event_is_forwarded_to_the_root)
{
    char id[EVENT_ID_SIZE];
    smds->root = (struct event_link){ROOT, ask, say, root};
    place_order("AC-1");
    json_t *response = discover(root, ROOT, NULL, "");
    const json_t *entry = json_array_get(json_object_get(response, "eventEntries"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(entry, "rspServerAddress")), SMDS);
    snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(entry, "eventId")));
    json_decref(response);
    response = discover(smds, SMDS, id, "");
    entry = json_array_get(json_object_get(response, "eventEntries"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(entry, "eventId")), "AC-1");
    json_decref(response);
    order("cancelOrder",
          "{" HEADER ",\"iccid\":\"" ICCID_SMALL "\",\"eid\":\"" WORLD_EID
          "\",\"matchingId\":\"AC-1\",\"finalProfileStatusIndicator\":\"Available\"}",
          "");
    expect_events(root, ROOT, NULL, 0);
}

/* Whoever has a chip's id for event checking learns whether something waits, and no more. */
Test(smds, events_are_checked_without_the_chip)
{
    static const char *const bodies[][2] = {
        {"{\"ecId\":\"AAECAwQFBgcICQoLDA0ODw==\",\"smdsAddress\":\"" SMDS "\"}", "8.9.6/3.9"},
        {"{\"ecId\":\"AAECAwQFBgcICQoLDA0ODw==\",\"smdsAddress\":\"x.example.com\"}", "8.9.1/3.8"},
        {"{\"ecId\":\"***\",\"smdsAddress\":\"" SMDS "\"}", "1.3.1/2.1"},
        {"{\"smdsAddress\":\"" SMDS "\"}", "1.3.1/2.2"},
    };
    uint8_t id[REGISTRATIONS_EC_ID_SIZE], again[REGISTRATIONS_EC_ID_SIZE];
    const int64_t now = time(NULL);
    bool pending;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        json_t *response = call(smds, &es11_functions, "/gsma/rsp2/es11/checkEvent",
                                json_loads(bodies[i][0], 0, NULL));
        cr_assert_codes(response, bodies[i][1]);
        json_decref(response);
    }
    cr_assert_eq(registrations_ec_id(smds, WORLD_EID, now, id), 0);
    cr_assert_eq(registrations_ec_id(smds, WORLD_EID, now + 1, again), 0);
    cr_assert(bytes_equal(bytes_of(id, sizeof(id)), bytes_of(again, sizeof(again))));
    cr_assert_eq(registrations_check(smds->database, bytes_of(id, sizeof(id)), now, &pending), 0);
    cr_assert_not(pending);
    place_order("");
    cr_assert_eq(registrations_check(smds->database, bytes_of(id, sizeof(id)), now, &pending), 0);
    cr_assert(pending);
    const int64_t late = now + 2 + REGISTRATIONS_SECONDS;
    cr_assert_eq(registrations_check(smds->database, bytes_of(id, sizeof(id)), late, &pending), 2);
    cr_assert_eq(registrations_ec_id(smds, WORLD_EID, late, again), 0);
    cr_assert_not(bytes_equal(bytes_of(id, sizeof(id)), bytes_of(again, sizeof(again))));
    cr_assert_eq(registrations_check(smds->database, bytes_of(id, sizeof(id)), late, &pending), 1);
}

Test(smds, a_push_token_is_kept_for_a_while)
{
    char service[REGISTRATIONS_SERVICE_SIZE];
    cr_assert_eq(registrations_find_push(smds->database, WORLD_EID, 0, service), 1);
    cr_assert_eq(registrations_push(smds->database, WORLD_EID, "2.999.1", BYTES('t'), 0), 0);
    cr_assert_eq(registrations_push(smds->database, WORLD_EID, "2.999.2", BYTES('u'), 0), 0);
    cr_assert_eq(registrations_find_push(smds->database, WORLD_EID, REGISTRATIONS_SECONDS, service),
                 0);
    cr_assert_str_eq(service, "2.999.2");
    cr_assert_eq(
        registrations_find_push(smds->database, WORLD_EID, REGISTRATIONS_SECONDS + 1, service), 1);
}

static void expect_es12(const char *path, const char *body, const char *codes)
{
    json_t *response = call(smds, &es12_functions, path, json_loads(body, 0, NULL));
    cr_assert_codes(response, codes);
    json_decref(response);
}

#define EVENT(id) "\"eid\":\"" WORLD_EID "\",\"eventId\":\"" id "\""

Test(smds, es12_refuses)
{
    const char *reg = EVENT_REGISTER("es12"), *del = EVENT_DELETE("es12");
    static const char whole[] =
        "{" HEADER "," EVENT("E-1") ",\"rspServerAddress\":\"a.b\",\"forwardingIndicator\":false}";
    expect_es12(reg, whole, "");
    expect_es12(reg, whole, "8.9.5/3.3");
    expect_es12(reg, "{" EVENT("E-2") ",\"rspServerAddress\":\"a.b\"}", "1.3.1/2.2");
    expect_es12(reg, "{" HEADER "," EVENT("E-2") "}", "1.3.1/2.2");
    expect_es12(reg, "{" HEADER ",\"eid\":\"1\",\"eventId\":\"E\",\"rspServerAddress\":\"a.b\"}",
                "1.3.1/2.1");
    expect_es12(reg,
                "{" HEADER "," EVENT("E-2") ",\"rspServerAddress\":\"a.b\","
                                            "\"forwardingIndicator\":1}",
                "1.3.1/2.1");
    expect_es12(del, "{" HEADER "," EVENT("E-9") "}", "8.9.5/3.9");
    expect_es12(del, "{\"header\":{\"functionRequesterIdentifier\":\"other\"}," EVENT("E-1") "}",
                "8.9.5/3.9");
    expect_es12(del, "{" HEADER "," EVENT("E-1") "}", "");
}

Test(smds, a_chip_has_so_many_events_and_no_more)
{
    struct events_record record = {.event = {.eid = WORLD_EID, .address = "a.b"}};
    for (int i = 0; i <= EVENTS_A_CHIP; i++) {
        snprintf(record.event.id, sizeof(record.event.id), "E-%d", i);
        cr_assert_eq(events_add(smds->database, &record, 1), i < EVENTS_A_CHIP ? 0 : 2);
    }
    expect_events(smds, SMDS, NULL, EVENTS_A_CHIP);
}

Test(smds, es11_refuses)
{
    json_t *response = call(smds, &es11_functions, "/gsma/rsp2/es9plus/initiateAuthentication",
                            mini_card_initiate(&card, "other.example.com"));
    cr_assert_codes(response, "8.9.1/3.8");
    json_decref(response);
    json_decref(discover(smds, SMDS, "none", "8.9.5/3.9"));
    card.fault = MINI_CARD_WRONG_SIGNATURE;
    json_decref(discover(smds, SMDS, NULL, "8.1/6.1"));
}
