/* The dialect and quirks of personalities, each on a chip that has it. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/temp_card.h"
#include "tests/support/talk.h"
#include "isd-r/state.h"

#define ISD_R "A0000005591010FFFFFFFF8900000100"
#define ICCID_1 "988812010000000010F1" /* usim-milenage */
#define ICCID_2 "988812010000000040F5" /* usim-names */
#define AID_1 "A0000005591010FFFFFFFF8900001000"
#define BY_ICCID(function, iccid, flag) "BF" function "11A00C5A0A" iccid "8101" flag
#define BY_AID(function, aid, flag) "BF" function "17A0124F10" aid "8101" flag
#define RESULT(function, result) "BF" function "038001" result "9000"

static struct card card;

static void start(void)
{
    cr_assert(temp_card_begin());
}

static void end(void)
{
    card_close(&card);
    temp_card_end();
}

TestSuite(quirks, .init = start, .fini = end, .timeout = 60);

/* A chip of a personality that ships, with two profiles, both disabled. */
static void be(const char *personality)
{
    static const char *const installs[] = {"usim-milenage", "usim-names"};
    char state[96];
    snprintf(state, sizeof(state), "%s/%s", temp_card_folder, personality);
    const struct startup_plan plan = {
        .state = state, .personality = personality, .install = installs, .install_count = 2};
    cr_assert_eq(startup_card(&plan, &card), 0);
}

/* The same chip after a text of lines. */
static void be_text(const char *text)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/personality.txt", temp_card_folder);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    const struct startup_plan plan = {.state = temp_card_folder, .personality = path};
    cr_assert_eq(startup_card(&plan, &card), 0);
}

static void select_isd_r(void)
{
    cr_assert_eq(strncmp(talk(&card, "00A4040010" ISD_R "00"), "6F", 2), 0);
}

#define ANSWERS(command, expected) TALK_ANSWERS(&card, command, expected)
#define ES10(request, expected)                                                                    \
    do {                                                                                           \
        const char *got = talk_es10(&card, request);                                               \
        cr_assert_str_eq(got, expected, "%s gets %s, not %s", request, got, expected);             \
    } while (0)

Test(quirks, profiles_are_known_by_aid_alone)
{
    be("field-by-aid");
    select_isd_r();
    ES10(BY_ICCID("31", ICCID_1, "00"), RESULT("31", "01"));
    ES10("BF330C5A0A" ICCID_1, RESULT("33", "01"));
    ES10(BY_AID("31", AID_1, "00"), RESULT("31", "00"));
}

Test(quirks, refresh_flag_is_an_error)
{
    be("field-no-refresh");
    select_isd_r();
    ES10(BY_ICCID("31", ICCID_1, "FF"), RESULT("31", "7F"));
    ES10(BY_ICCID("31", ICCID_1, "00"), RESULT("31", "00"));
    ES10(BY_ICCID("32", ICCID_1, "FF"), RESULT("32", "7F"));
    ES10(BY_ICCID("32", ICCID_1, "00"), RESULT("32", "00"));
}

/* Cards that people put into phones of their own. */
Test(quirks, chips_like_5ber_and_esim_me_have_their_aid_and_want_refresh_flag_clear)
{
    static const struct {
        const char *name, *aid;
    } rows[] = {{"5ber", "A0000005591010FFFFFFFF8900050500"},
                {"esim-me", "A0000005591010000000008900000300"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char select[64];
        be(rows[i].name);
        ANSWERS("00A4040010" ISD_R "00", "6A82");
        snprintf(select, sizeof(select), "00A4040010%s00", rows[i].aid);
        cr_assert_eq(strncmp(talk(&card, select), "6F", 2), 0, "%s", rows[i].name);
        ES10(BY_ICCID("31", ICCID_1, "FF"), RESULT("31", "7F"));
        ES10(BY_ICCID("31", ICCID_1, "00"), RESULT("31", "00"));
        ES10(BY_ICCID("32", ICCID_1, "00"), RESULT("32", "00"));
        card_close(&card);
    }
    be("sgp22-v2.5");
}

Test(quirks, isd_r_hides_until_terminal_capability)
{
    be("field-hidden");
    ANSWERS("00A4040010" ISD_R, "6A82");
    ANSWERS("80AA00000AA9088100820101830107", "9000");
    select_isd_r();
    card_power(&card, CARD_RESET);
    ANSWERS("00A4040010" ISD_R, "6A82");
}

Test(quirks, isd_r_is_on_the_basic_channel_alone)
{
    be("field-basic-channel");
    ANSWERS("0070000001", "019000");
    ANSWERS("01A4040010" ISD_R, "6881");
    select_isd_r();
}

Test(quirks, es10b_is_locked_from_a_change_to_the_reset)
{
    be("field-locked");
    ANSWERS("8010000003FFFFFF", "9000");
    select_isd_r();
    ES10(BY_ICCID("31", ICCID_1, "FF"), RESULT("31", "00"));
    ES10("BF2E00", "6985");
    ES10("BF2800", "6985");
    cr_assert_not_null(strstr(talk_es10(&card, "BF2D00"), ICCID_1), "ES10c answers");
    card_power(&card, CARD_RESET);
    select_isd_r();
    cr_assert_eq(strncmp(talk_es10(&card, "BF2E00"), "BF2E128010", 10), 0);
    ES10(BY_ICCID("31", ICCID_1, "00"), RESULT("31", "02"));
}

/* The change is made at once, and 9000 says nothing of it. */
Test(quirks, a_silent_chip_tells_no_terminal)
{
    be_text("refresh = silent\nprofile = usim-milenage\n");
    ANSWERS("8010000003FFFFFF", "9000");
    select_isd_r();
    ES10(BY_ICCID("31", ICCID_1, "FF"), RESULT("31", "00"));
    cr_assert_not_null(strstr(talk_es10(&card, "BF2D00"), "9F700101"));
}

Test(quirks, long_blocks_are_refused)
{
    char block[300] = "80E2110079BF2900";
    be("field-blocks");
    select_isd_r();
    memset(block + strlen(block), '0', 2 * 0x79 - 6);
    ANSWERS(block, "6A80");
    memcpy(block, "80E2110078", 10);
    block[10 + 2 * 0x78] = '\0';
    ANSWERS(block, "9000");
    ANSWERS("80E29100000003BF2E00", "6700");
}

Test(quirks, a_card_on_t0_has_three_channels_and_lets_fetch)
{
    be("field-t0");
    ANSWERS("00A4040010" ISD_R "00", "6121");
    ANSWERS("80E2910003BF2E0000", "6115");
    cr_assert_eq(strncmp(talk(&card, "80C0000015"), "BF2E128010", 10), 0);
    ANSWERS("0070000001", "019000");
    ANSWERS("0070000001", "029000");
    ANSWERS("0070000001", "039000");
    ANSWERS("0070000001", "6A81");
    ANSWERS("0070000400", "6A86");
}

Test(quirks, answers_come_at_once_where_they_are_wanted_so)
{
    be_text("answers = at-once\nle = exact\nchannels = 0\n");
    cr_assert_eq(strncmp(talk(&card, "00A4040010" ISD_R), "6F1F84", 6), 0);
    cr_assert_eq(strncmp(talk(&card, "80E2910003BF2E00"), "BF2E128010", 10), 0);
    ANSWERS("0070000001", "6A81");
    ANSWERS("0070000100", "6A86");
    ANSWERS("00700000", "6700");
}

Test(quirks, a_fresh_chip_counts_an_application_and_numbers_from_0)
{
    char state[96];
    snprintf(state, sizeof(state), "%s/chip", temp_card_folder);
    const struct startup_plan plan = {.state = state, .personality = "field-applications"};
    cr_assert_eq(startup_card(&plan, &card), 0);
    select_isd_r();
    cr_assert_not_null(strstr(talk_es10(&card, "BF2200"), "840F810101"));
    cr_assert_eq(card.isd_r->notification.next, 0);
}

Test(quirks, no_ci_signs)
{
    be("field-no-signing-ci");
    select_isd_r();
    cr_assert_not_null(strstr(talk_es10(&card, "BF2000"), "AA00"));
    cr_assert_not_null(strstr(talk_es10(&card, "BF2200"), "AA00"));
}

Test(quirks, an_unknown_notification_is_an_error_or_an_empty_list)
{
    be("field-retrieve-error");
    select_isd_r();
    ES10("BF2B05A003800163", "BF2B038101019000");
    card_close(&card);
    be("sgp22-v2.5");
    select_isd_r();
    ES10("BF2B05A003800163", "BF2B02A0009000");
}

/* Two profiles of three that its volatile memory holds. */
Test(quirks, volatile_memory_falls_with_each_profile)
{
    be("field-little-ram");
    select_isd_r();
    cr_assert_not_null(strstr(talk_es10(&card, "BF2200"), "830400000C00"), "of 7K 4K are taken");
}

/* With most of its other memory free. */
Test(quirks, a_fourth_profile_does_not_fit_into_volatile_memory)
{
    static const char *const installs[] = {"usim-milenage", "usim-names", "usim-isim-tuak",
                                           "usim-iccid18"};
    char state[96];
    uint64_t left;
    snprintf(state, sizeof(state), "%s/four", temp_card_folder);
    struct startup_plan plan = {
        .state = state, .personality = "field-little-ram", .install = installs};
    plan.install_count = 4;
    cr_assert_neq(startup_card(&plan, &card), 0);
    card_close(&card);
    snprintf(state, sizeof(state), "%s/three", temp_card_folder);
    plan.install_count = 3;
    cr_assert_eq(startup_card(&plan, &card), 0);
    cr_assert_eq(card.isd_r->registry.count, 3);
    cr_assert_eq(euicc_info_free_memory(card.isd_r->info, card.store, &left), 0);
    for (size_t i = 0; i < card.isd_r->registry.count; i++)
        cr_assert_gt(left, card.isd_r->registry.list[i].size);
}

Test(quirks, a_blank_chip_has_nothing_but_its_isd_r)
{
    be_text("blank = none\n");
    ANSWERS("00A40000023F00", "6A82");
    select_isd_r();
    ES10("BF2D00", "BF2D02A0009000");
}

/* None of its six is small enough to come once more. */
Test(quirks, a_full_chip_has_no_room_for_another_profile)
{
    char state[96];
    uint64_t left;
    snprintf(state, sizeof(state), "%s/chip", temp_card_folder);
    const struct startup_plan plan = {.state = state, .personality = "full"};
    cr_assert_eq(startup_card(&plan, &card), 0);
    cr_assert_eq(card.isd_r->registry.count, 6);
    cr_assert_eq(euicc_info_free_memory(card.isd_r->info, card.store, &left), 0);
    for (size_t i = 0; i < card.isd_r->registry.count; i++)
        cr_assert_lt(left, card.isd_r->registry.list[i].size);
}
