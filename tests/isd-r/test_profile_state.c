/* EnableProfile, DisableProfile, DeleteProfile, eUICCMemoryReset: the state table, row by row. */
#include "peer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"

static struct peer peer;

/* The profiles on the chip; a row names them by letter. */
static const struct {
    char letter;
    unsigned kind; /* profileClass + 1 */
    uint8_t rules; /* PprIds as one byte of a BIT STRING, with its unused bits; 0: none */
} profiles[] = {
    {'A', 3, 0},    /* operational */
    {'B', 3, 0x40}, /* PPR1 */
    {'C', 3, 0x20}, /* PPR2 */
    {'P', 2, 0},    /* provisioning */
    {'T', 1, 0},    /* test */
    {'U', 1, 0},
};
#define PROFILES (sizeof(profiles) / sizeof(profiles[0]))

static struct package content_of(char letter)
{
    return package_numbered((unsigned)letter);
}

static void install(size_t i)
{
    static const uint8_t owner[] = {0x80, 0x03, 0x00, 0xF1, 0x10};
    const struct package content = content_of(profiles[i].letter);
    const uint8_t rules[] = {profiles[i].rules == 0x40 ? 6 : 5, profiles[i].rules};
    const struct peer_binding binding = {
        .content = &content,
        .metadata_class = profiles[i].kind,
        .owner = bytes_of(owner, sizeof(owner)),
        .rules = profiles[i].rules != 0 ? bytes_of(rules, 2) : (struct bytes){0},
    };
    const struct peer_outcome outcome = peer_download(&peer, &binding);
    cr_assert(outcome.installed, "%c: command %d, reason %d", profiles[i].letter, outcome.command,
              outcome.reason);
}

static const char *below(const char *name)
{
    static char path[2][128];
    static unsigned next;
    char *out = path[next++ % 2];
    snprintf(out, sizeof(path[0]), "%s/%s", peer.folder, name);
    return out;
}

static void copy(const char *from, const char *to)
{
    char line[512];
    snprintf(line, sizeof(line), "rm -rf %s && cp -a %s %s", to, from, to);
    cr_assert(system(line) == 0);
}

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    for (size_t i = 0; i < PROFILES; i++)
        install(i);
    chip_stop(&peer.chip);
    copy(below("state"), below("template"));
    chip_start(&peer.chip, below("state"), NULL);
}

/* The chip as it was with everything installed and nothing enabled. */
static void restore(void)
{
    chip_stop(&peer.chip);
    copy(below("template"), below("state"));
    chip_start(&peer.chip, below("state"), NULL);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(profile_state, .init = start, .fini = stop, .timeout = 60);

/* What stands for a profile in a request: its ICCID, or the AID of its ISD-P. */
static void put_identifier(char letter, bool by_aid, struct writer *out)
{
    uint8_t aid[] = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                     0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0xEE, 0x00};
    const struct package content = content_of(letter);
    for (size_t i = 0; i < PROFILES; i++)
        if (profiles[i].letter == letter)
            aid[14] = (uint8_t)(0x10 + i);
    if (by_aid)
        tlv_put(out, 0x4F, bytes_of(aid, sizeof(aid)));
    else
        tlv_put(out, 0x5A, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE));
}

static int command(char what, char letter, uint8_t flag, bool by_aid)
{
    const uint32_t tag = what == 'E' ? 0xBF31 : what == 'D' ? 0xBF32 : 0xBF33;
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&request, tag);
    if (what == 'X') {
        put_identifier(letter, by_aid, &request);
    } else {
        const size_t choice = tlv_open(&request, 0xA0);
        put_identifier(letter, by_aid, &request);
        tlv_close(&request, choice);
        tlv_put_u8(&request, 0x81, flag);
    }
    tlv_close(&request, mark);
    return peer_result(&peer, writer_bytes(&request), tag);
}

/* The letters of the profiles that are there, the enabled ones in brackets. */
static const char *shown(void)
{
    static char text[64];
    struct tlv list, one, iccid, state;
    size_t len = 0;
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2D, 0x00), 0xBF2D), 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xE3, &one)) {
        cr_assert(tlv_find(one.value, 0x5A, &iccid));
        cr_assert(tlv_find(one.value, 0x9F70, &state));
        for (size_t i = 0; i < PROFILES; i++) {
            const struct package content = content_of(profiles[i].letter);
            if (bytes_equal(iccid.value, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE)))
                len += (size_t)snprintf(text + len, sizeof(text) - len,
                                        state.value.data[0] ? "[%c]" : "%c", profiles[i].letter);
        }
    }
    text[len] = '\0';
    return text;
}

struct row {
    const char *before; /* profiles enabled one after the other */
    char what;          /* Enable, Disable, X: delete */
    char letter;
    int result;
    const char *after;
    int enabled, disabled, deleted; /* notifications that follow; enabling is told to two */
    bool busy;
};

/* clang-format off */
static const struct row rows[] = {
    { "",    'E', 'A', 0, "[A]BCPTU", 2, 0, 0 },
    { "",    'E', '?', 1, "ABCPTU",   0, 0, 0 },
    { "",    'E', 'A', 5, "ABCPTU",   0, 0, 0, .busy = true },
    { "A",   'E', 'A', 2, "[A]BCPTU", 0, 0, 0 },
    { "A",   'E', 'A', 2, "[A]BCPTU", 0, 0, 0, .busy = true },
    { "A",   'E', 'B', 0, "A[B]CPTU", 2, 1, 0 },
    { "A",   'E', 'P', 0, "ABC[P]TU", 2, 1, 0 },
    { "A",   'E', 'T', 0, "ABCP[T]U", 0, 1, 0 },
    { "B",   'E', 'A', 3, "A[B]CPTU", 0, 0, 0 },
    { "B",   'E', 'A', 3, "A[B]CPTU", 0, 0, 0, .busy = true },
    { "B",   'E', 'P', 0, "ABC[P]TU", 2, 1, 0 },
    { "B",   'E', 'T', 0, "ABCP[T]U", 0, 1, 0 },
    { "AT",  'E', 'A', 0, "[A]BCPTU", 2, 0, 0 },
    { "AT",  'E', 'C', 4, "ABCP[T]U", 0, 0, 0 },
    { "AT",  'E', 'P', 4, "ABCP[T]U", 0, 0, 0 },
    { "AT",  'E', 'U', 0, "ABCPT[U]", 0, 0, 0 },
    { "ATU", 'E', 'A', 0, "[A]BCPTU", 2, 0, 0 },
    { "ATU", 'E', 'C', 4, "ABCPT[U]", 0, 0, 0 },
    { "T",   'E', 'A', 4, "ABCP[T]U", 0, 0, 0 },
    { "BT",  'E', 'B', 0, "A[B]CPTU", 2, 0, 0 },
    { "A",   'D', 'A', 0, "ABCPTU",   0, 1, 0 },
    { "",    'D', 'A', 2, "ABCPTU",   0, 0, 0 },
    { "A",   'D', 'C', 2, "[A]BCPTU", 0, 0, 0 },
    { "A",   'D', '?', 1, "[A]BCPTU", 0, 0, 0 },
    { "A",   'D', 'A', 5, "[A]BCPTU", 0, 0, 0, .busy = true },
    { "B",   'D', 'B', 3, "A[B]CPTU", 0, 0, 0 },
    { "C",   'D', 'C', 0, "ABCPTU",   0, 1, 0 },
    { "P",   'D', 'P', 0, "ABCPTU",   0, 1, 0 },
    { "T",   'D', 'T', 0, "ABCPTU",   0, 0, 0 },
    { "AT",  'D', 'T', 0, "[A]BCPTU", 2, 0, 0 },
    { "ATU", 'D', 'U', 0, "[A]BCPTU", 2, 0, 0 },
    { "BT",  'D', 'T', 0, "A[B]CPTU", 2, 0, 0 },
    { "",    'X', 'A', 0, "BCPTU",    0, 0, 1 },
    { "",    'X', 'A', 0, "BCPTU",    0, 0, 1, .busy = true },
    { "A",   'X', 'A', 2, "[A]BCPTU", 0, 0, 0 },
    { "A",   'X', '?', 1, "[A]BCPTU", 0, 0, 0 },
    { "",    'X', 'B', 0, "ACPTU",    0, 0, 1 },
    { "",    'X', 'C', 3, "ABCPTU",   0, 0, 0 },
    { "C",   'X', 'C', 2, "AB[C]PTU", 0, 0, 0 },
    { "",    'X', 'P', 0, "ABCTU",    0, 0, 1 },
    { "",    'X', 'T', 0, "ABCPU",    0, 0, 0 },
    { "AT",  'X', 'A', 0, "BCP[T]U",  0, 0, 1 },
};
/* clang-format on */

static int count(uint32_t event)
{
    return (int)peer_count_notifications(&peer, 1u << event);
}

static void run_row(size_t number, uint8_t flag, bool by_aid)
{
    const struct row *row = &rows[number];
    restore();
    for (const char *letter = row->before; *letter != '\0'; letter++)
        cr_assert(eq(int, command('E', *letter, 0, false), 0), "row %zu", number);
    const int enabled = count(1), disabled = count(2), deleted = count(3);
    isd_r_set_terminal(peer.chip.isd_r, (struct isd_r_terminal){.busy = row->busy});
    const int result = command(row->what, row->letter, flag, by_aid);
    const bool changes = result == 0 && row->what != 'X';
    cr_assert(eq(int, result, row->result), "row %zu", number);
    cr_assert(eq(int, peer.chip.wish.reload, changes), "row %zu", number);
    cr_assert(eq(int, peer.chip.wish.refresh, changes &&flag != 0), "row %zu", number);
    for (int i = 0; i < 2; i++) {
        cr_assert(eq(str, (char *)shown(), (char *)row->after), "row %zu", number);
        cr_assert(eq(int, count(1) - enabled, row->enabled), "row %zu", number);
        cr_assert(eq(int, count(2) - disabled, row->disabled), "row %zu", number);
        cr_assert(eq(int, count(3) - deleted, row->deleted), "row %zu", number);
        peer_restart_chip(&peer);
    }
}

Test(profile_state, follows_the_table_by_iccid)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run_row(i, 0x00, false);
}

Test(profile_state, follows_the_table_by_aid_with_refresh)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run_row(i, i % 2 ? 0x01 : 0xFF, true);
}

Test(profile_state, returns_to_nothing_when_what_was_before_a_test_is_gone)
{
    restore();
    cr_assert(eq(int, command('E', 'A', 0, false), 0));
    cr_assert(eq(int, command('E', 'T', 0, false), 0));
    cr_assert(eq(int, command('X', 'A', 0, false), 0));
    cr_assert(eq(int, command('D', 'T', 0, false), 0));
    cr_assert(eq(str, (char *)shown(), "BCPTU"));
    cr_assert(eq(u32, isd_r_enabled_profile(peer.chip.isd_r), 0));
}

/* A terminal with a toolkit: the change waits for its REFRESH. */
Test(profile_state, waits_for_a_refresh)
{
    restore();
    isd_r_set_terminal(peer.chip.isd_r, (struct isd_r_terminal){.toolkit = true});
    cr_assert(eq(int, command('E', 'A', 0xFF, false), 0));
    cr_assert(peer.chip.wish.refresh);
    cr_assert(not(peer.chip.wish.reload));
    cr_assert(eq(str, (char *)shown(), "ABCPTU"));
    cr_assert(eq(int, command('E', 'C', 0, false), 5));
    cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, true), 0));
    cr_assert(isd_r_take_wish(peer.chip.isd_r).reload);
    cr_assert(eq(int, store_commit(peer.chip.store), 0));
    cr_assert(eq(str, (char *)shown(), "[A]BCPTU"));
    cr_assert(eq(int, count(1), 2));
    /* A refused one leaves things as they were. */
    cr_assert(eq(int, command('D', 'A', 0x01, false), 0));
    cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, false), 0));
    cr_assert(eq(str, (char *)shown(), "[A]BCPTU"));
    /* Without refreshFlag nothing is waited for; without anything waiting nothing happens. */
    cr_assert(eq(int, command('D', 'A', 0, false), 0));
    cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, true), 0));
    cr_assert(eq(str, (char *)shown(), "ABCPTU"));
}

/* What a failing command undoes is its own; what waits outlives the process. */
Test(profile_state, goes_on_waiting_when_another_command_fails)
{
    restore();
    isd_r_set_terminal(peer.chip.isd_r, (struct isd_r_terminal){.toolkit = true});
    cr_assert(eq(int, command('E', 'A', 0xFF, false), 0));
    for (int i = 0; i < 2; i++) {
        cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, true), 0));
        store_rollback(peer.chip.store);
        cr_assert(eq(int, isd_r_rollback(peer.chip.isd_r), 0));
        cr_assert(eq(str, (char *)shown(), "ABCPTU"));
    }
    peer_restart_chip(&peer);
    cr_assert(eq(int, command('E', 'C', 0, false), 5));
    cr_assert(eq(int, command('X', 'A', 0, false), 2));
    cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, true), 0));
    cr_assert(eq(int, store_commit(peer.chip.store), 0));
    cr_assert(eq(str, (char *)shown(), "[A]BCPTU"));
}

Test(profile_state, refuses_requests_that_are_none)
{
    restore();
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x31, 0x00)), SW_WRONG_DATA));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x31, 0x05, 0xA0, 0x00, 0x81, 0x01, 0x00)),
                 SW_WRONG_DATA));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x32, 0x05, 0xA0, 0x03, 0x90, 0x01, 0x00)),
                 SW_WRONG_DATA));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x33, 0x00)), SW_WRONG_DATA));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x34, 0x00)), SW_WRONG_DATA));
}

static int memory_reset(uint8_t options)
{
    return peer_result(&peer, BYTES(0xBF, 0x34, 0x04, 0x82, 0x02, 0x05, options), 0xBF34);
}

Test(profile_state, resets_memory_by_each_option)
{
    static const struct {
        const char *before;
        uint8_t options;
        int result;
        const char *after;
        bool reload;
        int deleted;
        bool address_left;
    } resets[] = {
        {"", 0x80, 0, "PTU", false, 3, true},       {"B", 0x80, 0, "PTU", true, 3, true},
        {"C", 0x80, 0, "PTU", true, 3, true},       {"A", 0x40, 0, "[A]BCP", false, 0, true},
        {"AT", 0x40, 0, "ABCP", true, 0, true},     {"A", 0x20, 0, "[A]BCPTU", false, 0, false},
        {"A", 0xE0, 0, "P", true, 3, false},        {"A", 0xC0, 0, "P", true, 3, true},
        {"A", 0x00, 1, "[A]BCPTU", false, 0, true},
    };
    struct tlv address;
    for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++) {
        restore();
        cr_assert(eq(int, peer_result(&peer, BYTES(0xBF, 0x3F, 0x03, 0x80, 0x01, 'a'), 0xBF3F), 0));
        for (const char *letter = resets[i].before; *letter != '\0'; letter++)
            cr_assert(eq(int, command('E', *letter, 0, false), 0));
        cr_assert(eq(int, memory_reset(resets[i].options), resets[i].result), "reset %zu", i);
        cr_assert(eq(int, peer.chip.wish.reload, resets[i].reload), "reset %zu", i);
        peer_restart_chip(&peer);
        cr_assert(eq(str, (char *)shown(), (char *)resets[i].after), "reset %zu", i);
        cr_assert(eq(int, count(3), resets[i].deleted), "reset %zu", i);
        const bool left =
            tlv_find(peer_ask(&peer, BYTES(0xBF, 0x3C, 0x00), 0xBF3C), 0x80, &address);
        cr_assert(eq(int, left, resets[i].address_left), "reset %zu", i);
    }
}

Test(profile_state, has_nothing_to_reset)
{
    restore();
    cr_assert(eq(int, memory_reset(0x20), 1));
    cr_assert(eq(int, memory_reset(0xC0), 0));
    cr_assert(eq(int, memory_reset(0xC0), 1));
    isd_r_set_terminal(peer.chip.isd_r, (struct isd_r_terminal){.busy = true});
    cr_assert(eq(int, memory_reset(0xC0), 5));
}

/* AIDs that are free again are given again, the lowest first. */
Test(profile_state, gives_the_lowest_free_aid)
{
    const struct package content = package_numbered(500);
    restore();
    cr_assert(eq(int, command('X', 'B', 0, false), 0));
    const struct peer_outcome outcome =
        peer_download(&peer, &(struct peer_binding){.content = &content});
    cr_assert(eq(u8, outcome.aid[14], 0x11));
}

/* What the factory has put there: disabled, unsigned for, not deleted as field-loaded. */
Test(profile_state, keeps_what_came_from_the_factory)
{
    uint8_t room[PACKAGE_MAX];
    struct writer bytes = writer_on(room, sizeof(room));
    const struct package content = package_numbered(500);
    restore();
    package_put(&content, &bytes);
    const struct isd_r_factory_profile good = {.name = "test", .package = writer_bytes(&bytes)},
                                       bad = {.name = "test", .package = BYTES(0x30, 0x00)};
    cr_assert(eq(int, isd_r_factory_install(peer.chip.isd_r, &good), 0));
    cr_assert(eq(int, isd_r_factory_install(peer.chip.isd_r, &good), 1));
    cr_assert(eq(int, isd_r_factory_install(peer.chip.isd_r, &bad), 1));
    cr_assert(eq(int, store_commit(peer.chip.store), 0));
    struct tlv list, one, name;
    uint8_t search[32];
    struct writer request = writer_on(search, sizeof(search));
    const size_t mark = tlv_open(&request, 0xBF2D);
    const size_t criteria = tlv_open(&request, 0xA0);
    tlv_put(&request, 0x5A, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE));
    tlv_close(&request, criteria);
    tlv_close(&request, mark);
    cr_assert(tlv_whole(peer_ask(&peer, writer_bytes(&request), 0xBF2D), 0xA0, &list));
    cr_assert(tlv_whole(list.value, 0xE3, &one));
    cr_assert(tlv_find(one.value, 0x92, &name));
    cr_assert(bytes_equal(name.value, bytes_of_text("test package")));
}
