#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/talk.h"
#include "tests/card/fake_chip.h"

#define ISD_R "A00000055901"
#define SELECT_ISD_R "00A4040006" ISD_R

static struct card card;

static void start(void)
{
    fake_chip_start(&card);
}

static void stop(void)
{
    card_close(&card);
}

TestSuite(channel, .init = start, .fini = stop);

#define ANSWERS(command, expected) TALK_ANSWERS(&card, command, expected)

/* Class of a command on this channel: family 0x00 or 0x80 (TS 102 221 §10.1.1). */
static unsigned class_on(unsigned channel, unsigned family)
{
    return channel < 4 ? family | channel : family | 0x40 | (channel - 4);
}

static const char *on(unsigned channel, unsigned family, const char *rest)
{
    static char command[600];
    snprintf(command, sizeof(command), "%02X%s", class_on(channel, family), rest);
    return command;
}

Test(channel, contract_3_the_lowest_is_assigned_until_none_is_left)
{
    char expected[8];
    for (unsigned number = 1; number < APDU_CHANNELS; number++) {
        snprintf(expected, sizeof(expected), "%02X9000", number);
        ANSWERS("0070000001", expected);
    }
    ANSWERS("0070000001", "6A81");
    ANSWERS("00708002", "9000");
    ANSWERS("0070000000", "029000");
}

Test(channel, contract_3_le_may_be_01_or_00_or_absent)
{
    ANSWERS("0070000001", "019000");
    ANSWERS("0070000000", "029000");
    ANSWERS("00700000", "039000");
}

Test(channel, contract_3_an_explicit_number_gets_no_data_back)
{
    ANSWERS("0070000300", "9000");
    ANSWERS("00700002", "9000");
    ANSWERS("0070001300", "9000");
    ANSWERS("0070000300", "6A86");
    ANSWERS("0070001400", "6A86");
    ANSWERS("0070000001", "019000");
    ANSWERS("0070000001", "049000");
}

Test(channel, contract_3_and_22_a_channel_closes_in_class_00)
{
    ANSWERS("0070000001", "019000");
    ANSWERS("0070800100", "9000");
    ANSWERS("0070800100", "6881");
    ANSWERS("00708000", "6A86");
    ANSWERS("00708014", "6A86");
    ANSWERS("00704001", "6A86");
    ANSWERS("0170000001", "6881");
}

Test(channel, a_channel_closes_itself)
{
    ANSWERS("0070000001", "019000");
    ANSWERS("01708000", "9000");
    ANSWERS("01B0000003", "6881");
}

Test(channel, only_open_channels_answer)
{
    for (unsigned number = 1; number < APDU_CHANNELS; number++)
        ANSWERS(on(number, 0x00, "B0000003"), "6881");
    for (unsigned number = 1; number < APDU_CHANNELS; number++)
        talk(&card, "0070000001");
    for (unsigned number = 0; number < APDU_CHANNELS; number++)
        ANSWERS(on(number, 0x00, "B0000003"), "DA7A009000");
}

Test(channel, secure_messaging_is_refused)
{
    ANSWERS("0CB0000003", "6882");
    ANSWERS("04B0000003", "6882");
    ANSWERS("60B0000003", "6881");
    ANSWERS("8CE291000101", "6882");
}

Test(channel, a_new_channel_starts_at_the_uicc_or_where_its_opener_stands)
{
    ANSWERS("0070000001", "019000");
    cr_assert_str_eq(fake_chip_calls(), "open-1-from-0 ");
    ANSWERS("01A4040006" ISD_R, "6103");
    fake_chip_calls();
    ANSWERS("0170000001", "029000");
    cr_assert_str_eq(fake_chip_calls(), "open-2-from-1 ");
    ANSWERS("82CA000003", "DA7A009000");
    ANSWERS("82F2000000", "6D00");
    ANSWERS("0070000001", "039000");
    ANSWERS("83F2000000", "DA7A009000");
}

Test(channel, contract_4_select_answers_61_without_le_and_data_with)
{
    ANSWERS(SELECT_ISD_R, "6103");
    ANSWERS("00C0000003", "6F01849000");
    ANSWERS("00A4040406" ISD_R, "6103");
    ANSWERS(SELECT_ISD_R "00", "6F01849000");
}

Test(channel, contract_5_get_response_in_either_class_family_of_that_channel)
{
    for (unsigned number = 1; number < APDU_CHANNELS; number++)
        talk(&card, "0070000001");
    for (unsigned number = 0; number < APDU_CHANNELS; number++) {
        ANSWERS(on(number, 0x00, "A4040006" ISD_R), "6103");
        ANSWERS(on(number, 0x80, "C0000003"), "6F01849000");
        ANSWERS(on(number, 0x80, "E291000301000A"), "610A");
        ANSWERS(on(number, 0x00, "C0000004"), "000102036106");
        ANSWERS(on(number, 0x80, "C0000004"), "040506076102");
        ANSWERS(on(number, 0x00, "C0000000"), "08099000");
        ANSWERS(on(number, 0x00, "C0000000"), "6985");
    }
}

Test(channel, contract_5_get_response_never_answers_6c)
{
    ANSWERS(SELECT_ISD_R, "6103");
    ANSWERS("00C0000100", "6A86");
    ANSWERS("00C0000007", "6F01849000");
    ANSWERS("00C00000", "6700");
}

Test(channel, a_long_answer_takes_several_get_responses)
{
    ANSWERS(SELECT_ISD_R "00", "6F01849000");
    ANSWERS("80E2910003010258", "6100");
    cr_assert_eq(strlen(talk(&card, "80C0000000")), 2 * 256 + 4);
    const char *second = talk(&card, "80C0000000");
    cr_assert_eq(strlen(second), 2 * 256 + 4);
    cr_assert_str_eq(second + 2 * 256, "6158");
    const char *last = talk(&card, "80C0000058");
    cr_assert_eq(strlen(last), 2 * 0x58 + 4);
    cr_assert_str_eq(last + 2 * 0x58, "9000");
}

Test(channel, a_case_4_answer_that_does_not_fit_le_waits)
{
    ANSWERS(SELECT_ISD_R "00", "6F01849000");
    ANSWERS("80E291000301000502", "6105");
    ANSWERS("80C0000005", "00010203049000");
    cr_assert_str_eq(talk(&card, "80E29100030101"
                                 "2000"),
                     "6100");
    cr_assert_eq(strlen(talk(&card, "80E291000000030105DC0000")), 2 * 1500 + 4);
}

Test(channel, contract_23_get_response_ends_in_9000_after_a_warning)
{
    ANSWERS(SELECT_ISD_R "00", "6F01849000");
    ANSWERS("80E291000502"
            "6283"
            "AABB",
            "6283");
    ANSWERS("80C0000000", "AABB9000");
    ANSWERS("80E291000502"
            "6283"
            "AABB"
            "00",
            "AABB6283");
}

Test(channel, what_waits_survives_other_channels_and_not_its_own)
{
    ANSWERS("0070000001", "019000");
    ANSWERS("01A4040006" ISD_R, "6103");
    ANSWERS(SELECT_ISD_R, "6103");
    ANSWERS("00C0000003", "6F01849000");
    ANSWERS("01C0000003", "6F01849000");
    ANSWERS("01A4040006" ISD_R, "6103");
    ANSWERS("81CA000003", "DA7A009000");
    ANSWERS("01C0000003", "6985");
}

Test(channel, contract_16_foreign_is_refused)
{
    ANSWERS("00A4040007A0000000041010", "6A82");
    ANSWERS("00A4040C09A00000030800001000", "6A82");
    ANSWERS("00A4040000", "6A82");
    ANSWERS("00A40400", "6A82");
    ANSWERS("00A4000C027F4D", "6A82");
    ANSWERS("00CADF3005", "6D00");
    ANSWERS("00CB3FFF035C017E", "6D00");
    ANSWERS("80A4000000", "6D00");
    ANSWERS("A0A40000023F00", "6E00");
    ANSWERS("D0A40000023F00", "6E00");
    ANSWERS("10A40000023F00", "6E00");
    ANSWERS("FFA40000023F00", "6E00");
}

Test(channel, an_instruction_unknown_to_the_isd_r_is_6d00_in_either_family)
{
    ANSWERS(SELECT_ISD_R "00", "6F01849000");
    ANSWERS("00B0000003", "6D00");
    ANSWERS("80F2000000", "6D00");
    ANSWERS("A0B0000003", "6E00");
}

Test(channel, contract_21_the_mf_is_selected_from_anywhere)
{
    ANSWERS(SELECT_ISD_R "00", "6F01849000");
    cr_assert_str_eq(fake_chip_calls(), "uicc-deselect-0 ");
    ANSWERS("00A4000C027F10", "6A82");
    ANSWERS("80CA000003", "DA7A009000");
    cr_assert_str_eq(fake_chip_calls(), "");
    ANSWERS("00A40004023F00", "6104");
    cr_assert_str_eq(fake_chip_calls(), "isd-r-deselect-0 ");
    ANSWERS("00C0000004", "620283009000");
    ANSWERS("00B0000003", "DA7A009000");
    ANSWERS("00A4000C023F00", "9000");
}

Test(channel, a_refused_select_changes_nothing)
{
    ANSWERS(SELECT_ISD_R "00", "6F01849000");
    fake_chip_calls();
    ANSWERS("00A4040A07A0000000871002", "6A86");
    ANSWERS("80CA000003", "DA7A009000");
    cr_assert_str_eq(fake_chip_calls(), "");
    ANSWERS("00A4040007A000000087100200", "6F01849000");
    cr_assert_str_eq(fake_chip_calls(), "isd-r-deselect-0 ");
}

Test(channel, contract_18_a_visit_to_the_ecasd_and_back)
{
    ANSWERS(SELECT_ISD_R "00", "6F01849000");
    ANSWERS("00A4040006A0000005590200", "6F01849000");
    ANSWERS(SELECT_ISD_R "00", "6F01849000");
    cr_assert_str_eq(fake_chip_calls(), "uicc-deselect-0 isd-r-deselect-0 ");
}

/* T=0 clients send P3 = 00 where there is no Le. */
Test(channel, a_command_without_answer_data_takes_le_00)
{
    ANSWERS("00440000", "9000");
    ANSWERS("0044000000", "9000");
    ANSWERS("0044000005", "6700");
    ANSWERS("0044000001AA", "6700");
    ANSWERS("00B00000", "6700");
}

Test(channel, closing_forgets_what_was_selected)
{
    ANSWERS("0070000001", "019000");
    ANSWERS("01A4040006" ISD_R, "6103");
    fake_chip_calls();
    ANSWERS("00708001", "9000");
    cr_assert_str_eq(fake_chip_calls(), "isd-r-deselect-1 ");
    ANSWERS("0070000001", "019000");
    ANSWERS("01C0000003", "6985");
    ANSWERS("81F2000000", "DA7A009000");
}
