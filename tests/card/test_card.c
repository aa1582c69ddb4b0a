#include <criterion/criterion.h>
#include <stdio.h>

#include "apdu/hex.h"
#include "apdu/status.h"
#include "apdu/trace.h"
#include "tests/support/talk.h"
#include "tests/card/fake_chip.h"

#define SELECT_ISD_R "00A4040006A00000055901"

static struct card card;

static void ignore(void *context, enum trace_level level, const char *text)
{
    (void)context;
    (void)level;
    (void)text;
}

static void start(void)
{
    trace_to(ignore, NULL);
    fake_chip_start(&card);
    talk(&card, SELECT_ISD_R "00");
    fake_chip_calls();
}

static void stop(void)
{
    card_close(&card);
}

TestSuite(card, .init = start, .fini = stop);

#define ANSWERS(command, expected) TALK_ANSWERS(&card, command, expected)
#define CALLS(expected) cr_assert_str_eq(fake_chip_calls(), expected)

Test(card, a_change_is_committed_once)
{
    ANSWERS("80E29100010300", "039000");
    CALLS("commit ");
}

Test(card, nothing_changed_is_nothing_committed)
{
    ANSWERS("80E291000301000100", "009000");
    CALLS("");
}

Test(card, another_profile_is_loaded_after_the_commit)
{
    ANSWERS("80E2910002060700", "069000");
    CALLS("commit load-7 ");
    cr_assert_eq(card.uicc.profile_id, 7);
}

Test(card, a_profile_that_cannot_be_read_leaves_the_card_blank)
{
    fake_chip.load_result = FAILURE_INTERNAL;
    ANSWERS("80E2910002060700", "069000");
    CALLS("commit load-7 ");
    ANSWERS("80E291000301000100", "009000");
    CALLS("isd-r-rollback load-7 load-0 ");
}

Test(card, a_failing_commit_answers_6581_and_rolls_everything_back)
{
    fake_chip.commit_result = FAILURE_MEMORY;
    ANSWERS("80E2910002060700", "6581");
    CALLS("commit rollback isd-r-rollback load-0 ");
    cr_assert_eq(card.uicc.profile_id, 0);
    cr_assert_eq(isd_r_enabled_profile(card.isd_r), 0);
    ANSWERS("80E2910002060700", "069000");
    CALLS("commit load-7 ");
}

Test(card, a_commit_that_fails_inside_answers_6f00)
{
    fake_chip.commit_result = FAILURE_INTERNAL;
    ANSWERS("80E29100010300", "6F00");
    CALLS("commit rollback isd-r-rollback load-0 ");
}

Test(card, a_failure_commits_nothing_and_sends_no_data)
{
    ANSWERS("80E29100010400", "6F00");
    CALLS("rollback isd-r-rollback load-0 ");
    ANSWERS("80E29100010500", "6581");
    CALLS("rollback isd-r-rollback load-0 ");
    ANSWERS("80C0000000", "6985");
}

Test(card, a_rollback_keeps_the_profile_that_was_enabled)
{
    ANSWERS("80E2910002060700", "069000");
    fake_chip_calls();
    ANSWERS("80E29100010400", "6F00");
    CALLS("rollback isd-r-rollback load-7 ");
}

Test(card, a_wish_that_was_rolled_back_is_forgotten)
{
    fake_chip.commit_result = FAILURE_MEMORY;
    ANSWERS("80E2910002060700", "6581");
    fake_chip_calls();
    ANSWERS("80E291000301000100", "009000");
    CALLS("");
}

Test(card, a_refusal_that_changed_something_is_committed)
{
    ANSWERS("80E29100010300", "039000");
    CALLS("commit ");
    ANSWERS("80E2910005026A80AABB00", "6A80");
    CALLS("");
}

Test(card, a_response_that_runs_over_is_a_failure)
{
    ANSWERS("80E29100010700", "6F00");
    CALLS("rollback isd-r-rollback load-0 ");
}

Test(card, wrong_shapes_are_6700)
{
    ANSWERS("00", "6700");
    ANSWERS("00A4", "6700");
    ANSWERS("00A404", "6700");
    ANSWERS("80E2910005AA", "6700");
    ANSWERS("80E2910001AABBCC", "6700");
    ANSWERS("80E29100000001", "6700");
    ANSWERS("80E2910000000200", "6700");
}

Test(card, contract_17_channels_and_selections_do_not_survive_power)
{
    const enum card_power each[] = {CARD_OFF, CARD_ON, CARD_RESET};
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        ANSWERS("0070000001", "019000");
        ANSWERS(SELECT_ISD_R, "6103");
        fake_chip_calls();
        card_power(&card, each[i]);
        CALLS("isd-r-reset uicc-reset ");
        ANSWERS("00C0000003", "6985");
        ANSWERS("80CA000003", "6D00");
        ANSWERS("01B0000003", "6881");
    }
}

Test(card, power_may_come_twice_or_not_at_all)
{
    card_power(&card, CARD_OFF);
    card_power(&card, CARD_OFF);
    ANSWERS("00B0000003", "DA7A009000");
    card_power(&card, CARD_ON);
    card_power(&card, CARD_ON);
    ANSWERS("00B0000003", "DA7A009000");
}

Test(card, contract_1_asking_for_the_atr_changes_nothing)
{
    ANSWERS("0070000001", "019000");
    ANSWERS(SELECT_ISD_R, "6103");
    fake_chip_calls();
    const struct bytes atr = card_atr(&card);
    cr_assert_eq(atr.data[0], 0x3B);
    CALLS("");
    ANSWERS("00C0000003", "6F01849000");
    ANSWERS("01B0000003", "DA7A009000");
}

Test(card, memory_goes_back_at_power_off)
{
    ANSWERS("80E291000301FFFF", "6100");
    cr_assert_neq(card.channels.channels[0].pending.data, NULL);
    card_power(&card, CARD_OFF);
    cr_assert_null(card.channels.channels[0].pending.data);
}

Test(card, the_longest_answer_comes_at_once_or_in_pieces)
{
    const char *answer = talk(&card, "80E291000000"
                                     "0301FFFD"
                                     "0000");
    cr_assert_eq(strlen(answer), 2 * 65533 + 4);
    answer = talk(&card, "80E291000000"
                         "0301FFFF"
                         "0000");
    cr_assert_str_eq(answer, "6100");
    answer = talk(&card, "80C00000000000");
    cr_assert_eq(strlen(answer), 2 * 65533 + 4);
    cr_assert_str_eq(answer + 2 * 65533, "6102");
    ANSWERS("80C0000002", "FDFE9000");
}

Test(card, two_cards_in_one_process_know_nothing_of_each_other)
{
    struct card other;
    fake_chip_start(&other);
    ANSWERS("0070000001", "019000");
    cr_assert_str_eq(talk(&other, "01B0000003"), "6881");
    cr_assert_str_eq(talk(&other, "80CA000003"), "6D00");
    ANSWERS("01B0000003", "DA7A009000");
    card_close(&other);
}

#define PROFILE_WITH_RESET "80100000040000A000"
#define ANSWER_DONE "801400000C810301010482028281830100"
#define ANSWER_REFUSED "801400000C810301010482028281830130"

Test(card, every_success_announces_what_waits)
{
    ANSWERS(PROFILE_WITH_RESET, "9000");
    cr_assert(fake_chip.terminal.toolkit && !fake_chip.terminal.busy);
    ANSWERS("80E2910002080700", "08910B");
    cr_assert(fake_chip.terminal.busy);
    ANSWERS("80CA000003", "DA7A00910B");
    ANSWERS("0070000001", "01910B");
    ANSWERS("00708001", "910B");
    ANSWERS("80E2910003010005", "6105");
    ANSWERS("80C0000002", "00016103");
    ANSWERS("80C0000003", "020304910B");
    ANSWERS("80E2910005026282AABB00", "AABB6282");
    ANSWERS("80E29100050262F1AABB00", "AABB62F2");
    ANSWERS("80E2910005026A80AABB00", "6A80");
    ANSWERS("8057000000", "6D00");
    ANSWERS("8112000000", "6881");
    ANSWERS("801200000C", "6C0B");
    ANSWERS("801200000B", "D0098103010104820281829000");
    ANSWERS("80CA000003", "DA7A009000");
    cr_assert(fake_chip.terminal.busy);
    ANSWERS(ANSWER_DONE, "9000");
    cr_assert_not(fake_chip.terminal.busy);
}

/* What was put aside with 91xx is asked for when the proactive command has gone, and the reverse.
 */
Test(card, data_that_waits_ends_with_what_waits_then)
{
    ANSWERS(PROFILE_WITH_RESET, "9000");
    ANSWERS("80E2910002080700", "08910B");
    ANSWERS("80E2910003010005", "6105");
    ANSWERS("801200000B", "D0098103010104820281829000");
    ANSWERS("80E2910003010005", "6105");
    ANSWERS("8010000003000080", "910B");
    ANSWERS("80E2910003010005", "6105");
    ANSWERS("80C0000005", "0001020304910B");
}

Test(card, a_refresh_takes_effect_with_the_reset_unless_it_is_refused)
{
    const enum card_power each[] = {CARD_OFF, CARD_ON, CARD_RESET};
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        card.uicc.profile_id = 0;
        talk(&card, SELECT_ISD_R);
        ANSWERS(PROFILE_WITH_RESET, "9000");
        ANSWERS("80E2910002080700", "08910B");
        ANSWERS("801200000B", "D0098103010104820281829000");
        fake_chip_calls();
        ANSWERS(ANSWER_DONE, "9000");
        CALLS("");
        card_power(&card, each[i]);
        CALLS("refreshed commit load-7 isd-r-reset uicc-reset ");
        cr_assert_not(fake_chip.terminal.toolkit);
        talk(&card, SELECT_ISD_R);
        ANSWERS(PROFILE_WITH_RESET, "9000");
        ANSWERS("80E2910002080800", "08910B");
        ANSWERS("801200000B", "D0098103010104820281829000");
        fake_chip_calls();
        ANSWERS(ANSWER_REFUSED, "9000");
        CALLS("not-refreshed ");
        card_power(&card, each[i]);
        CALLS("isd-r-reset uicc-reset ");
    }
}

Test(card, a_change_that_cannot_be_kept_leaves_the_terminal_unanswered)
{
    ANSWERS("8010000022"
            "00008000000000000000000000000000000000000000000000000000000000000020",
            "9000");
    ANSWERS("80E2910002080700", "08910B");
    ANSWERS("801200000B", "D0098103010109820281829000");
    fake_chip_calls();
    fake_chip.commit_result = FAILURE_MEMORY;
    ANSWERS("801400000C810301010982028281830100", "6581");
    CALLS("refreshed commit rollback isd-r-rollback load-0 ");
    cr_assert(fake_chip.terminal.busy);
    ANSWERS("801400000C810301010982028281830100", "9000");
    cr_assert_not(fake_chip.terminal.busy);
}

Test(card, a_change_that_cannot_be_kept_at_a_reset_leaves_the_old_profile)
{
    ANSWERS(PROFILE_WITH_RESET, "9000");
    ANSWERS("80E2910002080700", "08910B");
    fake_chip_calls();
    fake_chip.commit_result = FAILURE_MEMORY;
    card_power(&card, CARD_RESET);
    CALLS("refreshed commit rollback isd-r-rollback load-0 isd-r-reset uicc-reset ");
    cr_assert_eq(card.uicc.profile_id, 0);
    ANSWERS("00B0000003", "DA7A009000");
}

Test(card, a_failure_forgets_a_wish_for_a_refresh)
{
    ANSWERS(PROFILE_WITH_RESET, "9000");
    fake_chip.commit_result = FAILURE_INTERNAL;
    ANSWERS("80E2910002080700", "6F00");
    ANSWERS("80CA000003", "DA7A009000");
}

Test(card, another_profile_ends_the_channels_of_the_old_one)
{
    ANSWERS("0070000001", "019000");
    ANSWERS("01A4040006A00000055901", "6103");
    ANSWERS("0070000001", "029000");
    ANSWERS("0070000001", "039000");
    ANSWERS("03A4040406A0000005590100", "6F01849000");
    ANSWERS("02A40004023F00", "6104");
    ANSWERS("83E2910002060700", "069000");
    ANSWERS("81CA000003", "DA7A009000");
    ANSWERS("83CA000003", "DA7A009000");
    ANSWERS("80CA000003", "DA7A009000");
    ANSWERS("02C0000004", "6881");
    ANSWERS("0070000001", "029000");
    ANSWERS("02C0000004", "6985");
}

/* Observers */

struct onlooker {
    struct observer observer;
    char name;
};
static char seen[256];

static void note(const struct observer *self, char event, struct bytes bytes)
{
    char digits[HEX_SIZE(40)];
    cr_assert(bytes.len <= 40);
    hex_encode(bytes, digits);
    const size_t len = strlen(seen);
    snprintf(seen + len, sizeof(seen) - len, "%c%c%s ", ((const struct onlooker *)self)->name,
             event, digits);
}

static void see_power(struct observer *self, enum card_power power, struct bytes atr)
{
    note(self, "-+*"[power], bytes_of(atr.data, atr.len > 0 ? 1 : 0));
}

static void see_command(struct observer *self, struct bytes command)
{
    note(self, '>', command);
}

static void see_response(struct observer *self, struct bytes response)
{
    note(self, '<', response);
}

Test(card, observers_are_told_in_order_whatever_comes)
{
    static const struct observer_kind kind = {see_power, see_command, see_response};
    static struct onlooker first = {{&kind, NULL}, 'a'}, second = {{&kind, NULL}, 'b'};
    card_observe(&card, &first.observer);
    card_observe(&card, &second.observer);
    card_power(&card, CARD_OFF);
    ANSWERS("80E291000301000100", "6D00");
    ANSWERS("80E2", "6700");
    cr_assert_str_eq(seen, "a-3B b-3B a>80E291000301000100 b>80E291000301000100 a<6D00 b<6D00 "
                           "a>80E2 b>80E2 a<6700 b<6700 ");
}
