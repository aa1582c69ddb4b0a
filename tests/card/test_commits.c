/* What a command costs on a chip full of profiles: one flush to the disk if it changes something,
 * none if not, however many profiles there are. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/flushes.h"
#include "tests/support/temp_card.h"
#include "tests/support/talk.h"

#define PROFILES 20
#define SIZE 11366
#define SELECT_ISD_R "00A4040C10A0000005591010FFFFFFFF8900000100"

static struct card card;

static void stop(void)
{
    card_close(&card);
    temp_card_end();
}

TestSuite(commits, .fini = stop, .timeout = 120);

static uint8_t metadata[512];
static size_t metadata_len;

static int keep_metadata(void *context, const struct store_profile *row)
{
    (void)context;
    cr_assert_leq(row->metadata.len, sizeof(metadata));
    memcpy(metadata, row->metadata.data, row->metadata.len);
    metadata_len = row->metadata.len;
    return 0;
}

/* The chip's one profile, put there again under other numbers. */
static void add_copy(struct profile *profile, uint8_t number)
{
    struct store_profile row = {
        .iccid = {0x98, 0x88, 0x12, 0x01, 0x00, 0x00, 0x00, 0x01, number, 0xF1},
        .aid = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00,
                number, 0x00},
        .aid_len = 16,
        .metadata = bytes_of(metadata, metadata_len),
        .size = SIZE};
    struct tlv all, iccid;
    cr_assert(tlv_whole(row.metadata, 0xBF25, &all) && tlv_find(all.value, 0x5A, &iccid));
    memcpy(metadata + (iccid.value.data - metadata), row.iccid, sizeof(row.iccid));
    cr_assert_eq(store_profile_add(card.store, &row, profile), 0);
}

static void fill_chip(void)
{
    struct profile *profile;
    cr_assert(temp_card_begin());
    cr_assert(temp_card_make(&card, true));
    cr_assert_eq(store_profile_load(card.store, 1, &profile), 0);
    cr_assert_eq(store_each_profile(card.store, keep_metadata, NULL), 0);
    (void)flushes_take();
    for (uint8_t i = 1; i < PROFILES; i++)
        add_copy(profile, (uint8_t)(0x20 + i));
    profile_destroy(profile);
    cr_assert_eq(flushes_take(), 0, "flushed before the commit");
    cr_assert_eq(store_commit(card.store), 0);
    cr_assert_geq(flushes_take(), 1, "flushes are not seen");
    card_close(&card);
    cr_assert(temp_card_make(&card, false));
    /* The first change after a start begins SQLite's log, which takes more. */
    talk_through(&card, SELECT_ISD_R);
    cr_assert_str_eq(talk_es10(&card, "BF29105A0A" TEMP_CARD_ICCID "90024F6E"), "BF29038001009000");
}

static int count_row(void *context, const struct store_profile *row)
{
    (void)row;
    ++*(unsigned *)context;
    return 0;
}

/* clang-format off */
static const struct {
    const char *command, *answer;
    unsigned flushes;
} rows[] = {
    {SELECT_ISD_R, "9000", 0},
    {"80E2910014BF3111A00C5A0A" TEMP_CARD_ICCID "8101FF", "BF31038001009000", 1},
    {"00A4040C07A0000000871002",     "9000",       0},
    {"0020000A083535353535353535",   "9000",       0},
    {"00A4000C026F7E",               "9000",       0},
    {"00B0000001",                   "FF9000",     0},
    {"00D6000003A1B2C3",             "9000",       1},
    {"00D6000003A1B2C4",             "9000",       1},
    {"00B0000003",                   "A1B2C49000", 0},
    {"002000810831313131FFFFFFFF",   "63C2",       1},
    {"002000810839393939FFFFFFFF",   "9000",       1},
    {"00A4000C026F3C",               "9000",       0},
};
/* clang-format on */

Test(commits, are_one_a_changing_command_with_twenty_profiles)
{
    unsigned count = 0;
    fill_chip();
    cr_assert_eq(store_each_profile(card.store, count_row, &count), 0);
    cr_assert_eq(count, PROFILES);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        (void)flushes_take();
        const char *got = talk_through(&card, rows[i].command);
        cr_expect_str_eq(got, rows[i].answer, "%s gets %s", rows[i].command, got);
        const unsigned flushes = flushes_take();
        cr_expect_eq(flushes, rows[i].flushes, "%s: %u flushes", rows[i].command, flushes);
    }
}
