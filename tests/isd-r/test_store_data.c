/* STORE DATA: blocks, their numbers, what they add up to. */
#include "tests/isd-r/peer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/status.h"
#include "isd-r/es10.h"

static struct peer peer;
static uint8_t room[4096];

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(store_data, .init = start, .fini = stop);

static uint16_t send(uint8_t p1, uint8_t p2, struct bytes block, size_t *answered)
{
    struct writer data = writer_on(room, sizeof(room));
    const uint16_t status = chip_block(&peer.chip, p1, p2, block, &data);
    *answered = data.len;
    return status;
}

static void expect(uint8_t p1, uint8_t p2, struct bytes block, uint16_t status)
{
    size_t answered;
    const uint16_t got = send(p1, p2, block, &answered);
    cr_assert(eq(u16, got, status), "P1 %02X P2 %02X: %04X", p1, p2, got);
    if (status != SW_OK || p1 == 0x11)
        cr_assert(eq(sz, answered, 0));
}

#define FIRST BYTES(0xBF)
#define REST BYTES(0x2E, 0x00)

Test(store_data, puts_blocks_together)
{
    size_t answered;
    expect(0x11, 0, FIRST, SW_OK);
    cr_assert(eq(u16, send(0x91, 1, REST, &answered), SW_OK));
    cr_assert(eq(sz, answered, 3 + 2 + 16));
}

Test(store_data, checks_p1)
{
    for (unsigned p1 = 0; p1 <= 0xFF; p1++)
        if (p1 != 0x11 && p1 != 0x91)
            expect((uint8_t)p1, 0, BYTES(0xBF, 0x2E, 0x00), SW_WRONG_P1_P2);
}

Test(store_data, checks_block_numbers)
{
    expect(0x91, 1, FIRST, SW_WRONG_P1_P2);
    expect(0x11, 0, FIRST, SW_OK);
    expect(0x91, 2, REST, SW_WRONG_P1_P2);
    expect(0x91, 1, REST, SW_WRONG_P1_P2); /* what came before is dropped */
    expect(0x11, 0, BYTES(0xEE), SW_OK);
    expect(0x11, 0, FIRST, SW_OK); /* a new command */
    expect(0x91, 1, REST, SW_OK);
    expect(0x91, 2, REST, SW_WRONG_P1_P2);
}

Test(store_data, drops_what_a_wrong_p1_ends)
{
    expect(0x11, 0, FIRST, SW_OK);
    expect(0x90, 1, REST, SW_WRONG_P1_P2);
    expect(0x91, 1, REST, SW_WRONG_P1_P2);
}

Test(store_data, keeps_channels_apart)
{
    expect(0x11, 0, FIRST, SW_OK);
    peer.chip.channel = 1;
    expect(0x91, 1, REST, SW_WRONG_P1_P2);
    expect(0x91, 0, BYTES(0xBF, 0x2E, 0x00), SW_OK);
}

Test(store_data, counts_256_blocks)
{
    expect(0x11, 0, BYTES(0xBF, 0x29, 0x83, 0x00, 0xFF, 0xFF), SW_OK);
    for (unsigned n = 1; n <= 0xFF; n++)
        expect(0x11, (uint8_t)n, bytes_of(room, 255), SW_OK);
    expect(0x91, 0, BYTES(0xBF, 0x2E, 0x00), SW_OK);
}

static uint16_t transmit(struct bytes apdu, size_t *answered)
{
    struct writer data = writer_on(room, sizeof(room));
    const uint16_t status = chip_transmit(&peer.chip, &isd_r_application, apdu, &data);
    *answered = data.len;
    return status;
}

Test(store_data, takes_a_le)
{
    size_t answered;
    cr_assert(eq(u16,
                 transmit(BYTES(0x80, 0xE2, 0x91, 0x00, 0x03, 0xBF, 0x2E, 0x00, 0x00), &answered),
                 SW_OK));
    cr_assert(eq(sz, answered, 21));
}

Test(store_data, needs_data_of_at_most_255_bytes)
{
    static uint8_t apdu[7 + 256] = {0x80, 0xE2, 0x91, 0x00, 0x00, 0x01, 0x00, 0xBF, 0x2E, 0x00};
    size_t answered;
    cr_assert(eq(u16, transmit(BYTES(0x80, 0xE2, 0x91, 0x00), &answered), SW_WRONG_LENGTH));
    cr_assert(eq(u16, transmit(BYTES(0x80, 0xE2, 0x91, 0x00, 0x00), &answered), SW_WRONG_LENGTH));
    cr_assert(eq(u16, transmit(bytes_of(apdu, sizeof(apdu)), &answered), SW_WRONG_LENGTH));
    cr_assert(eq(u16, transmit(BYTES(0x80, 0x14, 0x00, 0x00), &answered), SW_INSTRUCTION));
    cr_assert(eq(u16, transmit(BYTES(0x00, 0xE2, 0x91, 0x00, 0x03, 0xBF, 0x2E, 0x00), &answered),
                 SW_CLASS));
}

Test(store_data, refuses_what_is_no_function)
{
    expect(0x91, 0, BYTES(0xBF, 0x56, 0x00), SW_REFERENCE_NOT_FOUND);
    expect(0x91, 0, BYTES(0xBF, 0x55, 0x00), SW_REFERENCE_NOT_FOUND);
    expect(0x91, 0, BYTES(0x5A, 0x00), SW_REFERENCE_NOT_FOUND);
    expect(0x91, 0, BYTES(0xBF, 0x2E), SW_WRONG_DATA);
    expect(0x91, 0, BYTES(0xBF), SW_WRONG_DATA);
    expect(0x91, 0, BYTES(0xBF, 0x2E, 0x01), SW_WRONG_DATA);
    expect(0x91, 0, BYTES(0xBF, 0x2E, 0x00, 0x00), SW_WRONG_DATA);
    expect(0x91, 0, BYTES(0xBF, 0x2E, 0x80, 0x00, 0x00), SW_WRONG_DATA);
}

/* No function answers with nothing, whatever is in its request. */
Test(store_data, never_answers_success_with_nothing)
{
    for (size_t i = 0; i < es10_functions.count; i++) {
        const struct es10_row *row = &es10_functions.rows[i];
        const uint8_t requests[][5] = {
            {(uint8_t)(row->tag >> 8), (uint8_t)row->tag, 0x00},
            {(uint8_t)(row->tag >> 8), (uint8_t)row->tag, 0x02, 0x00, 0x00},
            {(uint8_t)(row->tag >> 8), (uint8_t)row->tag, 0x02, 0xA0, 0x00},
            {(uint8_t)(row->tag >> 8), (uint8_t)row->tag, 0x02, 0x5C, 0x7F},
        };
        for (size_t n = 0; n < sizeof(requests) / sizeof(requests[0]); n++) {
            size_t answered;
            const uint16_t status =
                send(0x91, 0, bytes_of(requests[n], 3 + (size_t)requests[n][2]), &answered);
            cr_assert(status != SW_TECHNICAL_PROBLEM && status != SW_MEMORY_PROBLEM, "%s",
                      row->name);
            cr_assert(answered > 0 ? status == SW_OK : status != SW_OK, "%s: %04X", row->name,
                      status);
        }
    }
}

Test(store_data, is_forgotten_by_a_reset)
{
    expect(0x11, 0, FIRST, SW_OK);
    isd_r_reset(peer.chip.isd_r);
    expect(0x91, 1, REST, SW_WRONG_P1_P2);
}
