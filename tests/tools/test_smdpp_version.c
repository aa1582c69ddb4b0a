/* The version that a server names, for every pair of what the two sides offer (SGP.22 v3 §3.0.1).
 */
#include "tests/tools/smdpp_world.h"

#include <criterion/criterion.h>
#include <stdio.h>
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
    struct world world = {0};
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

#define CERT_CHAIN (1u << 16)
#define CRL_STAPLING (1u << 15)

/* Both sides show chains of this variant; the profile arrives, and a notification after it. */
static void expect_variant(enum pki_variant variant, size_t between)
{
    struct world world = {.all_variants = true};
    struct mini_card card;
    struct mini_card_installed installed;
    world_make(&world);
    world.variant = variant;
    world_restart(&world, NULL);
    mini_card_insert(&card, world.pki, EC_P256);
    card.highest_svn[0] = 3;
    card.lpa_capability = 3;
    card.capability = CERT_CHAIN;
    card.signs_v3 = true;
    cr_assert_eq(pki_read_chain(world.pki, variant, PKI_EUICC, EC_P256, NULL, &card.v3_chain), 0);
    world_authenticate(&world, &card, WORLD_SMALL);
    cr_expect_eq(card.server_chain, between, "variant %d", variant);
    world_download(&world, &card, &installed);
    cr_expect_null(world_call(&world, "handleNotification", mini_card_result(&card, true), NULL));
    cr_expect_null(world_call(&world, "handleNotification", mini_card_notify(&card, 2), NULL));
    mini_card_forget(&installed);
    card.lpa_capability = 1;
    world_initiate(&world, &card);
    cr_expect_eq(card.server_chain, 0, "an LPA that takes no chain");
    mini_card_remove(&card);
    world_end(&world);
}

Test(smdpp_version, chains_of_v3_on_both_sides)
{
    expect_variant(PKI_VARIANT_OV3, 0);
    expect_variant(PKI_VARIANT_A, 1);
    expect_variant(PKI_VARIANT_B, 1);
    expect_variant(PKI_VARIANT_C, 2);
}

Test(smdpp_version, revocation_lists_go_to_those_who_take_them)
{
    char path[512];
    const char *source = getenv("EMUICC_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/crl/brainpool",
             source != NULL ? source : ".");
    const struct options_list crls = {{path}, 1};
    struct world world = {.crls = NULL};
    struct mini_card card;
    world_make(&world);
    world.crls = &crls;
    world_restart(&world, NULL);
    mini_card_insert(&card, world.pki, EC_P256);
    card.highest_svn[0] = 3;
    static const struct {
        uint32_t lpa, chip;
        size_t stapled;
    } cases[] = {{1, CRL_STAPLING, 1}, {2, CRL_STAPLING, 0}, {1, CERT_CHAIN, 0}, {0, 0, 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        card.lpa_capability = cases[i].lpa;
        card.capability = cases[i].chip;
        world_initiate(&world, &card);
        cr_expect_eq(card.stapled, cases[i].stapled, "row %zu", i);
    }
    mini_card_remove(&card);
    world_end(&world);
}
