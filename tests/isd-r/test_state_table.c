/* What EnableProfile, DisableProfile and DeleteProfile answer and do (SGP.22 §5.7.16 to §5.7.18): a
 * row a state, command and profile, each of them tried in every circumstance and with either name
 * of the profile. */
#include "tests/isd-r/cast.h"
#include "tests/isd-r/rewind.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "apdu/status.h"

#define OK 0
#define NOT_FOUND 1     /* iccidOrAidNotFound */
#define NOT_DISABLED 2  /* profileNotInDisabledState, for Enable and Delete */
#define NOT_ENABLED 2   /* profileNotInEnabledState, for Disable */
#define DISALLOWED 3    /* disallowedByPolicy */
#define WRONG_PROFILE 4 /* wrongProfileReenabling */
#define CAT_BUSY 5
#define UNDEFINED 127 /* undefinedError */

/* A, B and C are operational, P, Q and R provisioning, T, U, V and W test profiles; B, Q and V have
 * PPR1, C, R and W have PPR2; nobody is called N. */
struct row {
    const char *before; /* profiles enabled one after the other */
    char what;          /* Enable, Disable, X: delete */
    char target;
    int result;
    const char *enabled; /* afterwards */
    const char *told;    /* what notifications follow, in order: event and profile; enabling is
                          * told to two addresses; a test profile has nothing to tell */
};

/* clang-format off */
static const struct row rows[] = {
    /* Nothing is enabled. */
    { "",    'E', 'A', OK,            "A", "eAeA" },
    { "",    'E', 'B', OK,            "B", "eBeB" },
    { "",    'E', 'C', OK,            "C", "eCeC" },
    { "",    'E', 'P', OK,            "P", "ePeP" },
    { "",    'E', 'Q', OK,            "Q", "eQeQ" },
    { "",    'E', 'R', OK,            "R", "eReR" },
    { "",    'E', 'T', OK,            "T", "" },
    { "",    'E', 'V', OK,            "V", "" },
    { "",    'E', 'W', OK,            "W", "" },
    { "",    'E', 'N', NOT_FOUND,     "",  "" },
    { "",    'D', 'A', NOT_ENABLED,   "",  "" },
    { "",    'D', 'B', NOT_ENABLED,   "",  "" },
    { "",    'D', 'C', NOT_ENABLED,   "",  "" },
    { "",    'D', 'P', NOT_ENABLED,   "",  "" },
    { "",    'D', 'Q', NOT_ENABLED,   "",  "" },
    { "",    'D', 'R', NOT_ENABLED,   "",  "" },
    { "",    'D', 'T', NOT_ENABLED,   "",  "" },
    { "",    'D', 'V', NOT_ENABLED,   "",  "" },
    { "",    'D', 'W', NOT_ENABLED,   "",  "" },
    { "",    'D', 'N', NOT_FOUND,     "",  "" },
    { "",    'X', 'A', OK,            "",  "xA" },
    { "",    'X', 'B', OK,            "",  "xB" },
    { "",    'X', 'C', DISALLOWED,    "",  "" },
    { "",    'X', 'P', OK,            "",  "xP" },
    { "",    'X', 'Q', OK,            "",  "xQ" },
    { "",    'X', 'R', DISALLOWED,    "",  "" },
    { "",    'X', 'T', OK,            "",  "" },
    { "",    'X', 'V', OK,            "",  "" },
    { "",    'X', 'W', DISALLOWED,    "",  "" },
    { "",    'X', 'N', NOT_FOUND,     "",  "" },
    /* It is enabled itself. */
    { "A",   'E', 'A', NOT_DISABLED,  "A", "" },
    { "B",   'E', 'B', NOT_DISABLED,  "B", "" },
    { "C",   'E', 'C', NOT_DISABLED,  "C", "" },
    { "P",   'E', 'P', NOT_DISABLED,  "P", "" },
    { "Q",   'E', 'Q', NOT_DISABLED,  "Q", "" },
    { "R",   'E', 'R', NOT_DISABLED,  "R", "" },
    { "T",   'E', 'T', NOT_DISABLED,  "T", "" },
    { "V",   'E', 'V', NOT_DISABLED,  "V", "" },
    { "W",   'E', 'W', NOT_DISABLED,  "W", "" },
    { "A",   'D', 'A', OK,            "",  "dA" },
    { "B",   'D', 'B', DISALLOWED,    "B", "" },
    { "C",   'D', 'C', OK,            "",  "dC" },
    { "P",   'D', 'P', OK,            "",  "dP" },
    { "Q",   'D', 'Q', DISALLOWED,    "Q", "" },
    { "R",   'D', 'R', OK,            "",  "dR" },
    { "T",   'D', 'T', OK,            "",  "" },
    { "V",   'D', 'V', DISALLOWED,    "V", "" },
    { "W",   'D', 'W', OK,            "",  "" },
    { "A",   'X', 'A', NOT_DISABLED,  "A", "" },
    { "B",   'X', 'B', NOT_DISABLED,  "B", "" },
    { "C",   'X', 'C', NOT_DISABLED,  "C", "" },
    { "P",   'X', 'P', NOT_DISABLED,  "P", "" },
    { "Q",   'X', 'Q', NOT_DISABLED,  "Q", "" },
    { "R",   'X', 'R', NOT_DISABLED,  "R", "" },
    { "T",   'X', 'T', NOT_DISABLED,  "T", "" },
    { "V",   'X', 'V', NOT_DISABLED,  "V", "" },
    { "W",   'X', 'W', NOT_DISABLED,  "W", "" },
    /* Another is, which no rule holds. */
    { "A",   'E', 'B', OK,            "B", "dAeBeB" },
    { "A",   'E', 'C', OK,            "C", "dAeCeC" },
    { "A",   'E', 'P', OK,            "P", "dAePeP" },
    { "A",   'E', 'Q', OK,            "Q", "dAeQeQ" },
    { "A",   'E', 'R', OK,            "R", "dAeReR" },
    { "A",   'E', 'T', OK,            "T", "dA" },
    { "A",   'E', 'V', OK,            "V", "dA" },
    { "A",   'E', 'W', OK,            "W", "dA" },
    { "A",   'E', 'N', NOT_FOUND,     "A", "" },
    { "P",   'E', 'A', OK,            "A", "dPeAeA" },
    { "P",   'E', 'Q', OK,            "Q", "dPeQeQ" },
    { "P",   'E', 'T', OK,            "T", "dP" },
    { "A",   'D', 'B', NOT_ENABLED,   "A", "" },
    { "A",   'D', 'P', NOT_ENABLED,   "A", "" },
    { "A",   'D', 'T', NOT_ENABLED,   "A", "" },
    { "A",   'D', 'N', NOT_FOUND,     "A", "" },
    { "A",   'X', 'B', OK,            "A", "xB" },
    { "A",   'X', 'C', DISALLOWED,    "A", "" },
    { "A",   'X', 'P', OK,            "A", "xP" },
    { "A",   'X', 'R', DISALLOWED,    "A", "" },
    { "A",   'X', 'T', OK,            "A", "" },
    { "A",   'X', 'W', DISALLOWED,    "A", "" },
    { "A",   'X', 'N', NOT_FOUND,     "A", "" },
    /* One with PPR1 gives way to test and provisioning profiles alone. */
    { "B",   'E', 'A', DISALLOWED,    "B", "" },
    { "B",   'E', 'C', DISALLOWED,    "B", "" },
    { "B",   'E', 'P', OK,            "P", "dBePeP" },
    { "B",   'E', 'Q', OK,            "Q", "dBeQeQ" },
    { "B",   'E', 'T', OK,            "T", "dB" },
    { "B",   'E', 'V', OK,            "V", "dB" },
    { "B",   'D', 'A', NOT_ENABLED,   "B", "" },
    { "B",   'X', 'A', OK,            "B", "xA" },
    { "Q",   'E', 'A', DISALLOWED,    "Q", "" },
    { "Q",   'E', 'P', OK,            "P", "dQePeP" },
    { "Q",   'E', 'T', OK,            "T", "dQ" },
    { "V",   'E', 'A', DISALLOWED,    "V", "" },
    { "V",   'E', 'T', OK,            "T", "" },
    { "AV",  'E', 'A', DISALLOWED,    "V", "" },
    { "AV",  'D', 'V', DISALLOWED,    "V", "" },
    /* One with PPR2 can go, and cannot be deleted when it has gone. */
    { "C",   'E', 'A', OK,            "A", "dCeAeA" },
    { "C",   'E', 'P', OK,            "P", "dCePeP" },
    { "C",   'E', 'T', OK,            "T", "dC" },
    { "R",   'E', 'A', OK,            "A", "dReAeA" },
    { "W",   'E', 'T', OK,            "T", "" },
    /* From a test profile the way leads to another, or back. */
    { "T",   'E', 'A', WRONG_PROFILE, "T", "" },
    { "T",   'E', 'P', WRONG_PROFILE, "T", "" },
    { "T",   'E', 'U', OK,            "U", "" },
    { "T",   'E', 'N', NOT_FOUND,     "T", "" },
    { "AT",  'E', 'A', OK,            "A", "eAeA" },
    { "AT",  'E', 'B', WRONG_PROFILE, "T", "" },
    { "AT",  'E', 'C', WRONG_PROFILE, "T", "" },
    { "AT",  'E', 'P', WRONG_PROFILE, "T", "" },
    { "AT",  'E', 'Q', WRONG_PROFILE, "T", "" },
    { "AT",  'E', 'R', WRONG_PROFILE, "T", "" },
    { "AT",  'E', 'U', OK,            "U", "" },
    { "AT",  'E', 'V', OK,            "V", "" },
    { "AT",  'E', 'W', OK,            "W", "" },
    { "AT",  'D', 'T', OK,            "A", "eAeA" },
    { "AT",  'D', 'A', NOT_ENABLED,   "T", "" },
    { "AT",  'X', 'A', OK,            "T", "xA" },
    { "AT",  'X', 'T', NOT_DISABLED,  "T", "" },
    { "AW",  'D', 'W', OK,            "A", "eAeA" },
    { "AVT", 'E', 'A', OK,            "A", "eAeA" },
    { "ATU", 'E', 'A', OK,            "A", "eAeA" },
    { "ATU", 'E', 'C', WRONG_PROFILE, "U", "" },
    { "ATU", 'D', 'U', OK,            "A", "eAeA" },
    { "BT",  'E', 'A', WRONG_PROFILE, "T", "" },
    { "BT",  'E', 'B', OK,            "B", "eBeB" },
    { "BT",  'D', 'T', OK,            "B", "eBeB" },
    { "PT",  'E', 'A', WRONG_PROFILE, "T", "" },
    { "PT",  'E', 'P', OK,            "P", "ePeP" },
    { "PT",  'D', 'T', OK,            "P", "ePeP" },
};
/* clang-format on */

/* What becomes of a change that the row allows; a refusal stays the row's unless it says so. */
enum course {
    NOW,         /* as the row has it */
    LATER,       /* once the terminal has done its REFRESH */
    BUSY,        /* catBusy */
    ALL_REFUSED, /* undefinedError, whatever the row says */
    NO_REQUEST,  /* 6A80, whatever the row says */
};

/* clang-format off */
static const struct circumstance {
    int flag; /* refreshFlag; DeleteProfile has none and knows the circumstances with 00 alone */
    struct terminal terminal;
    uint32_t quirks;
    enum course course;
} circumstances[] = {
    { 0x00,         { 0 },                             0,                          NOW },
    { 0x01,         { 0 },                             0,                          NOW },
    { 0xFF,         { 0 },                             0,                          NOW },
    { CAST_NO_FLAG, { 0 },                             0,                          NO_REQUEST },
    { 0x00,         { .toolkit = true },               0,                          NOW },
    { 0x01,         { .toolkit = true },               0,                          LATER },
    { 0xFF,         { .toolkit = true },               0,                          LATER },
    { CAST_NO_FLAG, { .toolkit = true },               0,                          NO_REQUEST },
    { 0x00,         { .busy = true },                  0,                          BUSY },
    { 0x01,         { .busy = true },                  0,                          BUSY },
    { 0x00,         { .toolkit = true, .busy = true }, 0,                          BUSY },
    { 0xFF,         { .toolkit = true, .busy = true }, 0,                          BUSY },
    { 0x00,         { 0 },                             ISD_R_QUIRK_REFRESH_REFUSED, NOW },
    { 0xFF,         { 0 },                             ISD_R_QUIRK_REFRESH_REFUSED, ALL_REFUSED },
    { 0x01,         { .toolkit = true },               ISD_R_QUIRK_REFRESH_REFUSED, ALL_REFUSED },
};
/* clang-format on */

static struct peer peer;
static struct isd_r_settings settings; /* a circumstance sets its quirks */

/* All profiles but the one that was deleted, the enabled one in brackets. */
static char *expected_shown(const char *enabled, char deleted)
{
    static char text[64];
    size_t len = 0;
    text[0] = '\0';
    for (const char *letter = CAST_ALL; *letter != '\0'; letter++)
        if (*letter != deleted)
            len += (size_t)snprintf(text + len, sizeof(text) - len,
                                    *letter == enabled[0] ? "[%c]" : "%c", *letter);
    return text;
}

struct trial {
    const struct row *row;
    const struct circumstance *circumstance;
    bool by_aid;
    char told_before[256], name[64];
};

static void assert_before(const struct trial *trial)
{
    const struct row *row = trial->row;
    const size_t count = strlen(row->before);
    const char *enabled = count > 0 ? row->before + count - 1 : "";
    cr_assert(eq(str, cast_shown(&peer), expected_shown(enabled, 0)), "%s", trial->name);
    cr_assert(eq(str, cast_told(&peer), (char *)trial->told_before), "%s", trial->name);
}

static void assert_after(const struct trial *trial)
{
    const struct row *row = trial->row;
    char all[512];
    snprintf(all, sizeof(all), "%s%s", trial->told_before, row->told);
    cr_assert(eq(str, cast_shown(&peer),
                 expected_shown(row->enabled, row->what == 'X' ? row->target : 0)),
              "%s", trial->name);
    cr_assert(eq(str, cast_told(&peer), all), "%s", trial->name);
}

static void assert_wish(const struct trial *trial, struct isd_r_wish wish, bool reload,
                        bool refresh)
{
    cr_assert(eq(int, wish.reload, reload), "%s", trial->name);
    cr_assert(eq(int, wish.refresh, refresh), "%s", trial->name);
}

static int expected_result(const struct row *row, enum course course)
{
    if (course == ALL_REFUSED)
        return UNDEFINED;
    return course == BUSY && row->result == OK && row->what != 'X' ? CAT_BUSY : row->result;
}

static void ask(const struct trial *trial)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    const struct row *row = trial->row;
    const struct circumstance *in = trial->circumstance;
    if (in->course == NO_REQUEST) {
        cast_request(row->what, row->target, in->flag, trial->by_aid, &request);
        cr_assert(eq(u16, peer_call(&peer, writer_bytes(&request)), SW_WRONG_DATA), "%s",
                  trial->name);
        return;
    }
    cr_assert(eq(int, cast_command(&peer, row->what, row->target, in->flag, trial->by_aid),
                 expected_result(row, in->course)),
              "%s", trial->name);
}

/* The terminal has done what it waits for. */
static void refresh(const struct trial *trial)
{
    assert_before(trial);
    cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, true), 0));
    assert_wish(trial, isd_r_take_wish(peer.chip.isd_r), true, false);
    cr_assert(eq(int, store_commit(peer.chip.store), 0));
}

/* True if the chip has changed. */
static bool try(const struct trial *trial)
{
    const struct row *row = trial->row;
    const enum course course = trial->circumstance->course;
    const bool is_change = row->what != 'X';
    const bool changes = course != NO_REQUEST && expected_result(row, course) == OK;
    settings.quirks = trial->circumstance->quirks;
    isd_r_set_terminal(peer.chip.isd_r, trial->circumstance->terminal);
    ask(trial);
    assert_wish(trial, peer.chip.wish, changes && is_change && course != LATER,
                changes && is_change && trial->circumstance->flag != 0);
    if (!changes) {
        assert_before(trial);
        return false;
    }
    if (course == LATER)
        refresh(trial);
    assert_after(trial);
    peer_restart_chip(&peer);
    assert_after(trial);
    return true;
}

static void try_everywhere(const struct row *row, const struct rewind *installed)
{
    struct trial trial = {.row = row};
    struct rewind image;
    rewind_to(&peer, installed);
    for (const char *letter = row->before; *letter != '\0'; letter++)
        cr_assert(eq(int, cast_command(&peer, 'E', *letter, 0, false), OK));
    snprintf(trial.told_before, sizeof(trial.told_before), "%s", cast_told(&peer));
    rewind_take(&image);
    for (size_t i = 0; i < 2 * sizeof(circumstances) / sizeof(circumstances[0]); i++) {
        trial.circumstance = &circumstances[i / 2];
        trial.by_aid = i % 2;
        if (row->what == 'X' && trial.circumstance->flag != 0)
            continue;
        snprintf(trial.name, sizeof(trial.name), "after \"%s\" %c%c in circumstance %zu, by %s",
                 row->before, row->what, row->target, i / 2, trial.by_aid ? "AID" : "ICCID");
        if (try(&trial))
            rewind_to(&peer, &image);
    }
    rewind_finish(&image);
}

TestSuite(state_table, .timeout = 600);

Test(state_table, holds_in_every_row_and_circumstance)
{
    struct rewind installed;
    rewind_start();
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    settings = isd_r_settings_default;
    peer_become(&peer, &settings);
    cast_install(&peer);
    rewind_take(&installed);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        try_everywhere(&rows[i], &installed);
    rewind_finish(&installed);
    peer_stop(&peer);
}
