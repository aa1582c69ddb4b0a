/* What waits for a REFRESH, eUICCMemoryReset, and profiles from the factory; the state table has a
 * test of its own. */
#include "tests/isd-r/cast.h"
#include "tests/isd-r/rewind.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "apdu/status.h"

static struct peer peer;
static struct rewind installed;

static void start(void)
{
    rewind_start();
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    cast_install(&peer);
    rewind_take(&installed);
}

/* The chip as it was with everything installed and nothing enabled. */
static void restore(void)
{
    rewind_to(&peer, &installed);
}

static void stop(void)
{
    rewind_finish(&installed);
    peer_stop(&peer);
}

TestSuite(profile_state, .init = start, .fini = stop, .timeout = 60);

static int command(char what, char letter, int refresh_flag)
{
    return cast_command(&peer, what, letter, refresh_flag, false);
}

static int count(uint32_t event)
{
    return (int)peer_count_notifications(&peer, 1u << event);
}

Test(profile_state, returns_to_nothing_when_what_was_before_a_test_is_gone)
{
    restore();
    cr_assert(eq(int, command('E', 'A', 0), 0));
    cr_assert(eq(int, command('E', 'T', 0), 0));
    cr_assert(eq(int, command('X', 'A', 0), 0));
    cr_assert(eq(int, command('D', 'T', 0), 0));
    cr_assert(eq(str, cast_shown(&peer), "BCPQRTUVW"));
    cr_assert(eq(u32, isd_r_enabled_profile(peer.chip.isd_r), 0));
}

/* A terminal with a toolkit: the change waits for its REFRESH. */
Test(profile_state, waits_for_a_refresh)
{
    restore();
    isd_r_set_terminal(peer.chip.isd_r, (struct terminal){.toolkit = true});
    cr_assert(eq(int, command('E', 'A', 0xFF), 0));
    cr_assert(peer.chip.wish.refresh);
    cr_assert(not(peer.chip.wish.reload));
    cr_assert(eq(str, cast_shown(&peer), "ABCPQRTUVW"));
    cr_assert(eq(int, command('E', 'C', 0), 5));
    cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, true), 0));
    cr_assert(isd_r_take_wish(peer.chip.isd_r).reload);
    cr_assert(eq(int, store_commit(peer.chip.store), 0));
    cr_assert(eq(str, cast_shown(&peer), "[A]BCPQRTUVW"));
    cr_assert(eq(int, count(1), 2));
    /* A refused one leaves things as they were. */
    cr_assert(eq(int, command('D', 'A', 0x01), 0));
    cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, false), 0));
    cr_assert(eq(str, cast_shown(&peer), "[A]BCPQRTUVW"));
    /* Without refreshFlag nothing is waited for; without anything waiting nothing happens. */
    cr_assert(eq(int, command('D', 'A', 0), 0));
    cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, true), 0));
    cr_assert(eq(str, cast_shown(&peer), "ABCPQRTUVW"));
}

/* What a failing command undoes is its own; what waits outlives the process. */
Test(profile_state, goes_on_waiting_when_another_command_fails)
{
    restore();
    isd_r_set_terminal(peer.chip.isd_r, (struct terminal){.toolkit = true});
    cr_assert(eq(int, command('E', 'A', 0xFF), 0));
    for (int i = 0; i < 2; i++) {
        cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, true), 0));
        store_rollback(peer.chip.store);
        cr_assert(eq(int, isd_r_rollback(peer.chip.isd_r), 0));
        cr_assert(eq(str, cast_shown(&peer), "ABCPQRTUVW"));
    }
    peer_restart_chip(&peer);
    cr_assert(eq(int, command('E', 'C', 0), 5));
    cr_assert(eq(int, command('X', 'A', 0), 2));
    cr_assert(eq(int, isd_r_refreshed(peer.chip.isd_r, true), 0));
    cr_assert(eq(int, store_commit(peer.chip.store), 0));
    cr_assert(eq(str, cast_shown(&peer), "[A]BCPQRTUVW"));
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

/* AIDs that are free again are given again, the lowest first. */
Test(profile_state, gives_the_lowest_free_aid)
{
    const struct package content = package_numbered(500);
    restore();
    cr_assert(eq(int, command('X', 'B', 0), 0));
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
