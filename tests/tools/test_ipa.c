/* The IPA beside its chip: how long it waits, when it goes to the fallback profile, and that the
 * compact forms that it sends are made whole again by the eIM, byte for byte. */
#include <criterion/criterion.h>

#include "apdu/der.h"
#include "apdu/hex.h"
#include "tools/eim/compact.h"
#include "tools/ipa/engine_change.h"
#include "tools/ipa/minimize.h"
#include "tools/ipa/run.h"
#include "tools/lib/iot/esipa.h"

#define ROOM 2048

Test(ipa, after_failures_it_waits_longer_up_to_a_bound)
{
    const struct run_plan plan = {.every = 10, .longest = 300};
    cr_expect_eq(run_wait(&plan, 0), 10);
    cr_expect_eq(run_wait(&plan, 1), 20);
    cr_expect_eq(run_wait(&plan, 3), 80);
    cr_expect_eq(run_wait(&plan, 5), 300);
    cr_expect_eq(run_wait(&plan, 500), 300);
    const struct run_plan slow = {.every = 600, .longest = 300};
    cr_expect_eq(run_wait(&slow, 4), 600);
}

Test(ipa, without_a_network_the_fallback_profile_gets_its_turn_and_then_the_other)
{
    const struct run_plan plan = {.fallback_after = 60};
    struct run_watch watch = {0};
    cr_expect_eq(run_look(&watch, &plan, true, 100), RUN_NOTHING);
    cr_expect_eq(run_look(&watch, &plan, false, 110), RUN_NOTHING);
    cr_expect_eq(run_look(&watch, &plan, false, 169), RUN_NOTHING);
    cr_expect_eq(run_look(&watch, &plan, true, 170), RUN_NOTHING);
    cr_expect_eq(run_look(&watch, &plan, false, 180), RUN_NOTHING);
    cr_expect_eq(run_look(&watch, &plan, false, 240), RUN_FALL_BACK);
    cr_expect_eq(run_look(&watch, &plan, false, 250), RUN_NOTHING);
    cr_expect_eq(run_look(&watch, &plan, false, 300), RUN_RETURN);
}

static struct bytes decode(const char *digits, uint8_t *room)
{
    struct writer writer = writer_on(room, ROOM);
    cr_assert(hex_decode(digits, &writer), "%s", digits);
    return writer_bytes(&writer);
}

static struct blob blob_of(const char *digits, uint8_t *room)
{
    const struct bytes bytes = decode(digits, room);
    return (struct blob){room, bytes.len};
}

#define INFO2 "BF2213 8203020500 84038102AA 8603000000 AF020100"
#define SERVER "3023 8002AABB 8104CCCCCCCC 8305612E636F6D 8410 000102030405060708090A0B0C0D0E0F"
#define SIGNED1 "3035 8002AABB 8305612E636F6D 8410000102030405060708090A0B0C0D0E0F " INFO2 " A000"

/* The chip's answers as messages: what goes through minimize and compact comes out as it was. */
Test(ipa, what_is_left_out_is_put_back)
{
    static const struct {
        enum esipa_function function;
        const char *answer;
    } rows[] = {
        {ESIPA_AUTHENTICATE_CLIENT, "BF3848 A046 " SIGNED1 " 5F3702BEEF 3003020101 3003020102"},
        {ESIPA_GET_BOUND_PROFILE_PACKAGE, "BF2114 A012 300B 8002AABB 5F490401020304 5F3702BEEF"},
        {ESIPA_CANCEL_SESSION, "BF4115 A013 300C 8002AABB 8103883701 820103 5F3702BEEF"},
    };
    uint8_t info_room[ROOM], euicc_room[ROOM], eum_room[ROOM], server_room[ROOM];
    const struct chip_blobs chip = {.info2 = blob_of(INFO2, info_room),
                                    .euicc_certificate = blob_of("3003020101", euicc_room),
                                    .eum_certificate = blob_of("3003020102", eum_room)};
    const struct compact_context context = {.server_signed1 = decode(SERVER, server_room),
                                            .transaction_id = BYTES(0xAA, 0xBB),
                                            .smdp_oid = BYTES(0x88, 0x37, 0x01),
                                            .chip = &chip};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[ROOM], request[ROOM], short_room[ROOM], whole_room[ROOM];
        const struct esipa_message *message = &esipa_messages[rows[i].function];
        const struct bytes answer = decode(rows[i].answer, room);
        struct writer out = writer_on(request, sizeof(request)),
                      shorter = writer_on(short_room, sizeof(short_room)),
                      whole = writer_on(whole_room, sizeof(whole_room));
        struct esipa_values values = {0};
        esipa_set(&values, ESIPA_TRANSACTION, BYTES(0xAA, 0xBB));
        esipa_set(&values, ESIPA_CHIP_ANSWER, answer);
        esipa_put_request(message, &values, &out);
        cr_assert(minimize_message(writer_bytes(&out), (struct bytes){0}, &shorter), "%zu", i);
        cr_expect_lt(shorter.len, out.len);
        cr_assert(esipa_read_request(message, writer_bytes(&shorter), &values), "%zu", i);
        struct bytes compact = values.at[ESIPA_CHIP_ANSWER];
        uint8_t retagged[ROOM];
        struct writer tagged = writer_on(retagged, sizeof(retagged));
        if (rows[i].function == ESIPA_CANCEL_SESSION) { /* whose tag is another on the wire */
            struct tlv element;
            cr_assert(tlv_take(&compact, &element));
            tlv_put(&tagged, 0xBF41, element.value);
            compact = writer_bytes(&tagged);
        }
        cr_assert(compact_is(compact), "%zu", i);
        cr_assert(compact_expand(&context, compact, &whole), "%zu", i);
        cr_expect(bytes_equal(writer_bytes(&whole), answer), "%zu", i);
    }
}

Test(ipa, what_has_no_compact_form_goes_as_it_is)
{
    static const char *const messages[] = {"BF4F125A1089049032123451234512345678901235",
                                           "BF3B0A8001AABF3804A1028000", "BF3D04A0023000", "BF50",
                                           ""};
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        uint8_t room[ROOM], data[ROOM];
        struct writer out = writer_on(data, sizeof(data));
        cr_expect_not(minimize_message(decode(messages[i], room), (struct bytes){0}, &out), "%s",
                      messages[i]);
    }
}

static void know(struct engine_changes *changes, const char *first, const char *second)
{
    const struct bytes eims[] = {bytes_of_text(first), bytes_of_text(second)};
    engine_change_know(changes, eims, 2);
}

Test(ipa, each_eim_is_told_once_why_the_state_has_changed)
{
    struct engine_changes changes, again;
    engine_change_init(&changes);
    /* before the eIMs are known: all of them */
    engine_change_note(&changes, ENGINE_CAUSE_FALLBACK);
    know(&changes, "one", "two");
    cr_expect_eq(engine_change_for(&changes, "one"), ENGINE_CAUSE_FALLBACK);
    engine_change_told(&changes, "one");
    cr_expect_eq(engine_change_for(&changes, "one"), ENGINE_CAUSE_NONE);
    cr_expect_eq(engine_change_for(&changes, "two"), ENGINE_CAUSE_FALLBACK);
    /* over a restart */
    json_t *kept = engine_change_json(&changes);
    engine_change_read(&again, kept);
    json_decref(kept);
    know(&again, "one", "two");
    cr_expect_eq(engine_change_for(&again, "one"), ENGINE_CAUSE_NONE);
    cr_expect_eq(engine_change_for(&again, "two"), ENGINE_CAUSE_FALLBACK);
    /* by one of them: the other is told */
    engine_change_told(&again, "two");
    engine_change_by(&again, "two");
    cr_expect_eq(engine_change_for(&again, "one"), ENGINE_CAUSE_OTHER_EIM);
    cr_expect_eq(engine_change_for(&again, "two"), ENGINE_CAUSE_NONE);
    /* one is gone, another has come */
    know(&again, "two", "three");
    cr_expect_eq(engine_change_for(&again, "one"), ENGINE_CAUSE_NONE);
    cr_expect_eq(engine_change_for(&again, "three"), ENGINE_CAUSE_NONE);
    engine_change_note(&again, ENGINE_CAUSE_EMERGENCY);
    cr_expect_eq(engine_change_for(&again, "two"), ENGINE_CAUSE_EMERGENCY);
    cr_expect_eq(engine_change_for(&again, "three"), ENGINE_CAUSE_EMERGENCY);
}

Test(ipa, a_state_that_cannot_be_read_is_none)
{
    static const char *const texts[] = {"[]", "{}", "{\"stateChangeCause\": \"x\"}",
                                        "{\"eims\": {\"one\": \"x\"}}", "{\"eims\": [1]}"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct engine_changes changes;
        json_t *from = json_loads(texts[i], 0, NULL);
        engine_change_read(&changes, from);
        cr_expect_eq(engine_change_for(&changes, "one"), ENGINE_CAUSE_NONE, "%s", texts[i]);
        json_decref(from);
    }
}
