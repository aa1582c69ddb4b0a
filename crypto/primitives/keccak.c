#include "crypto/primitives/keccak.h"

#include "crypto/primitives/secret.h"

#define ROUNDS 24
#define SIDE 5
#define LANES (SIDE * SIDE)
#define LANE_BYTES 8

static const uint64_t round_constants[ROUNDS] = {
    UINT64_C(0x0000000000000001), UINT64_C(0x0000000000008082), UINT64_C(0x800000000000808A),
    UINT64_C(0x8000000080008000), UINT64_C(0x000000000000808B), UINT64_C(0x0000000080000001),
    UINT64_C(0x8000000080008081), UINT64_C(0x8000000000008009), UINT64_C(0x000000000000008A),
    UINT64_C(0x0000000000000088), UINT64_C(0x0000000080008009), UINT64_C(0x000000008000000A),
    UINT64_C(0x000000008000808B), UINT64_C(0x800000000000008B), UINT64_C(0x8000000000008089),
    UINT64_C(0x8000000000008003), UINT64_C(0x8000000000008002), UINT64_C(0x8000000000000080),
    UINT64_C(0x000000000000800A), UINT64_C(0x800000008000000A), UINT64_C(0x8000000080008081),
    UINT64_C(0x8000000000008080), UINT64_C(0x0000000080000001), UINT64_C(0x8000000080008008),
};

static uint64_t rotate(uint64_t lane, unsigned bits)
{
    return bits == 0 ? lane : lane << bits | lane >> (64 - bits);
}

/* FIPS 202 §3.2.1. Lane (x, y) is at 5y + x. */
static void theta(uint64_t lanes[LANES])
{
    uint64_t columns[SIDE];
    for (unsigned x = 0; x < SIDE; x++)
        columns[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20];
    for (unsigned x = 0; x < SIDE; x++) {
        const uint64_t both = columns[(x + 4) % SIDE] ^ rotate(columns[(x + 1) % SIDE], 1);
        for (unsigned y = 0; y < SIDE; y++)
            lanes[SIDE * y + x] ^= both;
    }
}

/* FIPS 202 §3.2.2 and §3.2.3 in one walk: the lane at (x, y) turns and goes to (y, 2x + 3y). */
static void rho_and_pi(uint64_t lanes[LANES])
{
    unsigned x = 1, y = 0;
    uint64_t carried = lanes[1];
    for (unsigned t = 0; t < LANES - 1; t++) {
        const unsigned next = (2 * x + 3 * y) % SIDE;
        x = y;
        y = next;
        const uint64_t displaced = lanes[SIDE * y + x];
        lanes[SIDE * y + x] = rotate(carried, (t + 1) * (t + 2) / 2 % 64);
        carried = displaced;
    }
}

/* FIPS 202 §3.2.4. */
static void chi(uint64_t lanes[LANES])
{
    for (unsigned y = 0; y < LANES; y += SIDE) {
        uint64_t row[SIDE];
        memcpy(row, lanes + y, sizeof(row));
        for (unsigned x = 0; x < SIDE; x++)
            lanes[y + x] = row[x] ^ (~row[(x + 1) % SIDE] & row[(x + 2) % SIDE]);
    }
}

void keccak_f1600(uint8_t state[KECCAK_STATE_SIZE])
{
    uint64_t lanes[LANES] = {0};
    for (unsigned i = 0; i < KECCAK_STATE_SIZE; i++)
        lanes[i / LANE_BYTES] |= (uint64_t)state[i] << 8 * (i % LANE_BYTES);
    for (unsigned round = 0; round < ROUNDS; round++) {
        theta(lanes);
        rho_and_pi(lanes);
        chi(lanes);
        lanes[0] ^= round_constants[round];
    }
    for (unsigned i = 0; i < KECCAK_STATE_SIZE; i++)
        state[i] = (uint8_t)(lanes[i / LANE_BYTES] >> 8 * (i % LANE_BYTES));
    wipe(lanes, sizeof(lanes));
}
