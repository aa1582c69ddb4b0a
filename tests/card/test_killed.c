/* What a card has answered is so, though it is killed right after: each change that ES10c and ES10b
 * make, on the program itself. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/running.h"

#define ISD_R "A0000005591010FFFFFFFF8900000100"
#define OPERATIONAL "988812010000000010F1" /* usim-milenage */
#define TEST "988812010000000030F7"        /* usim-test */
#define CHANGE(function, iccid) "BF" function "11A00C5A0A" iccid "810100"
#define OK(function) "BF" function "038001009000"

static struct running card;

static void start(void)
{
    cr_assert_not_null(running_folder());
}

static void end(void)
{
    running_kill(&card);
    running_remove();
}

TestSuite(killed, .init = start, .fini = end, .timeout = 100);

static void be_up(const char *const options[])
{
    cr_assert(running_start(&card, options), "%s", card.process.said);
    cr_assert_not_null(strstr(running_ask(&card, "00A4040010" ISD_R), "9000"));
}

/* In this order on one chip: an answer, and what is asked afterwards and must hold this. */
/* clang-format off */
static const struct {
    const char *request, *answer, *question, *holds;
} deeds[] = {
    {CHANGE("31", OPERATIONAL),         OK("31"), "BF2D12A00C5A0A" OPERATIONAL "5C029F70", "9F700101"},
    {"BF29105A0A" OPERATIONAL "90024162", OK("29"), "BF2D00", "90024162"},
    {CHANGE("31", TEST),                OK("31"), "BF2D00", TEST "4F10A0000005591010FFFFFFFF89000011009F700101"},
    {CHANGE("32", TEST),                OK("32"), "BF2D00", OPERATIONAL "4F10A0000005591010FFFFFFFF89000010009F700101"},
    {CHANGE("32", OPERATIONAL),         OK("32"), "BF2D00", OPERATIONAL "4F10A0000005591010FFFFFFFF89000010009F700100"},
    {"BF3F0780056B2E6C2E6D",            OK("3F"), "BF3C00", "80056B2E6C2E6D"},
    {"BF330C5A0A" TEST,                 OK("33"), "BF2D00", OPERATIONAL},
    {"BF3404820205E0",                  OK("34"), "BF2D00", "BF2D02A0009000"},
};
/* clang-format on */

Test(killed, nothing_that_was_answered_is_forgotten)
{
    be_up((const char *const[]){"--install", "usim-milenage", "--install", "usim-test", NULL});
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        const char *got = running_es10(&card, deeds[i].request);
        cr_assert_str_eq(got, deeds[i].answer, "%s: %s", deeds[i].request, got);
        running_kill(&card);
        be_up((const char *const[]){NULL});
        got = running_es10(&card, deeds[i].question);
        cr_assert_not_null(strstr(got, deeds[i].holds), "after %s: %s", deeds[i].request, got);
    }
}

/* A notification that was removed stays so, and the next one's number goes on. */
Test(killed, notifications_stay_as_they_were)
{
    be_up((const char *const[]){"--personality", "sysmoeuicc1-c2t", NULL});
    cr_assert_str_eq(running_es10(&card, CHANGE("31", "989444999999990930F1")), OK("31"));
    running_kill(&card);
    be_up((const char *const[]){NULL});
    cr_assert_not_null(strstr(running_es10(&card, "BF2800"), "80010181020640"));
    cr_assert_str_eq(running_es10(&card, "BF3003800101"), OK("30"));
    running_kill(&card);
    be_up((const char *const[]){NULL});
    cr_assert_str_eq(running_es10(&card, "BF2800"), "BF2802A0009000");
    cr_assert_str_eq(running_es10(&card, CHANGE("31", "98001032547698103214")), OK("31"));
    cr_assert_not_null(strstr(running_es10(&card, "BF2800"), "80010281020520"));
}
