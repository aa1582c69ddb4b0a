/* An RPM package on a real chip: one flush to the disk, the terminal's REFRESH, and what is there
 * when the power goes after the answer. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/isd-r/peer_rpm.h"
#include "tests/isd-r/v3.h"
#include "tests/support/flushes.h"
#include "tests/support/peer_card.h"
#include "apdu/hex.h"
#include "apdu/status.h"

#define KNOWS_STATE_CHANGE                                                                         \
    "8010000022 000080 000000000000000000000000000000000000000000000000000000000000 20"
#define STATUS_REFRESH 0x910B

static struct peer peer;
static struct card card;

/* The same chip as one of v3, from its store. */
static void restart(void)
{
    char state[96];
    card_close(&card);
    snprintf(state, sizeof(state), "%s/card", peer.folder);
    cr_assert_eq(card_open(&card, state), 0);
    card.personality.settings = *v3_settings(0);
    cr_assert_eq(card_start(&card), 0);
    peer_card_power_cycle(&card);
    peer.v3 = true;
}

static void install(unsigned number)
{
    uint8_t room[1024], extra_room[256];
    char extra[HEX_SIZE(sizeof(extra_room))];
    struct writer metadata = writer_on(room, sizeof(room));
    struct writer configuration = writer_on(extra_room, sizeof(extra_room));
    const struct package content = package_with_usim(number);
    peer_put_rpm_configuration(&peer, &configuration);
    hex_encode(writer_bytes(&configuration), extra);
    v3_put_metadata(&content, extra, &metadata);
    const struct peer_binding binding = {.content = &content, .metadata = writer_bytes(&metadata)};
    cr_assert(peer_download(&peer, &binding).installed);
}

static void start(void)
{
    peer_card_start(&peer, &card);
    restart();
    install(1);
    install(2);
}

static void stop(void)
{
    peer_card_stop(&peer, &card);
}

TestSuite(rpm, .init = start, .fini = stop, .timeout = 60);

static uint16_t send(const char *text, struct writer *data)
{
    uint8_t room[300];
    struct writer command = writer_on(room, sizeof(room));
    cr_assert(hex_decode(text, &command));
    return peer.chip.carry(peer.chip.context, writer_bytes(&command), data);
}

static struct bytes iccid(unsigned number)
{
    static struct package content;
    content = package_with_usim(number);
    return bytes_of(content.file_iccid, PACKAGE_ICCID_SIZE);
}

/* Enables the second profile, gives the first another name: the status word. */
static uint16_t manage(void)
{
    static uint8_t room[1024];
    uint8_t package_room[128];
    struct writer request = writer_on(room, sizeof(room));
    struct writer package = writer_on(package_room, sizeof(package_room));
    peer_put_rpm_command(0xA1, iccid(2), (struct bytes){0}, false, &package);
    peer_put_rpm_command(0xA5, iccid(1), BYTES(0xBF, 0x2A, 3, 0x92, 1, 'N'), false, &package);
    cr_assert(peer_authenticate(&peer, &(struct peer_authentication){.v3 = true}) == 0);
    peer_put_rpm(&peer, &(struct peer_rpm_request){.package = writer_bytes(&package)}, &request);
    (void)flushes_take();
    const uint16_t status = peer_call(&peer, writer_bytes(&request));
    const unsigned flushes = flushes_take();
    cr_assert_eq(flushes, 1, "%u flushes", flushes);
    const struct bytes content = peer_find(writer_bytes(&peer.response), 0xA0);
    cr_assert(peer_read_rpm_result(&peer, content).results.len > 0);
    return status;
}

Test(rpm, takes_one_flush_and_outlives_the_power)
{
    cr_assert_eq(manage(), SW_OK);
    cr_assert_neq(card.uicc.profile_id, 0);
    for (int i = 0; i < 2; i++) {
        cr_assert_neq(isd_r_enabled_profile(card.isd_r), 0);
        cr_assert_eq(peer_count_notifications(&peer, 1u << 7), 1);
        cr_assert_eq(peer_count_notifications(&peer, 1u << 4), 2);
        restart();
    }
}

Test(rpm, has_the_terminal_do_a_refresh)
{
    uint8_t room[64];
    struct writer data = writer_on(room, sizeof(room));
    cr_assert_eq(send(KNOWS_STATE_CHANGE, &data), SW_OK);
    cr_assert_eq(manage(), STATUS_REFRESH);
    cr_assert_eq(isd_r_enabled_profile(card.isd_r), 0);
    cr_assert_eq(send("801200000B", &data), SW_OK);
    cr_assert_eq(data.data[6], 0x09, "eUICC Profile State Change");
    cr_assert_eq(send("801400000C810301010982028281830100", &data), SW_OK);
    cr_assert_neq(isd_r_enabled_profile(card.isd_r), 0);
    cr_assert_neq(card.uicc.profile_id, 0);
    cr_assert_eq(peer_count_notifications(&peer, 1u << 4), 2);
    cr_assert_eq(peer_count_notifications(&peer, 1u << 1), 0);
}
