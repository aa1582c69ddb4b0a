/* Over the air: a script is one commit and one flush; who is killed has the old state or the new.
 */
#include "tests/fs/test_ota_world.h"

#include "tests/support/flushes.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(ota_commit, .init = test_make_folder, .fini = test_remove_folder);

#define TEN_UPDATES                                                                                \
    "00D60000020001 00D60000020002 00D60000020003 00D60000020004 00D60000020005"                   \
    "00D60000020006 00D60000020007 00D60000020008 00D60000020009 00D6000002000A"

/* Ten UPDATEs and a counter: one flush; what is read back is what was written last, of each file.
 */
Test(ota_commit, a_script_is_one_flush)
{
    struct world *world = world_open(0);
    const uint32_t profile = world->profile;
    struct order order = ORDER_USUAL("B00120", "00A40004022F10" TEN_UPDATES);
    order.spi1 |= SCP80_COUNTER_HIGHER;
    order.counter = 1;
    for (order.counter = 1; order.counter <= 6; order.counter++) {
        (void)flushes_take();
        world_expect(world, &order, "00 0B9000");
        cr_assert_eq(store_commit(world->store), 0);
        const unsigned count = flushes_take();
        cr_expect(count == 1 || order.counter <= 2, "%u flushes with counter %u", count,
                  order.counter); /* the first ones make the files */
    }
    order = (struct order)ORDER_USUAL(
        "B00140", "00A40004026F10 00D6000001AA 00A4000C026F10 00D6000101BB 00D6000201CC");
    cr_expect_str_eq(world_order(world, &order), "00 059000");
    cr_assert_eq(store_commit(world->store), 0);
    world_close(world);
    world = world_open(profile);
    const struct order read = ORDER_USUAL("B00120", OTA_READ);
    world_expect(world, &read, "00 029000000A0304");
    const struct order other = ORDER_USUAL("B00140", "00A40004026F10 00B0000004");
    world_expect(world, &other, "00 029000AABBCC08");
    world_close(world);
}

/* Killed before or after the one commit of an envelope, the chip has the old state or the new. */
static void run_and_die(uint32_t profile, bool commit)
{
    const pid_t child = fork();
    if (child == 0) {
        struct world *world = world_open(profile);
        struct order order = ORDER_USUAL("B00120", OTA_WRITE);
        order.spi1 |= SCP80_COUNTER_NEXT;
        order.counter = 1;
        world_order(world, &order);
        if (commit && store_commit(world->store) != 0)
            abort();
        kill(getpid(), SIGKILL);
    }
    int status;
    cr_assert(waitpid(child, &status, 0) == child);
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    cr_assert(killed);
}

Test(ota_commit, a_kill_leaves_the_old_state_or_the_new)
{
    struct world *world = world_open(0);
    const uint32_t profile = world->profile;
    struct order order = ORDER_USUAL("B00120", OTA_READ);
    order.spi1 |= SCP80_COUNTER_NEXT;
    order.counter = 1;
    world_close(world);
    run_and_die(profile, false);
    world = world_open(profile);
    world_expect(world, &order, "00 " OTA_READ_ANSWER);
    store_rollback(world->store);
    world_close(world);
    run_and_die(profile, true);
    world = world_open(profile);
    world_expect(world, &order, "02 ");
    order.counter = 2;
    world_expect(world, &order, "00 029000AABB0304");
    world_close(world);
}
