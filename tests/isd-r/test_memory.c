/* The chip's memory: what each profile takes of it, and profiles that do not fit. */
#include "tests/isd-r/cast.h"
#include "tests/isd-r/look.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "isd-r/info/euicc_info.h"

#define PROFILE_RAM 1000
#define FILE_ROOM 500   /* more than the filled file takes beside its content */
#define LOAD_ELEMENTS 5 /* bppCommandId loadProfileElements */
#define INSUFFICIENT_MEMORY 10

static struct peer peer;
static struct euicc_info info;
static struct isd_r_settings settings;

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
    info = euicc_info_default;
    settings = isd_r_settings_default;
    settings.info = &info;
    peer_become(&peer, &settings);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(memory, .init = start, .fini = stop, .timeout = 60);

static struct peer_outcome download(unsigned number, size_t filling)
{
    struct package content = package_numbered(number);
    content.filling = filling;
    return peer_download(&peer, &(struct peer_binding){.content = &content});
}

/* Non-volatile bytes that are gone with it. */
static uint32_t install(unsigned number, size_t filling)
{
    const uint32_t before = look_resource(&peer, LOOK_FREE_NON_VOLATILE);
    const struct peer_outcome outcome = download(number, filling);
    cr_assert(outcome.installed, "profile %u: reason %d", number, outcome.reason);
    return before - look_resource(&peer, LOOK_FREE_NON_VOLATILE);
}

static void delete_profile(unsigned number)
{
    uint8_t room[32];
    struct writer request = writer_on(room, sizeof(room));
    const struct package content = package_numbered(number);
    const size_t mark = tlv_open(&request, 0xBF33);
    tlv_put(&request, 0x5A, bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE));
    tlv_close(&request, mark);
    cr_assert(eq(int, peer_result(&peer, writer_bytes(&request), 0xBF33), 0));
}

/* What can be seen of all that an installation changes. */
struct view {
    uint32_t profiles, non_volatile, ram;
};

static struct view look(void)
{
    return (struct view){look_resource(&peer, LOOK_APPLICATIONS),
                         look_resource(&peer, LOOK_FREE_NON_VOLATILE),
                         look_resource(&peer, LOOK_FREE_VOLATILE)};
}

static void assert_same(struct view view)
{
    const struct view now = look();
    cr_assert(eq(u32, now.profiles, view.profiles));
    cr_assert(eq(u32, now.non_volatile, view.non_volatile));
    cr_assert(eq(u32, now.ram, view.ram));
}

/* It is told, and nothing but the result stays, also when the plug is pulled. */
static void assert_does_not_fit(unsigned number, size_t filling)
{
    static uint8_t room[4096];
    struct writer result = writer_on(room, sizeof(room));
    const struct view before = look();
    const size_t notifications = peer_count_notifications(&peer, 0);
    const struct peer_outcome outcome = download(number, filling);
    cr_assert(not(outcome.installed));
    cr_assert(eq(int, outcome.command, LOAD_ELEMENTS));
    cr_assert(eq(int, outcome.reason, INSUFFICIENT_MEMORY));
    writer_put(&result, writer_bytes(&peer.response));
    for (int i = 0; i < 2; i++) {
        assert_same(before);
        cr_assert(eq(sz, peer_count_notifications(&peer, 0), notifications + 1));
        cr_assert(bytes_equal(look_notification(&peer, outcome.sequence), writer_bytes(&result)));
        peer_restart_chip(&peer);
    }
}

Test(memory, falls_with_each_profiles_size_and_rises_at_its_deletion)
{
    static const size_t fillings[] = {0, 5000, 20000};
    enum { COUNT = sizeof(fillings) / sizeof(fillings[0]) };
    const struct view empty = look();
    uint32_t taken[COUNT], all = 0;
    info.profile_ram = PROFILE_RAM;
    for (unsigned i = 0; i < COUNT; i++) {
        taken[i] = install(i, fillings[i]);
        all += taken[i];
        cr_assert(ge(u32, taken[i], fillings[i]));
        cr_assert(lt(u32, taken[i], taken[0] + fillings[i] + FILE_ROOM));
        peer_restart_chip(&peer);
        assert_same(
            (struct view){i + 1, empty.non_volatile - all, empty.ram - (i + 1) * PROFILE_RAM});
    }
    delete_profile(1);
    assert_same((struct view){2, empty.non_volatile - all + taken[1], empty.ram - 2 * PROFILE_RAM});
    cr_assert(
        eq(int, peer_result(&peer, BYTES(0xBF, 0x34, 0x04, 0x82, 0x02, 0x05, 0x80), 0xBF34), 0));
    assert_same(empty);
    peer_restart_chip(&peer);
    assert_same(empty);
}

Test(memory, that_is_not_volatile_holds_a_profile_to_the_byte)
{
    const uint32_t small = install(1, 0), large = install(2, 5000);
    delete_profile(2);
    info.memory = small + large - 1;
    assert_does_not_fit(2, 5000);
    info.memory = small + large;
    cr_assert(eq(u32, install(2, 5000), large));
    cr_assert(eq(u32, look_resource(&peer, LOOK_FREE_NON_VOLATILE), 0));
    assert_does_not_fit(3, 0);
    delete_profile(1);
    cr_assert(eq(u32, install(3, 0), small));
}

/* There is room enough that is not volatile. */
Test(memory, that_is_volatile_holds_a_number_of_profiles)
{
    info.profile_ram = PROFILE_RAM;
    info.ram = 3 * PROFILE_RAM - 1;
    install(1, 0);
    install(2, 5000);
    cr_assert(eq(u32, look_resource(&peer, LOOK_FREE_VOLATILE), PROFILE_RAM - 1));
    assert_does_not_fit(3, 0);
    delete_profile(1);
    install(3, 0);
    assert_does_not_fit(4, 0);
}

/* The factory has no more of it. */
Test(memory, is_not_outgrown_by_profiles_from_the_factory)
{
    info.profile_ram = PROFILE_RAM;
    info.ram = PROFILE_RAM - 1;
    cr_assert(eq(int, cast_install_from_factory(&peer), 1));
    info.ram = PROFILE_RAM;
    info.memory = 100;
    cr_assert(eq(int, cast_install_from_factory(&peer), 1));
    info.memory = euicc_info_default.memory;
    cr_assert(eq(int, cast_install_from_factory(&peer), 0));
}
