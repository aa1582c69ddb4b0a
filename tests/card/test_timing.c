/* Timing: what a command costs on a real chip, by the delay that the card asks for; nobody waits.
 */
#include <criterion/criterion.h>

#include "tests/support/peer_card.h"
#include "apdu/status.h"
#include "isd-r/es10.h"

static struct peer peer;
static struct card card;

static void start(void)
{
    peer_card_start(&peer, &card);
}

static void stop(void)
{
    peer_card_stop(&peer, &card);
}

TestSuite(timing, .init = start, .fini = stop, .timeout = 120);

static void take_time(void)
{
    card.personality.timing.real = true;
    card_arm(&card);
}

/* The cost of one command, both its ways on the wire included. */
static uint64_t cost_of(struct bytes command, size_t *byte_count)
{
    uint8_t room[CARD_RESPONSE_CAPACITY];
    struct writer response = writer_on(room, sizeof(room));
    card_transmit(&card, command, &response);
    *byte_count = command.len + response.len;
    return card_outcome(&card).delay_us;
}

Test(timing, nothing_takes_time_by_default)
{
    size_t bytes;
    cr_assert_eq(cost_of(BYTES(0x80, 0xE2, 0x91, 0, 3, 0xBF, 0x2E, 0), &bytes), 0);
    cr_assert_not(card.hardware.active);
}

Test(timing, each_function_costs_what_was_measured)
{
    static const struct {
        uint32_t tag;
        uint64_t us;
    } rows[] = {{ES10_GET_EUICC_CHALLENGE, 6000},
                {ES10_GET_EUICC_INFO1, 41000},
                {ES10_GET_EUICC_INFO2, 41000},
                {ES10_AUTHENTICATE_SERVER, 3100000},
                {ES10_PREPARE_DOWNLOAD, 3750000}};
    take_time();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t bytes;
        const uint64_t cost = cost_of(
            BYTES(0x80, 0xE2, 0x91, 0, 3, (uint8_t)(rows[i].tag >> 8), (uint8_t)rows[i].tag, 0),
            &bytes);
        cr_assert_eq(cost, rows[i].us + 1070 + 62 * bytes, "%X: %u us", (unsigned)rows[i].tag,
                     (unsigned)cost);
    }
}

Test(timing, a_function_costs_what_is_said_whether_it_was_measured_or_not)
{
    struct timing *timing = &card.personality.timing;
    for (uint32_t tag = 1; tag < 10; tag++) {
        cr_assert_eq(timing_cost_of(timing, tag), 41000);
        cr_assert(timing_set(timing, tag, tag));
        cr_assert_eq(timing_cost_of(timing, tag), tag);
    }
    cr_assert(timing_set(timing, ES10_AUTHENTICATE_SERVER, 7));
    cr_assert_eq(timing_cost_of(timing, ES10_AUTHENTICATE_SERVER), 7);
}

/* What a package's STORE DATA commands cost, and GET RESPONSE after them; only bytes on the wire.
 */
static uint64_t spent, wire;

static uint16_t counting_carry(void *context, struct bytes command, struct writer *data)
{
    uint8_t room[CARD_RESPONSE_CAPACITY];
    uint8_t get_response[] = {0, 0xC0, 0, 0, 0};
    uint16_t status = 0x6100;
    struct bytes next = command;
    (void)context;
    while (status >> 8 == SW_BYTES_AVAILABLE >> 8) {
        struct writer response = writer_on(room, sizeof(room));
        card_transmit(&card, next, &response);
        spent += card_outcome(&card).delay_us;
        wire += 1070 + 62 * (next.len + response.len);
        writer_put(data, bytes_of(room, response.len - 2));
        status = (uint16_t)(room[response.len - 2] << 8 | room[response.len - 1]);
        get_response[0] = command.data[0];
        get_response[4] = (uint8_t)status;
        next = bytes_of(get_response, sizeof(get_response));
    }
    return status;
}

Test(timing, a_package_costs_its_segments)
{
    const struct package package = package_with_usim(1);
    unsigned segments = 0;
    take_time();
    cr_assert_eq(peer_authenticate(&peer, &(struct peer_authentication){0}), 0);
    cr_assert_eq(peer_prepare(&peer, &(struct peer_preparation){0}), 0);
    peer_bind(&peer, &(struct peer_binding){.content = &package, .segment = 100});
    for (struct bytes rest = writer_bytes(&peer.bpp), one; rest.len > 0; segments++)
        cr_assert(
            bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, writer_bytes(&peer.bpp), rest), &one));
    peer.chip.carry = counting_carry;
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
    cr_assert_gt(segments, 8);
    cr_assert_eq(spent - wire, segments * (18300000u / 18));
}
