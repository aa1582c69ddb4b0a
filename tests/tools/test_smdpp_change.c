/* A profile leaves a chip for another one, and comes back, at the server (SGP.22 v3 §3.11). */
#include "tests/tools/smdpp_world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/pki/pki_eid.h"

static struct world world;
static struct mini_card old, new;
static char new_eid[PKI_EID_DIGITS + 1];

#define ICCID "8988000000000000011"       /* WORLD_SMALL's */
#define OTHER_ICCID "8988000000000000021" /* WORLD_LARGE's */
#define CHANGE 0xA1
#define RECOVERY 0xA2
#define MOVES "device-change = " WORLD_ADDRESS "\n"

/* What the operator has been asked and told, and what it answers (JSON). */
static char asked[512], last_event[64];
static const char *operator_answer;

static bool answer_for_operator(void *context, const char *path, const char *body,
                                struct blob *answer)
{
    (void)context;
    cr_assert_str_eq(path, CHANGE_REQUEST_PATH);
    snprintf(asked, sizeof(asked), "%s", body);
    return operator_answer != NULL && blob_copy(bytes_of_text(operator_answer), answer) == 0;
}

static void hear(void *context, const char *path, char *body)
{
    (void)context;
    json_t *json = json_loads(body, 0, NULL);
    const json_t *event = json_object_get(json, "notificationEvent");
    if (event != NULL && strcmp(path, PROGRESS_RPM_PATH) == 0)
        snprintf(last_event, sizeof(last_event), "%s", json_string_value(event));
    json_decref(json);
    free(body);
}

static void insert(struct mini_card *card)
{
    mini_card_insert(card, world.pki, EC_P256);
    card->highest_svn[0] = 3;
    card->lpa_capability = 1;
    card->capability = 1u << 0 | 1u << 3 | 1u << 11;
}

/* A second chip of the same EUM. */
static void insert_new(void)
{
    uint8_t eid[PKI_EID_SIZE];
    insert(&new);
    cr_assert(pki_eid_from_text(WORLD_EID, eid));
    pki_eid_next(eid);
    pki_eid_to_text(eid, new_eid);
    pki_entity_finish(&new.euicc);
    cr_assert_eq(pki_issue_euicc(&new.random, &new.eum, eid, &new.euicc), 0);
}

static void write_metadata(const char *text)
{
    world_write(world.profiles, WORLD_SMALL ".metadata", bytes_of_text(text));
}

static void start(void)
{
    world_make(&world);
    write_metadata(MOVES);
    insert(&old);
    insert_new();
    world.smdpp->progress = hear;
    operator_answer = NULL;
    asked[0] = last_event[0] = '\0';
}

static void end(void)
{
    mini_card_remove(&old);
    mini_card_remove(&new);
    world_end(&world);
}

TestSuite(smdpp_change, .init = start, .fini = end, .timeout = 60);

static void order(const char *iccid, const char *eid, const char *matching_id)
{
    static const char *const functions[] = {"downloadOrder", "confirmOrder"};
    for (size_t i = 0; i < 2; i++) {
        json_t *request =
            json_pack("{s:{s:s,s:s},s:s,s:s*,s:s,s:b}", "header", "functionRequesterIdentifier",
                      "operator", "functionCallIdentifier", "1", "iccid", iccid, "eid", eid,
                      "matchingId", matching_id, "releaseFlag", 1);
        json_t *response = world_call(&world, functions[i], request, NULL);
        cr_assert_codes(response, "");
        json_decref(response);
    }
}

/* A download; its result is left to be told. */
static void load(struct mini_card *card, const char *matching_id)
{
    struct mini_card_installed installed;
    card->purpose = 0;
    world_authenticate(&world, card, matching_id);
    world_download(&world, card, &installed);
    mini_card_forget(&installed);
}

static void tell_result(struct mini_card *card, bool installed)
{
    cr_assert_null(
        world_call(&world, "handleNotification", mini_card_result(card, installed), NULL));
}

static void install(struct mini_card *card, const char *matching_id)
{
    load(card, matching_id);
    tell_result(card, true);
}

/* An operator's profile in the old chip. */
static void begin(void)
{
    order(ICCID, WORLD_EID, "AC-1");
    install(&old, "AC-1");
}

static json_t *authenticate(struct mini_card *card, uint32_t purpose)
{
    card->purpose = purpose;
    world_initiate(&world, card);
    return world_call(&world, "authenticateClient", mini_card_authenticate(card), NULL);
}

static void expect(json_t *response, const char *codes)
{
    cr_assert_codes(response, codes);
    json_decref(response);
}

static void expect_asked(struct mini_card *card, uint32_t purpose, const char *codes)
{
    expect(authenticate(card, purpose), codes);
}

static void request_change(void)
{
    json_t *response = authenticate(&old, CHANGE);
    cr_assert_codes(response, "");
    mini_card_take_change(&old, response);
    json_decref(response);
    cr_assert_str_eq(old.activation_code, "");
}

static json_t *confirm(void)
{
    return world_call(&world, "confirmDeviceChange", mini_card_prepare_change(&old), NULL);
}

static void take_confirmation(void)
{
    json_t *response = confirm();
    cr_assert_codes(response, "");
    mini_card_take_changed(&old, response);
    json_decref(response);
}

static void notify_deletion(struct mini_card *card)
{
    cr_assert_null(world_call(&world, "handleNotification", mini_card_notify(card, 1u << 3), NULL));
}

/* The matching id of the last activation code. */
static const char *code_of(const struct mini_card *card)
{
    static char matching_id[2][256];
    static unsigned next;
    char *out = matching_id[next++ % 2];
    cr_assert_eq(strncmp(card->activation_code, "1$" WORLD_ADDRESS "$", 28), 0);
    snprintf(out, 256, "%s", card->activation_code + 28);
    return out;
}

static void expect_download(struct mini_card *card, const char *matching_id, const char *codes)
{
    card->matching_id = matching_id;
    expect_asked(card, 0, codes);
}

static bool change_data_has(uint32_t tag)
{
    struct tlv found;
    return tlv_find(blob_bytes(&old.change_data), tag, &found);
}

#define NOT_RELEASED "8.2/1.2"
#define ICCID_UNKNOWN "8.2.1/3.9"
#define NOT_ALLOWED "8.2.1/1.2"
#define NO_TRANSITION "8.2.1/3.5"

Test(smdpp_change, a_profile_leaves_once_the_old_chip_has_deleted_it)
{
    begin();
    old.encrypts = true;
    request_change();
    cr_expect_str_eq(last_event, "deviceChangeRequest");
    take_confirmation();
    cr_expect_str_eq(last_event, "deviceChangeConfirmation");
    cr_expect(change_data_has(0x81) && change_data_has(0x82) && change_data_has(0x84) &&
              change_data_has(0x85));
    expect_download(&new, "AC-1", "8.2.6/3.8");
    expect_download(&new, code_of(&old), NOT_RELEASED);
    notify_deletion(&old);
    cr_expect_str_eq(last_event, "deviceChangeDeletion");
    install(&new, code_of(&old));
    expect_download(&new, code_of(&old), "8.2.6/3.8");
    expect_asked(&old, CHANGE, ICCID_UNKNOWN);
    expect_asked(&old, RECOVERY, NOT_ALLOWED);
    /* From there to anywhere. */
    expect_asked(&new, CHANGE, "");
}

/* The new device brings the deletion along, before the old one has told it. */
static json_t *authenticate_with(const char *deletion)
{
    new.purpose = 0;
    world_initiate(&world, &new);
    json_t *request = mini_card_authenticate(&new);
    json_object_set_new(request, "deleteNotificationForDc", json_string(deletion));
    return world_call(&world, "authenticateClient", request, NULL);
}

Test(smdpp_change, the_new_device_brings_the_deletion_along)
{
    begin();
    request_change();
    take_confirmation();
    char *stale = mini_card_deletion(&new); /* of another chip */
    memcpy(new.iccid, old.iccid, sizeof(new.iccid));
    new.matching_id = code_of(&old);
    char *foreign = mini_card_deletion(&new);
    char *deletion = mini_card_deletion(&old);
    expect(authenticate_with("AAAA"), "1.3.1/2.1");
    expect(authenticate_with(stale), NOT_RELEASED);
    expect(authenticate_with(foreign), "8.1/6.1");
    expect(authenticate_with(deletion), "");
    expect(authenticate_with(deletion), "");
    free(stale);
    free(foreign);
    free(deletion);
}

Test(smdpp_change, an_older_deletion_says_nothing)
{
    begin();
    notify_deletion(&old);
    const uint32_t sequence = old.sequence - 1;
    request_change();
    take_confirmation();
    old.sequence = sequence;
    cr_assert_eq(database_change(world.smdpp->database, "UPDATE notifications SET time = time - 10",
                                 NULL, 0),
                 2);
    notify_deletion(&old);
    expect_download(&new, code_of(&old), NOT_RELEASED);
    notify_deletion(&old);
    expect_download(&new, code_of(&old), "");
}

Test(smdpp_change, a_profile_comes_back_unless_the_new_chip_may_have_it)
{
    begin();
    expect_asked(&old, RECOVERY, ICCID_UNKNOWN);
    request_change();
    expect_asked(&old, RECOVERY, NO_TRANSITION);
    request_change();
    take_confirmation();
    expect_asked(&old, RECOVERY, NO_TRANSITION);
    notify_deletion(&old);
    load(&new, code_of(&old));
    expect_asked(&old, RECOVERY, NOT_ALLOWED); /* it may be installed, and not told yet */
    tell_result(&new, false);
    const char *before = code_of(&old);
    json_t *response = authenticate(&old, RECOVERY);
    cr_assert_codes(response, "");
    mini_card_take_change(&old, response);
    json_decref(response);
    const char *back = code_of(&old);
    cr_expect_str_neq(back, before);
    expect_download(&new, before, "8.2.6/3.8");
    expect_download(&new, back, "8.1.1/3.8");
    /* As often as one likes, also in mid-download; the same code. */
    load(&old, back);
    response = authenticate(&old, RECOVERY);
    mini_card_take_change(&old, response);
    json_decref(response);
    cr_expect_str_eq(code_of(&old), back);
    install(&old, back);
    expect_asked(&old, RECOVERY, NOT_ALLOWED);
    expect_asked(&old, CHANGE, "");
}

/* The operator may release what is held: it is the old chip's until that has deleted it. */
Test(smdpp_change, a_release_by_the_operator_hinders_nothing)
{
    begin();
    request_change();
    take_confirmation();
    json_t *request = json_pack("{s:{s:s,s:s},s:s}", "header", "functionRequesterIdentifier",
                                "operator", "functionCallIdentifier", "1", "iccid", ICCID);
    expect(world_call(&world, "releaseProfile", request, NULL), "");
    expect_download(&new, code_of(&old), "8.1.1/3.8");
    notify_deletion(&old);
    install(&new, code_of(&old));
}

/* Its first result got lost, and the second try finds the profile there. */
Test(smdpp_change, a_chip_that_has_it_already_has_it)
{
    begin();
    request_change();
    take_confirmation();
    notify_deletion(&old);
    load(&new, code_of(&old));
    load(&new, code_of(&old));
    new.failure = 9;
    tell_result(&new, false);
    expect_asked(&old, RECOVERY, NOT_ALLOWED);
}

Test(smdpp_change, what_was_confirmed_may_be_taken_back_or_done_again)
{
    begin();
    request_change();
    expect(world_call(&world, "cancelSession", mini_card_cancel(&old, 0), NULL), "");
    request_change();
    take_confirmation();
    const char *first = code_of(&old);
    expect(world_call(&world, "cancelSession", mini_card_cancel(&old, 127), NULL), "");
    expect_download(&new, first, "8.1.1/3.8");
    request_change();
    take_confirmation();
    request_change(); /* nobody has heard the answer */
    take_confirmation();
    cr_expect_str_neq(code_of(&old), first);
    notify_deletion(&old);
    expect_download(&new, first, "8.2.6/3.8");
    install(&new, code_of(&old));
}

/* A server that is killed has all of it in its file. */
Test(smdpp_change, each_step_survives_the_servers_end)
{
    char path[WORLD_PATH_SIZE + 16];
    snprintf(path, sizeof(path), "%s/orders.db", world.folder);
    world_restart(&world, path);
    begin();
    request_change();
    world_restart(&world, path);
    expect(confirm(), "8.10.1/3.9");
    request_change();
    take_confirmation();
    world_restart(&world, path);
    expect_download(&new, code_of(&old), NOT_RELEASED);
    notify_deletion(&old);
    world_restart(&world, path);
    json_t *response = authenticate(&old, RECOVERY);
    mini_card_take_change(&old, response);
    json_decref(response);
    world_restart(&world, path);
    load(&old, code_of(&old));
    world_restart(&world, path);
    tell_result(&old, true);
    expect_asked(&old, RECOVERY, NOT_ALLOWED);
}

/* By the file's name: the chip's own order stays open to all, the change goes beside it. */
Test(smdpp_change, an_open_order_moves_too)
{
    install(&old, WORLD_SMALL);
    request_change();
    take_confirmation();
    expect_download(&new, code_of(&old), NOT_RELEASED);
    notify_deletion(&old);
    install(&new, code_of(&old));
    expect_asked(&old, RECOVERY, NOT_ALLOWED);
    install(&old, WORLD_SMALL);
    order(ICCID, NULL, "AC-2"); /* an operator may order the profile all the same */
}

Test(smdpp_change, a_confirmation_code_has_three_tries)
{
    begin();
    world.smdpp->ask_operator = answer_for_operator;
    operator_answer = "{\"header\":{\"functionExecutionStatus\":{\"status\":\"Executed-Success\"}},"
                      "\"confirmationCode\":\"4711\"}";
    request_change();
    cr_expect_not_null(strstr(asked, "\"iccid\":\"" ICCID "\""));
    cr_assert(old.code_required);
    expect(confirm(), "8.2.7/2.2");
    old.confirmation_code = "0815";
    expect(confirm(), "8.2.7/3.8");
    request_change(); /* which begins no new count */
    expect(confirm(), "8.2.7/3.8");
    expect(confirm(), "8.2.7/6.4");
    old.confirmation_code = "4711";
    request_change();
    expect(confirm(), "8.2.7/6.4");
}

Test(smdpp_change, the_right_code_confirms)
{
    begin();
    world.smdpp->ask_operator = answer_for_operator;
    operator_answer = "{\"header\":{\"functionExecutionStatus\":{\"status\":\"Executed-Success\"}},"
                      "\"confirmationCode\":\"4711\",\"serviceProviderMessage\":{\"languageTag\":"
                      "\"en\",\"message\":\"Good bye\"}}";
    json_t *response = authenticate(&old, CHANGE);
    cr_assert_not_null(json_object_get(response, "serviceProviderMessageForDc"));
    mini_card_take_change(&old, response);
    json_decref(response);
    old.confirmation_code = "4711";
    take_confirmation();
}

Test(smdpp_change, the_operator_may_refuse_or_be_away)
{
    static const char *const useless[] = {
        NULL,
        "",
        "{}",
        "{\"header\":{\"functionExecutionStatus\":{\"status\":\"Executed-Success\"}},"
        "\"newProfileIccid\":\"x\"}",
        "{\"header\":{\"functionExecutionStatus\":{\"status\":\"Executed-Success\"}},"
        "\"newProfileIccid\":\"" OTHER_ICCID "\"}", /* which nobody has ordered */
    };
    begin();
    world.smdpp->ask_operator = answer_for_operator;
    for (size_t i = 0; i < sizeof(useless) / sizeof(useless[0]); i++) {
        operator_answer = useless[i];
        expect_asked(&old, CHANGE, "1.6/4.2");
    }
    operator_answer = "{\"header\":{\"functionExecutionStatus\":{\"status\":\"Failed\"}}}";
    expect_asked(&old, CHANGE, NOT_ALLOWED);
}

/* Another profile for the new device: the old one stays where its metadata say so. */
static void begin_other(const char *metadata)
{
    write_metadata(metadata);
    begin();
    order(OTHER_ICCID, NULL, "NEW-1");
    world.smdpp->ask_operator = answer_for_operator;
    operator_answer = "{\"header\":{\"functionExecutionStatus\":{\"status\":\"Executed-Success\"}},"
                      "\"newProfileIccid\":\"" OTHER_ICCID "\"}";
    request_change();
    take_confirmation();
    cr_assert_str_eq(code_of(&old), "NEW-1");
}

Test(smdpp_change, the_operator_may_give_another_profile)
{
    begin_other(MOVES);
    expect_download(&new, "NEW-1", NOT_RELEASED);
    notify_deletion(&old);
    load(&new, "NEW-1");
    expect_asked(&old, RECOVERY, NOT_ALLOWED);
    tell_result(&new, false);
    json_t *response = authenticate(&old, RECOVERY);
    cr_assert_codes(response, "");
    mini_card_take_change(&old, response);
    json_decref(response);
    expect_download(&new, "NEW-1", "8.2.6/3.8");
    install(&old, code_of(&old));
}

Test(smdpp_change, the_old_profile_may_stay_then)
{
    begin_other(MOVES "device-change-delete = no\n");
    cr_expect_not(change_data_has(0x81));
    install(&new, "NEW-1");
    expect_asked(&old, RECOVERY, NOT_ALLOWED);
    expect_asked(&old, CHANGE, "1.6/4.2"); /* the other one has left */
}

Test(smdpp_change, the_new_device_is_named_where_that_is_asked)
{
    uint8_t memory[32], eid[PKI_EID_SIZE];
    struct writer target = writer_on(memory, sizeof(memory));
    write_metadata(MOVES "device-change-asks = eid, tac\n");
    begin();
    expect_asked(&old, CHANGE, "8.1.1/2.2");
    cr_assert(pki_eid_from_text(new_eid, eid));
    tlv_put(&target, 0x5A, bytes_of(eid, sizeof(eid)));
    old.target = writer_bytes(&target);
    expect_asked(&old, CHANGE, "1.3.1/2.3");
    tlv_put(&target, 0x82, BYTES(0x53, 0x92, 0x60, 0x11));
    old.target = writer_bytes(&target);
    world.smdpp->ask_operator = answer_for_operator;
    operator_answer =
        "{\"header\":{\"functionExecutionStatus\":{\"status\":\"Executed-Success\"}}}";
    request_change();
    cr_expect_not_null(strstr(asked, new_eid));
    cr_expect_not_null(strstr(asked, "\"tac\":\"35290611\""));
    take_confirmation();
    notify_deletion(&old);
    expect_download(&old, code_of(&old), "8.1.1/3.8");
    expect_download(&new, code_of(&old), "");
}

Test(smdpp_change, who_has_no_such_profile_gives_none_away)
{
    begin();
    write_metadata("name = No\n");
    expect_asked(&old, CHANGE, "1.6/4.2");
    write_metadata(MOVES);
    memcpy(new.iccid, old.iccid, sizeof(new.iccid));
    expect_asked(&new, CHANGE, ICCID_UNKNOWN);
    old.highest_svn[0] = 0;
    expect_asked(&old, CHANGE, "1.3.1/2.1");
    expect_asked(&old, RECOVERY, "1.3.1/2.1");
}

Test(smdpp_change, what_is_not_the_chips_word_does_not_count)
{
    begin();
    request_change();
    old.fault = MINI_CARD_WRONG_SIGNATURE;
    expect(confirm(), "8.1/6.1");
    old.fault = MINI_CARD_RIGHT;
    request_change();
    old.fault = MINI_CARD_WRONG_TRANSACTION;
    expect(confirm(), "8.10.1/3.9");
    old.fault = MINI_CARD_RIGHT;
    take_confirmation();
    expect(confirm(), "8.10.1/3.9"); /* once */
    /* Nor are requests for a package. */
    request_change();
    expect(world_call(&world, "getBoundProfilePackage", mini_card_prepare(&old), NULL),
           "8.10.1/3.9");
}

Test(smdpp_change, no_recovery_where_there_is_none_or_no_longer)
{
    write_metadata(MOVES "device-change-recovery = 0\n");
    begin();
    request_change();
    take_confirmation();
    cr_expect(change_data_has(0x81) && !change_data_has(0x84));
    notify_deletion(&old);
    expect_asked(&old, RECOVERY, "8.8.5/4.10");
}
