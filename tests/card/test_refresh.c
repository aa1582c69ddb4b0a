/* What the terminal is told of another profile, and when the other profile is there: terminal
 * profile by refreshFlag by answer, on a real chip. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/temp_card.h"
#include "tests/support/talk.h"

#define SELECT_ISD_R "00A4040010A0000005591010FFFFFFFF8900000100"
#define ZEROS "000000000000000000000000000000000000000000000000000000000000" /* bytes 4 to 33 */
#define NO_PROFILE NULL
#define KNOWS_NOTHING "8010000022000000" ZEROS "00"
#define KNOWS_RESET "8010000022000080" ZEROS "00"
#define KNOWS_STATE_CHANGE "8010000022000080" ZEROS "20"
#define FETCH "801200000B"

enum mode { AT_ONCE, RESET = 0x04, STATE_CHANGE = 0x09 };

static struct card card;

static void start(void)
{
    cr_assert(temp_card_begin());
    cr_assert(temp_card_make(&card, true));
}

static void stop(void)
{
    card_close(&card);
    temp_card_end();
}

TestSuite(refresh, .init = start, .fini = stop, .timeout = 60);

#define ANSWERS(command, expected) TALK_ANSWERS(&card, command, expected)

/* EnableProfile or DisableProfile on the basic channel, where the ISD-R is selected: the answer
 * with its status word. */
static const char *change(bool enable, const char *flag)
{
    char request[64];
    snprintf(request, sizeof(request), "BF3%d11A00C5A0A" TEMP_CARD_ICCID "8101%s", enable ? 1 : 2,
             flag);
    return talk_es10(&card, request);
}

static void check_change(bool enable, const char *flag, const char *expected)
{
    char answer[32];
    snprintf(answer, sizeof(answer), "BF3%d0380010%s", enable ? 1 : 2, expected);
    const char *got = change(enable, flag);
    cr_assert_str_eq(got, answer, "%s", got);
}

static bool is_enabled(void)
{
    return isd_r_enabled_profile(card.isd_r) != 0 && card.uicc.profile_id != 0;
}

/* TERMINAL RESPONSE to the REFRESH with this number. */
static const char *respond(unsigned number, enum mode mode, unsigned result)
{
    char command[64];
    snprintf(command, sizeof(command), "801400000C8103%02X01%02X820282818301%02X", number, mode,
             result);
    return talk(&card, command);
}

static const char *fetch(void)
{
    return talk(&card, FETCH);
}

struct row {
    const char *profile; /* TERMINAL PROFILE */
    const char *flag;
    enum mode mode;
    int result;    /* of the TERMINAL RESPONSE, -1: none comes, -2: the command is not fetched */
    bool then;     /* the change has taken effect after that */
    bool at_reset; /* and after the next reset */
};

/* clang-format off */
static const struct row rows[] = {
    /* profile             flag  mode          result  then   at reset */
    {NO_PROFILE,         "00", AT_ONCE,      -2,     true,  true},
    {NO_PROFILE,         "FF", AT_ONCE,      -2,     true,  true},
    {NO_PROFILE,         "01", AT_ONCE,      -2,     true,  true},
    {KNOWS_NOTHING,      "00", AT_ONCE,      -2,     true,  true},
    {KNOWS_NOTHING,      "FF", AT_ONCE,      -2,     true,  true},
    {KNOWS_RESET,        "00", AT_ONCE,      -2,     true,  true},
    {KNOWS_RESET,        "FF", RESET,        -2,     false, true},
    {KNOWS_RESET,        "FF", RESET,        -1,     false, true},
    {KNOWS_RESET,        "01", RESET,        0x00,   false, true},
    {KNOWS_RESET,        "01", RESET,        0x03,   false, true},
    {KNOWS_RESET,        "FF", RESET,        0x20,   false, false},
    {KNOWS_RESET,        "FF", RESET,        0x30,   false, false},
    {KNOWS_STATE_CHANGE, "00", AT_ONCE,      -2,     true,  true},
    {KNOWS_STATE_CHANGE, "FF", STATE_CHANGE, -2,     false, true},
    {KNOWS_STATE_CHANGE, "FF", STATE_CHANGE, -1,     false, true},
    {KNOWS_STATE_CHANGE, "01", STATE_CHANGE, 0x00,   true,  true},
    {KNOWS_STATE_CHANGE, "FF", STATE_CHANGE, 0x01,   true,  true},
    {KNOWS_STATE_CHANGE, "FF", STATE_CHANGE, 0x20,   false, false},
    {KNOWS_STATE_CHANGE, "01", STATE_CHANGE, 0x32,   false, false},
};
/* clang-format on */

static void check_refresh(const struct row *row, bool enable)
{
    char command[64];
    if (row->mode == AT_ONCE) {
        ANSWERS(FETCH, "6985");
        return;
    }
    /* Until it is over nothing else can be changed, and nothing is lost by waiting. */
    check_change(enable, "FF", "5910B");
    ANSWERS("0070000001", "01910B");
    ANSWERS("00708001", "910B");
    if (row->result == -2)
        return;
    snprintf(command, sizeof(command), "D00981030101%02X820281829000", row->mode);
    cr_assert_str_eq(fetch(), command);
    ANSWERS("0070000001", "019000");
    ANSWERS("00708001", "9000");
    check_change(enable, "FF", "59000");
    if (row->result >= 0)
        cr_assert_str_eq(respond(1, row->mode, (unsigned)row->result), "9000");
}

static void run(const struct row *row, bool enable)
{
    talk(&card, SELECT_ISD_R "00");
    if (is_enabled() == enable)
        check_change(!enable, "00", "09000");
    if (row->profile != NULL)
        ANSWERS(row->profile, "9000");
    check_change(enable, row->flag, row->mode == AT_ONCE ? "09000" : "0910B");
    cr_assert_eq(is_enabled() == enable, row->mode == AT_ONCE);
    check_refresh(row, enable);
    cr_assert_eq(is_enabled() == enable, row->then, "before the reset");
    card_power(&card, CARD_RESET);
    cr_assert_eq(is_enabled() == enable, row->at_reset, "after the reset");
    ANSWERS("00A4000C022FE2", "9000");
    ANSWERS("00B000000A", is_enabled() ? TEMP_CARD_ICCID "9000" : "FFFFFFFFFFFFFFFFFFFF9000");
}

Test(refresh, follows_the_table)
{
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        fprintf(stderr, "row %zu, %s\n", i / 2, i % 2 == 0 ? "enable" : "disable");
        run(&rows[i / 2], i % 2 == 0);
    }
}

/* What the LPA was promised is kept when the process ends without a word: a start is a reset. */
Test(refresh, is_durable_when_it_is_promised_and_when_it_is_answered)
{
    talk(&card, SELECT_ISD_R "00");
    ANSWERS(KNOWS_STATE_CHANGE, "9000");
    check_change(true, "FF", "0910B");
    fetch();
    store_close(card.store);
    card.store = NULL;
    card_close(&card);
    cr_assert(temp_card_make(&card, true));
    cr_assert(is_enabled());
    talk(&card, SELECT_ISD_R "00");
    ANSWERS(KNOWS_STATE_CHANGE, "9000");
    check_change(false, "FF", "0910B");
    fetch();
    cr_assert_str_eq(respond(1, STATE_CHANGE, 0), "9000");
    card_close(&card);
    cr_assert(temp_card_make(&card, true));
    cr_assert_not(is_enabled());
    talk(&card, SELECT_ISD_R "00");
    ANSWERS(KNOWS_STATE_CHANGE, "9000");
    check_change(true, "FF", "0910B");
    fetch();
    cr_assert_str_eq(respond(1, STATE_CHANGE, 0x20), "9000");
    card_close(&card);
    cr_assert(temp_card_make(&card, true));
    cr_assert_not(is_enabled());
}

Test(refresh, ends_what_the_old_profile_had_and_leaves_the_isd_r_its_channel)
{
    talk(&card, SELECT_ISD_R "00");
    check_change(true, "00", "09000");
    ANSWERS("00A4000C023F00", "9000");
    ANSWERS("0070000001", "019000");
    ANSWERS("01A4040C0CA0000000871002FFFFFFFF89", "9000");
    ANSWERS("0070000001", "029000");
    talk(&card, "02A4040010A0000005591010FFFFFFFF8900000100");
    ANSWERS("00A4040C0CA0000000871002FFFFFFFF89", "9000");
    ANSWERS("002800010830303030FFFFFFFF", "9000");
    ANSWERS(KNOWS_STATE_CHANGE, "9000");
    cr_assert_str_eq(talk_through(&card, "82E2910014BF3211A00C5A0A" TEMP_CARD_ICCID "8101FF"),
                     "BF3203800100910B");
    ANSWERS("01A4000C026F07", "910B");
    cr_assert_str_eq(fetch(), "D0098103010109820281829000");
    cr_assert_str_eq(respond(1, STATE_CHANGE, 0), "9000");
    ANSWERS("01A4000C026F07", "6881");
    ANSWERS("00A4000C026F07", "6A82");
    for (size_t i = 0; i < APDU_CHANNELS; i++)
        cr_assert_eq(card.uicc.channels[i].verified, 0);
    cr_assert_eq(strncmp(talk_through(&card, "82E2910003BF2E00"), "BF2E1280", 8), 0);
    card_power(&card, CARD_RESET);
    ANSWERS("82E2910003BF2E00", "6881");
}

/* Only a personality that says so asks anything, and the LPA is kept waiting for the answers. */
Test(refresh, a_personality_may_ask_when_the_terminal_comes)
{
    card.uicc.proactive.settings =
        (struct proactive_settings){.at_start = 1u << PROACTIVE_LOCATION, .poll_interval = 30};
    talk(&card, SELECT_ISD_R "00");
    ANSWERS("8010000004FFFFFFFF", "910B");
    check_change(true, "FF", "5910B");
    ANSWERS(FETCH, "D0098103012600820281829000");
    check_change(true, "00", "59000");
    ANSWERS("801400000C810301260082028281830100", "910F");
    ANSWERS("801200000F", "D00D81030203008202818284"
                          "02011E9000");
    ANSWERS("8014000010810302030082028281830100840201"
            "1E",
            "9000");
    check_change(true, "FF", "0910B");
    ANSWERS(FETCH, "D0098103030104820281829000");
    cr_assert_str_eq(respond(3, RESET, 0), "9000");
}

/* A memory reset waits for nobody; a terminal whose profile is gone is told. */
Test(refresh, follows_a_memory_reset_that_took_the_enabled_profile)
{
    talk(&card, SELECT_ISD_R "00");
    check_change(true, "00", "09000");
    ANSWERS(KNOWS_STATE_CHANGE, "9000");
    cr_assert_str_eq(talk_es10(&card, "BF3404820205A0"), "BF3403800100910B");
    cr_assert_not(is_enabled());
    cr_assert_str_eq(talk_es10(&card, "BF2D00"), "BF2D02A000910B");
    cr_assert_str_eq(fetch(), "D0098103010109820281829000");
    cr_assert_str_eq(respond(1, STATE_CHANGE, 0x20), "9000");
    cr_assert_str_eq(talk_es10(&card, "BF2D00"), "BF2D02A0009000");
}
