/* Commands that are there already when the one before them is answered: what those change shares a
 * flush, and is there or lost as a whole. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/support/flushes.h"
#include "tests/support/talk.h"
#include "tests/support/temp_card.h"
#include "apdu/hex.h"
#include "fs/store/store_group.h"

#define SELECT_ISD_R "00A4040C10A0000005591010FFFFFFFF8900000100"
#define ENABLE "80E2910014BF3111A00C5A0A" TEMP_CARD_ICCID "8101FF"
#define READ "00B0000003"

static struct store_group *group;
static struct card card;
static char folder[96], log_path[96], state[128];

static void select_file(void)
{
    cr_assert_str_eq(talk(&card, "00A4040C07A0000000871002"), "9000");
    cr_assert_str_eq(talk(&card, "0020000A083535353535353535"), "9000");
    cr_assert_str_eq(talk(&card, "00A4000C026F7E"), "9000");
}

static void start(void)
{
    static const char *const packages[] = {temp_card_package};
    cr_assert(temp_card_begin());
    snprintf(folder, sizeof(folder), "%s/chips", temp_card_folder);
    snprintf(log_path, sizeof(log_path), "%s/" STORE_GROUP_LOGS, temp_card_folder);
    cr_assert(mkdir(folder, 0700) == 0 && mkdir(log_path, 0700) == 0);
    strcat(log_path, "/0");
    snprintf(state, sizeof(state), "%s/one", folder);
    cr_assert_eq(store_group_open(folder, log_path, NULL, &group), 0);
    const struct startup_plan plan = {
        .state = state, .install = packages, .install_count = 1, .group = group};
    cr_assert_eq(startup_card(&plan, &card), 0);
    talk_through(&card, SELECT_ISD_R);
    cr_assert_str_eq(talk_through(&card, ENABLE), "BF31038001009000");
    select_file();
    cr_assert_str_eq(talk(&card, "00D6000003111111"), "9000");
    (void)flushes_take();
}

static void stop(void)
{
    card_close(&card);
    store_group_close(group);
    temp_card_end();
}

TestSuite(ahead, .init = start, .fini = stop, .timeout = 60);

/* One command with another behind it: its answer in hexadecimal. */
static const char *ahead(const char *command)
{
    static char text[64];
    uint8_t sent[64];
    static uint8_t received[CARD_RESPONSE_CAPACITY];
    struct writer in = writer_on(sent, sizeof(sent));
    struct writer out = writer_on(received, sizeof(received));
    cr_assert(hex_decode(command, &in));
    card_transmit_ahead(&card, writer_bytes(&in), &out);
    cr_assert_lt(2 * out.len, sizeof(text));
    hex_encode(writer_bytes(&out), text);
    return text;
}

static void limit_files(bool to_nothing)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = to_nothing ? 0 : limit.rlim_max;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(ahead, what_they_change_shares_a_flush)
{
    cr_expect_str_eq(ahead("00D6000003A1B2C3"), "9000");
    cr_expect_str_eq(ahead("00D6000001A4"), "9000");
    cr_expect_str_eq(ahead(READ), "A4B2C39000");
    cr_expect_eq(flushes_take(), 0);
    cr_expect_str_eq(talk(&card, "00D6000203A5A6A7"), "9000");
    cr_expect_eq(flushes_take(), 1);
    cr_expect(card_settle(&card));
    cr_expect_eq(flushes_take(), 0);
    cr_expect_str_eq(ahead("00D6000001A8"), "9000");
    cr_expect(card_settle(&card));
    cr_expect_eq(flushes_take(), 1);
}

/* A command that fails for itself takes nothing along. */
Test(ahead, a_command_that_is_refused_leaves_them)
{
    cr_expect_str_eq(ahead("00D6000003A1B2C3"), "9000");
    cr_expect_str_eq(ahead("00D6000003A1B2"), "6700");
    cr_expect(card_settle(&card));
    cr_expect_str_eq(talk(&card, READ), "A1B2C39000");
}

/* The last one fails as ever; then that the others are lost is told, and all is as before. */
Test(ahead, all_of_them_are_lost_when_the_disk_fails)
{
    for (int last = 0; last < 2; last++) {
        cr_expect_str_eq(ahead("00D6000003A1B2C3"), "9000");
        limit_files(true);
        if (last == 1)
            cr_expect_str_eq(talk(&card, "00D6000003A5A6A7"), "6581");
        cr_expect_not(card_settle(&card));
        limit_files(false);
        cr_expect(card_settle(&card), "it was told");
        select_file(); /* the profile was read anew */
        cr_expect_str_eq(talk(&card, READ), "1111119000");
    }
    cr_expect_str_eq(talk(&card, "00D6000003111111"), "9000");
}

#define VERIFY "0020000A08"
#define RIGHT VERIFY "3535353535353535"
#define WRONG VERIFY "3636363636363636"

/* A guess whose try was lost: the next ones are not told apart before a write has succeeded. */
Test(ahead, a_pin_is_not_guessed_for_nothing)
{
    limit_files(true);
    cr_expect_str_eq(ahead(WRONG), "63C9");
    cr_expect_not(card_settle(&card));
    limit_files(false);
    cr_expect_str_eq(talk(&card, "00A4040C07A0000000871002"), "9000"); /* it is read again */
    limit_files(true);
    cr_expect_str_eq(ahead(WRONG), "6581");
    cr_expect(card_settle(&card));
    limit_files(false);
    cr_expect_str_eq(talk(&card, "00A4040C07A0000000871002"), "9000");
    limit_files(true);
    cr_expect_str_eq(ahead(RIGHT), "6581");
    cr_expect(card_settle(&card));
    limit_files(false);
    (void)flushes_take();
    cr_expect_str_eq(ahead(RIGHT), "9000");
    cr_expect_geq(flushes_take(), 1);
    cr_expect_str_eq(ahead("00A4040C07A0000000871002"), "9000");
    cr_expect_str_eq(ahead("00A4000C026F7E"), "9000");
    cr_expect_str_eq(ahead("00D6000003A1B2C3"), "9000");
    cr_expect_eq(flushes_take(), 0, "it is as before");
    cr_expect(card_settle(&card));
}

/* What a fault may cut off, and who watches, knows of nothing that is not durable. */
Test(ahead, with_faults_each_is_durable_by_itself)
{
    cr_assert_eq(faults_read(&card.hardware.faults, "test", bytes_of_text("apdu 9 = mute")), 0);
    card_arm(&card);
    cr_expect_str_eq(ahead("00D6000003A1B2C3"), "9000");
    cr_expect_eq(flushes_take(), 1);
    cr_expect_str_eq(ahead("00D6000003A1B2C4"), "9000");
    cr_expect_eq(flushes_take(), 1);
    cr_expect(card_settle(&card));
    cr_expect_eq(flushes_take(), 0);
}

/* A chip that is taken out of its reader, or is let go, has it all. */
Test(ahead, closing_the_store_makes_them_durable)
{
    cr_expect_str_eq(ahead("00D6000003A1B2C3"), "9000");
    store_suspend(card.store);
    cr_expect_eq(flushes_take(), 1);
    cr_expect_str_eq(talk(&card, READ), "A1B2C39000");
}
