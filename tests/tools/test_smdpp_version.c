/* The version that a server names, for every pair of what the two sides offer (SGP.22 v3 §3.0.1).
 */
#include "tests/tools/smdpp_world.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const struct {
    const char *own, *lowest, *lie; /* of the server */
    const char *chip, *chip_highest;
    const char *told; /* NULL: nothing in common; "": agreed without a word */
} rows[] = {
    {"2.5", NULL, NULL, "2.2.2", NULL, ""},         {"2.5", NULL, NULL, "2.7.0", NULL, ""},
    {"2.2.2", NULL, NULL, "2.2.2", "2.5", ""},      {"2.5", NULL, NULL, "3.1.0", NULL, NULL},
    {"2.5", NULL, NULL, "3.0.0", "3.1.0", NULL},    {"2.5", NULL, NULL, "2.2.2", "3.1.0", ""},
    {"3.1", NULL, NULL, "2.2.2", "3.1.0", "3.1.0"}, {"3.1", NULL, NULL, "2.2.2", "3.0.1", "3.1.0"},
    {"3.0.1", NULL, NULL, "2.2.2", "3.1", "3.0.1"}, {"3.1", NULL, NULL, "2.5.0", NULL, ""},
    {"3.1", NULL, NULL, "3.1.0", NULL, "3.1.0"},    {"3.1", NULL, NULL, "2.2.2", "4.0.0", ""},
    {"3.1", "3.0", NULL, "2.5.0", NULL, NULL},      {"3.1", "3.0", NULL, "2.2.2", "3.1.0", "3.1.0"},
    {"3.1", "3.0", NULL, "2.2.2", "4.0.0", NULL},   {"3.1", NULL, NULL, "4.0.0", NULL, NULL},
    {"2.5", NULL, "4.0.0", "2.5.0", NULL, "4.0.0"}, {"3.1", NULL, "3.1", "2.5.0", NULL, "3.1.0"},
};

static struct svn svn_of(const char *text)
{
    struct svn svn;
    cr_assert(svn_from_text(text, &svn), "%s", text);
    return svn;
}

Test(smdpp_version, the_highest_that_both_know_else_the_lowest)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct version_plan plan;
        struct version version;
        char text[SVN_TEXT_SIZE];
        cr_assert_null(version_plan_read(rows[i].own, rows[i].lowest, rows[i].lie, &plan));
        const struct euicc_versions chip = {
            svn_of(rows[i].chip),
            svn_of(rows[i].chip_highest != NULL ? rows[i].chip_highest : rows[i].chip)};
        const bool agreed = version_agree(&plan, &chip, &version);
        cr_expect_eq(agreed, rows[i].told != NULL, "row %zu", i);
        if (agreed)
            cr_expect_str_eq(version.told ? svn_text(&version.svn, text) : "", rows[i].told,
                             "row %zu", i);
    }
}

Test(smdpp_version, options_that_cannot_be_are_named)
{
    static const struct {
        const char *own, *lowest, *lie, *complaint;
    } wrong[] = {
        {"1.0", NULL, NULL, "--svn"},      {"4", NULL, NULL, "--svn"},
        {"2.", NULL, NULL, "--svn"},       {"", NULL, NULL, "--svn"},
        {"2.5.0.1", NULL, NULL, "--svn"},  {"2.256", NULL, NULL, "--svn"},
        {"2..5", NULL, NULL, "--svn"},     {"2.0001", NULL, NULL, "--svn"},
        {NULL, "x", NULL, "--lowest-svn"}, {"2.5", "3.0", NULL, "--lowest-svn"},
        {NULL, NULL, "x", "--answer-svn"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct version_plan plan;
        const char *complaint =
            version_plan_read(wrong[i].own, wrong[i].lowest, wrong[i].lie, &plan);
        cr_assert_not_null(complaint, "row %zu", i);
        cr_expect_eq(strncmp(complaint, wrong[i].complaint, strlen(wrong[i].complaint)), 0, "%s",
                     complaint);
    }
}

/* What the chip sees of it, and that a download goes on from there. */
static void expect_session(const char *svn, uint8_t chip_highest, bool v3)
{
    struct world world;
    struct mini_card card;
    struct mini_card_installed installed;
    world_make(&world);
    world.svn = svn;
    world_restart(&world, NULL);
    mini_card_insert(&card, world.pki, EC_P256);
    card.highest_svn[0] = chip_highest;
    card.lpa_capability = chip_highest != 0 ? 1 : 0;
    world_authenticate(&world, &card, WORLD_SMALL);
    cr_expect_eq(card.v3, v3, "%s", svn);
    if (v3)
        cr_expect_arr_eq(card.server_svn, ((const uint8_t[]){3, 1, 0}), 3);
    world_download(&world, &card, &installed);
    mini_card_forget(&installed);
    mini_card_remove(&card);
    world_end(&world);
}

Test(smdpp_version, a_session_is_of_v3_exactly_when_the_server_names_its_version)
{
    expect_session("3.1", 3, true);
    expect_session("3.1", 0, false);
    expect_session("2.5", 3, false);
}
