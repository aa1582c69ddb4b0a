/* A whole card as IoT eUICC: what the terminal is told of packages and of the other ways to another
 * profile, when the other profile is there, and faults by function and by operation. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "card/trace/outputs.h"
#include "isd-r/es10.h"
#include "isd-r/iot/operation.h"
#include "tests/isd-r/iot_world.h"
#include "tests/isd-r/v3.h"
#include "tests/support/flushes.h"
#include "tests/support/peer_card.h"
#include "tests/support/talk.h"

#define ZEROS "000000000000000000000000000000000000000000000000000000000000" /* bytes 4 to 33 */
#define KNOWS_STATE_CHANGE "8010000022000080" ZEROS "20"
#define FETCH "801200000B"
#define DONE 0x00
#define REFUSED 0x20

static struct iot_world world;
static struct card card;
static struct isd_r *own; /* of the peer, where no command goes */

static void install(char letter, const char *extra)
{
    uint8_t room[1024];
    struct writer metadata = writer_on(room, sizeof(room));
    const struct package content = package_numbered((unsigned)letter);
    v3_put_metadata(&content, extra, &metadata);
    cr_assert(
        peer_download(&world.peer, &(struct peer_binding){.content = &content,
                                                          .metadata = writer_bytes(&metadata)})
            .installed);
}

/* Profiles A, B, F (which may be the fallback profile) and M, an eIM. */
static void start(void)
{
    world = (struct iot_world){0};
    peer_card_start(&world.peer, &card);
    card.personality.info.iot = EUICC_INFO_IOT_1_2;
    card.personality.info.rsp_capability |= EUICC_INFO_IOT_METADATA;
    own = world.peer.chip.isd_r;
    world.peer.chip.isd_r = card.isd_r; /* whose EID is asked */
    install('A', "");
    install('B', "");
    install('F', "9F6701FF");
    install('M', "9F7B01FF");
    for (size_t i = 0; i < IOT_WORLD_EIMS; i++)
        iot_eim_start(&world.peer, &world.eims[i], i == 0 ? IOT_EIM_ID : "two.example.com",
                      EC_P256);
    iot_associate(&world.peer, &world.eims[0]);
    iot_world_forget_told(&world);
}

static void stop(void)
{
    for (size_t i = 0; i < IOT_WORLD_EIMS; i++)
        iot_eim_finish(&world.eims[i]);
    world.peer.chip.isd_r = own;
    peer_card_stop(&world.peer, &card);
}

TestSuite(iot, .init = start, .fini = stop, .timeout = 120);

static void order(const char *operations, const char *result)
{
    const char *got = iot_world_send(&world, operations, NULL);
    cr_assert_str_eq(got, result, "%s: %s", operations, got);
}

static void shows(const char *expected)
{
    const char *shown = iot_world_shown(&world);
    cr_assert_str_eq(shown, expected, "%s", shown);
}

/* The status word of a function with refreshFlag, its answer not looked at: a proactive command may
 * wait. */
static const char *change(uint32_t tag)
{
    char request[32];
    snprintf(request, sizeof(request), "%04X038001FF", (unsigned)tag);
    static char status[5];
    const char *answer = talk_es10(&card, request);
    snprintf(status, sizeof(status), "%s", answer + strlen(answer) - 4);
    return status;
}

/* A package in one block: the status word behind its answer, which is fetched. */
static const char *send(const char *operations)
{
    static char text[5];
    uint8_t room[512];
    char request[2 * sizeof(room) + 1];
    struct writer writer = writer_on(room, sizeof(room));
    iot_world_put_package(&world, operations, &(struct iot_bent){0}, &writer);
    hex_encode(writer_bytes(&writer), request);
    const char *answer = talk_es10(&card, request);
    cr_assert(strncmp(answer, "BF51", 4) == 0, "%s", answer);
    world.eims[0].counter++;
    snprintf(text, sizeof(text), "%s", answer + strlen(answer) - 4);
    return text;
}

#define ANSWERS(command, expected) TALK_ANSWERS(&card, command, expected)

/* The REFRESH that waits is fetched and answered so. */
static void refresh(unsigned result)
{
    char command[64];
    unsigned number;
    const char *fetched = talk(&card, FETCH);
    cr_assert_eq(sscanf(fetched, "D0098103%2X", &number), 1, "%s", fetched);
    cr_assert_str_eq(fetched + 10,
                     "010982028182"
                     "9000",
                     "%s", fetched);
    snprintf(command, sizeof(command), "801400000C8103%02X0109820282818301%02X", number, result);
    ANSWERS(command, "9000");
}

/* Each command that changes something waits for the disk once. */
Test(iot, a_package_is_one_flush)
{
    static const char *const packages[] = {"EA", "E!B", "DB", "EA SF I", "+2", "*2", "XN", "E!B"};
    static const uint32_t functions[] = {ES10_PROFILE_ROLLBACK, ES10_EXECUTE_FALLBACK_MECHANISM,
                                         ES10_RETURN_FROM_FALLBACK, ES10_ENABLE_EMERGENCY_PROFILE,
                                         ES10_DISABLE_EMERGENCY_PROFILE};
    for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++) {
        (void)flushes_take();
        (void)iot_world_send(&world, packages[i], NULL);
        const unsigned count = flushes_take();
        cr_assert_eq(count, 1, "%s: %u", packages[i], count);
    }
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        (void)flushes_take();
        cr_assert_eq(iot_world_change(&world, functions[i], 0), 0, "%X", (unsigned)functions[i]);
        const unsigned count = flushes_take();
        cr_assert_eq(count, 1, "%X: %u", (unsigned)functions[i], count);
    }
    (void)flushes_take();
    (void)iot_world_send(&world, "EA", &(struct iot_bent){.counter = 1});
    (void)iot_world_send(&world, "EA", &(struct iot_bent){.wrong_signature = true});
    cr_assert_eq(flushes_take(), 0); /* what is refused changes nothing */
}

/* What passes is named, down to the operations and what came of them. */
Test(iot, packages_are_named_in_the_trace)
{
    static char text[1 << 18];
    static struct outputs outputs;
    static const char *const named[] = {
        "LoadEuiccPackage (BF51)",   "eimId (80): 'eim.example.com'",
        "counterValue (81): 1",      "enable (A3)",
        "rollbackFlag (05)",         "enableResult (83): 20 rollbackNotAvailable",
        "EuiccPackageResult (BF51)", "cmdResult (02): 1 rollbackNotAllowed"};
    char path[128];
    snprintf(path, sizeof(path), "%s/trace", world.peer.folder);
    const struct outputs_plan plan = {.trace = path};
    cr_assert_eq(outputs_open(&outputs, &plan), 0);
    outputs_observe(&outputs, &card, "a chip");
    order("E!A", "E20");
    cr_assert_eq(iot_world_change(&world, ES10_PROFILE_ROLLBACK, 0), 1);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        cr_assert_not_null(strstr(text, named[i]), "%s: %s", named[i], text);
    card.observers = NULL; /* they end before the card does */
    outputs_close(&outputs);
}

/* A terminal without a toolkit: at once, and nothing is announced. */
Test(iot, a_package_takes_effect_at_once_without_a_toolkit)
{
    cr_assert_str_eq(send("EA"), "9000");
    shows("[A]BFM");
    cr_assert_eq(card.uicc.profile_id, isd_r_enabled_profile(card.isd_r));
    ANSWERS(FETCH, "6985");
}

/* With one: when the REFRESH has been done, or at the next reset. */
Test(iot, a_package_waits_for_the_refresh)
{
    ANSWERS(KNOWS_STATE_CHANGE, "9000");
    cr_assert_str_eq(send("EA"), "910B");
    cr_assert_eq(isd_r_enabled_profile(card.isd_r), 0);
    refresh(DONE);
    shows("[A]BFM");
    cr_assert_str_eq(iot_world_told(&world), "eA");
    cr_assert_str_eq(send("EB"), "910B");
    cr_assert_str_eq(send("EF"), "910B"); /* catBusy */
    peer_card_power_cycle(&card);
    shows("A[B]FM");
    order("DB XB EA", "D0 X0 E0");
    shows("[A]FM");
}

/* A profile that a package disables and deletes is gone at once; the terminal is told all the same.
 */
Test(iot, what_is_deleted_does_not_wait)
{
    order("EA", "E0");
    ANSWERS(KNOWS_STATE_CHANGE, "9000");
    cr_assert_str_eq(send("DA XA"), "910B");
    cr_assert_eq(isd_r_enabled_profile(card.isd_r), 0);
    refresh(DONE);
    shows("BFM");
}

/* What was to be gone back to is nothing to go back to where the terminal refuses. */
Test(iot, a_refused_refresh_leaves_nothing_to_go_back_to)
{
    order("EA SF", "E0 S0");
    ANSWERS(KNOWS_STATE_CHANGE, "9000");
    cr_assert_str_eq(send("E!B"), "910B");
    refresh(REFUSED);
    shows("[A]BF'M");
    cr_assert_eq(iot_world_change(&world, ES10_PROFILE_ROLLBACK, 0), 1);
    cr_assert_str_eq(change(ES10_EXECUTE_FALLBACK_MECHANISM), "910B");
    refresh(REFUSED);
    cr_assert_eq(iot_world_change(&world, ES10_RETURN_FROM_FALLBACK, 0), 6);
    cr_assert_str_eq(change(ES10_ENABLE_EMERGENCY_PROFILE), "910B");
    refresh(REFUSED);
    cr_assert_eq(iot_world_change(&world, ES10_DISABLE_EMERGENCY_PROFILE, 0), 2);
    shows("[A]BF'M");
}

/* Each way to another profile, through a REFRESH that is done. */
Test(iot, other_ways_wait_for_the_refresh_too)
{
    static const struct {
        uint32_t tag;
        const char *shown;
    } ways[] = {{ES10_EXECUTE_FALLBACK_MECHANISM, "AB[F]'M"},
                {ES10_RETURN_FROM_FALLBACK, "[A]BF'M"},
                {ES10_ENABLE_EMERGENCY_PROFILE, "ABF'[M]"},
                {ES10_DISABLE_EMERGENCY_PROFILE, "[A]BF'M"}};
    order("EA SF", "E0 S0");
    iot_world_forget_told(&world);
    ANSWERS(KNOWS_STATE_CHANGE, "9000");
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        cr_assert_str_eq(change(ways[i].tag), "910B", "%zu", i);
        refresh(DONE);
        shows(ways[i].shown);
    }
    cr_assert_str_eq(iot_world_told(&world), "dAeFdFeA"); /* an emergency is silent */
    cr_assert_str_eq(send("E!B"), "910B");
    refresh(DONE);
    cr_assert_str_eq(change(ES10_PROFILE_ROLLBACK), "910B");
    refresh(DONE);
    shows("[A]BF'M");
    cr_assert_str_eq(iot_world_told(&world), "dAeFdFeA"); /* what was undone has not been said */
}

static void plan(const char *text)
{
    faults_clear(&card.hardware.faults);
    cr_assert_eq(faults_read(&card.hardware.faults, "t", bytes_of_text(text)), 0, "%s", text);
    card_arm(&card);
}

/* Each operation answers a code that is wanted, and nothing is done. */
Test(iot, faults_strike_operations_by_name_and_place)
{
    plan("psmo enable 1 = result 5");
    order("EA", "E5");
    order("EA", "E0");
    plan("psmo 2 = result 127");
    order("XB XF", "X0 X127");
    plan("psmo delete 2 = result 3, always");
    order("XF", "X0");
    order("XM", "X3");
    plan("psmo listProfileInfo = result 11");
    order("L", "L!11 !2");
    plan("eco addEim = result 1");
    order("+2", "+1");
    plan("eco = result 7, always");
    order("#", "#!7");
    plan("psmo getRAT = status 6F00");
    order("DA R", "6F00");
    faults_clear(&card.hardware.faults);
    card_arm(&card);
    shows("[A]M"); /* all of the package is undone */
}

Test(iot, faults_strike_packages)
{
    plan("function LoadEuiccPackage = result 104");
    order("EA", "s104");
    shows("ABFM");
    plan("function LoadEuiccPackage = status 6A84");
    order("EA", "6A84");
    plan("function LoadEuiccPackage = cut-before-commit");
    (void)iot_world_send(&world, "EA", &(struct iot_bent){.counter = 50});
    peer_card_power_cycle(&card);
    shows("ABFM");
    plan("function LoadEuiccPackage = cut-after-commit");
    (void)iot_world_send(&world, "EA", &(struct iot_bent){.counter = 51});
    peer_card_power_cycle(&card);
    shows("[A]BFM");
}

/* The functions of IoT chips that have a result of their own answer it in their form. */
Test(iot, faults_strike_each_function_in_its_form)
{
    static const uint32_t tags[] = {
        [ES10_ERROR_RESULT] = 0x80, [ES10_ERROR_CHOICE] = 0x81, [ES10_ERROR_INTEGER] = 0x02};
    size_t count = 0;
    for (size_t i = 0; i < es10_functions.count; i++) {
        const struct es10_row *row = &es10_functions.rows[i];
        char text[96], request[16], expected[32];
        if (row->chips & ES10_CONSUMER || row->error_form == ES10_ERROR_NONE ||
            row->error_form == ES10_ERROR_EUICC_PACKAGE)
            continue;
        snprintf(text, sizeof(text), "function %s = result 3", row->name);
        plan(text);
        snprintf(request, sizeof(request), "%04X00", (unsigned)row->tag);
        snprintf(expected, sizeof(expected), "%04X03%02X01039000", (unsigned)row->tag,
                 (unsigned)tags[row->error_form]);
        cr_assert_str_eq(talk_es10(&card, request), expected, "%s", row->name);
        count++;
    }
    cr_assert_eq(count, 13);
}
