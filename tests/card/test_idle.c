/* An idle chip, its store closed and its profile not in memory, is the same chip to its clients.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/temp_card.h"
#include "tests/support/talk.h"
#include "fs/uicc/uicc_unload.h"

static struct card card;

static void begin(void)
{
    cr_assert(temp_card_begin());
    cr_assert(temp_card_make(&card, true));
    cr_assert_str_eq(talk(&card, "00A4040C10A0000005591010FFFFFFFF8900000100"), "9000");
    cr_assert_str_eq(talk_es10(&card, "BF3111A00C5A0A" TEMP_CARD_ICCID "810100"),
                     "BF31038001009000");
}

static void end(void)
{
    card_close(&card);
    temp_card_end();
}

TestSuite(idle, .init = begin, .fini = end);

static void release(void)
{
    uicc_unload(&card.uicc);
    store_suspend(card.store);
    cr_assert_null(card.uicc.profile);
    cr_assert_not(store_is_open(card.store));
}

Test(idle, selections_and_verified_pins_stay)
{
    cr_assert_str_eq(talk(&card, "00A4040C07A0000000871002"), "9000");
    cr_assert_str_eq(talk(&card, "0070000001"), "019000");
    cr_assert_str_eq(talk(&card, "01A4000C022FE2"), "9000");
    cr_assert_str_eq(talk(&card, "0020000A083535353535353535"), "9000");
    release();
    cr_assert_str_eq(talk(&card, "01B000000A"), TEMP_CARD_ICCID "9000");
    cr_assert_not_null(card.uicc.profile);
    release();
    cr_assert_str_eq(talk(&card, "00A4000C026F07"), "9000");               /* in the USIM */
    cr_assert_str_eq(talk(&card, "00D6000009082910101010325476"), "9000"); /* ADM1 is verified */
    cr_assert_str_eq(talk(&card, "01A4040C07A0000000871002"), "9000");
    cr_assert_str_eq(talk(&card, "01A4000C026F07"), "9000");
    cr_assert_str_eq(talk(&card, "01D6000009082910101010325476"), "6982"); /* on this channel not */
}

Test(idle, what_was_written_before_is_there)
{
    cr_assert_str_eq(talk(&card, "00A4040C07A0000000871002"), "9000");
    cr_assert_str_eq(talk(&card, "0020000A083535353535353535"), "9000");
    cr_assert_str_eq(talk(&card, "00A4000C026F07"), "9000");
    cr_assert_str_eq(talk(&card, "00D6000009082910101010325476"), "9000");
    release();
    cr_assert_str_eq(talk(&card, "00B0000009"), "0829101010103254769000");
    release();
    cr_assert_str_eq(talk(&card, "00D6000009082910101010325498"), "9000");
    card_power(&card, CARD_RESET);
    cr_assert_str_eq(talk(&card, "00A4040C07A0000000871002"), "9000");
    cr_assert_str_eq(talk(&card, "00A4000C026F07"), "9000");
    cr_assert_str_eq(talk(&card, "00B0000009"), "0829101010103254989000");
}

Test(idle, resets_and_channels_that_close_or_open_do_not_read_it_again)
{
    cr_assert_str_eq(talk(&card, "0070000001"), "019000");
    cr_assert_str_eq(talk(&card, "01A4040C07A0000000871002"), "9000");
    release();
    cr_assert_str_eq(talk(&card, "00708001"), "9000");
    cr_assert_null(card.uicc.profile);
    cr_assert_str_eq(talk(&card, "0070000001"), "019000");
    cr_assert_null(card.uicc.profile);
    cr_assert_str_eq(talk(&card, "01A4000C026F07"), "6A82"); /* at the MF, not in the USIM */
    release();
    card_power(&card, CARD_RESET);
    cr_assert_null(card.uicc.profile);
    cr_assert_str_eq(talk(&card, "00A4000C022FE2"), "9000");
    release();
    cr_assert_str_eq(talk(&card, "00A4040C10A0000005591010FFFFFFFF8900000100"), "9000");
    release();
    cr_assert_str_eq(talk_es10(&card, "BF3211A00C5A0A" TEMP_CARD_ICCID "810100"),
                     "BF32038001009000");
    cr_assert_eq(card.uicc.profile_id, 0);
}

Test(idle, a_store_that_others_changed_is_a_failure_that_changes_nothing)
{
    struct store *other;
    char folder[96];
    snprintf(folder, sizeof(folder), "%s/chip", temp_card_folder);
    cr_assert_str_eq(talk(&card, "00A4000C022FE2"), "9000");
    release();
    cr_assert_eq(store_open(folder, &other), 0);
    cr_assert_str_eq(talk(&card, "00B0000009"), "6F00");
    store_close(other);
}

static const char *create(void)
{
    return talk(&card, "00E00000186216820241218302A1B28A01058B032F0602800207D08800");
}

/* Files that come and go take no memory for ever, and what a client has verified stays. */
Test(idle, deleted_and_resized_files_give_their_memory_back)
{
    cr_assert_str_eq(talk(&card, "00A4000C023F00"), "9000");
    cr_assert_str_eq(talk(&card, "0020000A083535353535353535"), "9000");
    for (int i = 0; i < 100; i++) {
        cr_assert_str_eq(talk(&card, "00A4000C023F00"), "9000");
        cr_assert_str_eq(create(), "9000", "file %d", i);
        cr_assert_str_eq(talk(&card, "00E4000002A1B2"), "9000", "file %d", i);
    }
}
