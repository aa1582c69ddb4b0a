/* Any bytes in any order, at any point of a session: each ends in an answer that the specification
 * knows, and the next good session goes through. EMUICC_ROUNDS: how often, 1500 if it is not set.
 */
#include "tests/isd-r/peer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "apdu/status.h"

#define ROUNDS 1500
#define BAD_COMMANDS 6 /* in a round, at most */
#define MUTATIONS 2    /* of a command, at most */
#define REQUEST_MAX 4096
#define P1_MORE 0x11
#define P1_LAST 0x91
#define BAD_NUMBER 1 /* of the profile whose session goes wrong */
#define GOOD_NUMBER 2

enum stage { STAGE_IDLE, STAGE_CHALLENGED, STAGE_AUTHENTICATED, STAGE_PREPARED, STAGE_LOADING };

static struct peer peer;
static struct random chance;
static unsigned round_number;
static size_t refused, answered;

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(bad_input, .fini = stop, .timeout = 600);

static size_t draw(size_t below)
{
    uint32_t number;
    cr_assert(random_fill(&chance, &number, sizeof(number)) == 0);
    return number % below;
}

/* What a command may be answered with: nothing that says the chip has failed. */
static void check_answer(uint16_t status, struct bytes answer)
{
    static const uint16_t allowed[] = {
        SW_OK,
        SW_WRONG_LENGTH,
        SW_WRONG_DATA,
        SW_WRONG_P1_P2,
        SW_REFERENCE_NOT_FOUND,
        SW_CONDITIONS_NOT_SATISFIED,
        SW_NOT_ENOUGH_MEMORY,
    };
    struct tlv whole;
    bool known = false;
    answered += answer.len > 0;
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        known |= status == allowed[i];
    cr_assert(known, "round %u: %04X", round_number, status);
    if (answer.len > 0) {
        cr_assert(tlv_take(&answer, &whole), "round %u", round_number);
        cr_assert(eq(sz, answer.len, 0), "round %u", round_number);
        cr_assert(eq(u32, whole.tag >> 8, 0xBF), "round %u: %X", round_number, (unsigned)whole.tag);
    }
    refused += status != SW_OK;
}

/* Blocks of STORE DATA, now and then with parameters that are none; until one is refused. */
static void send(struct bytes command)
{
    const size_t size = 1 + draw(CHIP_BLOCK_MAX);
    for (uint8_t number = 0;; number++) {
        struct bytes block;
        const bool last = command.len <= size;
        (void)bytes_take(&command, last ? command.len : size, &block);
        uint8_t p1 = last ? P1_LAST : P1_MORE, p2 = number;
        if (draw(40) == 0)
            p1 = (uint8_t)draw(256);
        if (draw(40) == 0)
            p2 = (uint8_t)draw(256);
        writer_reset(&peer.response);
        const uint16_t status = chip_block(&peer.chip, p1, p2, block, &peer.response);
        check_answer(status, writer_bytes(&peer.response));
        if (last || status != SW_OK)
            return;
    }
}

static void send_no_command(void)
{
    uint8_t apdu[300];
    const size_t len = draw(draw(4) == 0 ? sizeof(apdu) : 10);
    cr_assert(random_fill(&chance, apdu, sizeof(apdu)) == 0);
    if (draw(2) == 0)
        apdu[0] = 0x80;
    writer_reset(&peer.response);
    const uint16_t status =
        chip_transmit(&peer.chip, &isd_r_application, bytes_of(apdu, len), &peer.response);
    cr_assert(ne(u16, status, SW_TECHNICAL_PROBLEM), "round %u", round_number);
    cr_assert(ne(u16, status, SW_MEMORY_PROBLEM), "round %u", round_number);
}

/* One change to a command: a bit, a byte, a piece cut out, doubled or cut off. */
static void mutate(struct writer *command)
{
    if (command->len == 0)
        return;
    const size_t at = draw(draw(2) == 0 ? command->len : (command->len < 16 ? command->len : 16));
    const size_t rest = command->len - at;
    size_t piece = 1 + draw(rest < 32 ? rest : 32);
    switch (draw(5)) {
    case 0:
        command->data[at] ^= (uint8_t)(1 << draw(8));
        return;
    case 1:
        command->data[at] = (uint8_t)draw(256);
        return;
    case 2:
        memmove(command->data + at, command->data + at + piece, rest - piece);
        command->len -= piece;
        return;
    case 3:
        if (piece > command->capacity - command->len)
            piece = command->capacity - command->len;
        memmove(command->data + at + piece, command->data + at, rest);
        command->len += piece;
        return;
    default:
        command->len = at;
    }
}

static const uint8_t plain[][24] = {
    {3, 0xBF, 0x20, 0x00},
    {3, 0xBF, 0x22, 0x00},
    {3, 0xBF, 0x2E, 0x00},
    {3, 0xBF, 0x3C, 0x00},
    {3, 0xBF, 0x43, 0x00},
    {3, 0xBF, 0x2D, 0x00},
    {8, 0xBF, 0x2D, 0x05, 0xA0, 0x03, 0x95, 0x01, 0x02},
    {7, 0xBF, 0x2D, 0x04, 0x5C, 0x02, 0x9F, 0x70},
    {3, 0xBF, 0x28, 0x00},
    {7, 0xBF, 0x28, 0x04, 0x81, 0x02, 0x04, 0x10},
    {8, 0xBF, 0x2B, 0x05, 0xA0, 0x03, 0x80, 0x01, 0x01},
    {6, 0xBF, 0x30, 0x03, 0x80, 0x01, 0x01},
    {6, 0xBF, 0x3E, 0x03, 0x5C, 0x01, 0x5A},
    {7, 0xBF, 0x3F, 0x04, 0x80, 0x02, 'a', 'b'},
    {7, 0xBF, 0x34, 0x04, 0x82, 0x02, 0x05, 0xE0},
    {15, 0xBF, 0x33, 0x0C, 0x5A, 0x0A, 0x98, 0, 0, 0, 0, 0, 0, 0, 0, 0x10},
    {20, 0xBF, 0x31, 0x11, 0xA0, 0x0C, 0x5A, 0x0A, 0x98, 0,   0,
     0,  0,    0,    0,    0,    0,    0x10, 0x81, 0x01, 0xFF},
    {20, 0xBF, 0x32, 0x11, 0xA0, 0x0C, 0x5A, 0x0A, 0x98, 0,   0,
     0,  0,    0,    0,    0,    0,    0x10, 0x81, 0x01, 0xFF},
    {18, 0xBF, 0x29, 0x0F, 0x5A, 0x0A, 0x98, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x90, 0x01, 'x'},
    {11, 0xBF, 0x35, 0x08, 0xA0, 0x06, 0x30, 0x00, 0x30, 0x00, 0x03, 0x00},
    {11, 0xBF, 0x41, 0x08, 0x80, 0x01, 0x01, 0x81, 0x01, 0x00, 0, 0},
};
#define PLAIN_COUNT (sizeof(plain) / sizeof(plain[0]))

/* A part of the package that is bound, as an LPA would cut it. */
static void put_part(struct writer *out)
{
    const struct bytes whole = writer_bytes(&peer.bpp);
    struct bytes rest = whole, part = {0};
    for (size_t count = 1 + draw(8); count > 0 && rest.len > 0; count--)
        (void)bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &part);
    writer_put(out, part);
}

static void put_request(struct writer *out)
{
    const size_t which = draw(PLAIN_COUNT + 8);
    if (which < PLAIN_COUNT)
        writer_put(out, bytes_of(plain[which] + 1, plain[which][0]));
    else if (which < PLAIN_COUNT + 2)
        peer_put_authentication(&peer, &(struct peer_authentication){0}, out);
    else if (which < PLAIN_COUNT + 4)
        peer_put_preparation(&peer, &(struct peer_preparation){0}, out);
    else if (which < PLAIN_COUNT + 7 && peer.bpp.len > 0)
        put_part(out);
    else {
        uint8_t any[300];
        cr_assert(random_fill(&chance, any, sizeof(any)) == 0);
        writer_put(out, bytes_of(any, draw(sizeof(any))));
    }
}

static void misbehave(void)
{
    static uint8_t room[REQUEST_MAX];
    struct writer request = writer_on(room, sizeof(room));
    if (draw(12) == 0) {
        send_no_command();
        return;
    }
    put_request(&request);
    for (size_t count = draw(MUTATIONS + 1); count > 0; count--)
        mutate(&request);
    send(writer_bytes(&request));
}

/* A session up to here. */
static void advance(enum stage stage)
{
    const struct package content = package_numbered(BAD_NUMBER);
    if (stage == STAGE_CHALLENGED)
        (void)peer_ask(&peer, BYTES(0xBF, 0x2E, 0x00), 0xBF2E);
    if (stage < STAGE_AUTHENTICATED)
        return;
    cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){0}), 0));
    if (stage < STAGE_PREPARED)
        return;
    cr_assert(eq(int, peer_prepare(&peer, &(struct peer_preparation){0}), 0));
    peer_bind(&peer, &(struct peer_binding){.content = &content});
    if (stage < STAGE_LOADING)
        return;
    const struct bytes whole = writer_bytes(&peer.bpp);
    struct bytes rest = whole, command;
    for (size_t count = 1 + draw(6); count > 0; count--) {
        (void)bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &command);
        const uint16_t status = peer_call(&peer, command);
        cr_assert(eq(u16, status, SW_OK), "round %u", round_number);
    }
}

static void serve_a_good_session(void)
{
    const struct package content = package_numbered(GOOD_NUMBER);
    const struct peer_outcome outcome =
        peer_download(&peer, &(struct peer_binding){.content = &content});
    cr_assert(outcome.installed, "round %u: command %d, reason %d", round_number, outcome.command,
              outcome.reason);
}

/* The chip as it was, but for sequence numbers. */
static void clean_up(void)
{
    struct tlv list, one, number;
    (void)peer_ask(&peer, BYTES(0xBF, 0x34, 0x04, 0x82, 0x02, 0x05, 0xE0), 0xBF34);
    for (;;) {
        cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x28, 0x00), 0xBF28), 0xA0, &list));
        if (!tlv_take(&list.value, &one))
            return;
        uint8_t room[16];
        struct writer request = writer_on(room, sizeof(room));
        cr_assert(tlv_take_tag(&one.value, 0x80, &number));
        const size_t mark = tlv_open(&request, 0xBF30);
        tlv_put(&request, 0x80, number.value);
        tlv_close(&request, mark);
        cr_assert(eq(int, peer_result(&peer, writer_bytes(&request), 0xBF30), 0));
    }
}

Test(bad_input, is_answered_and_forgotten)
{
    const char *wanted = getenv("EMUICC_ROUNDS");
    const unsigned rounds = wanted != NULL ? (unsigned)atoi(wanted) : ROUNDS;
    peer_start(&peer, (enum ec_curve[]){EC_P256, EC_BRAINPOOL_P256R1}, 2);
    random_init_seeded(&chance, bytes_of_text("bad input"));
    for (round_number = 0; round_number < rounds; round_number++) {
        peer.curve = round_number % 8 == 0 ? EC_BRAINPOOL_P256R1 : EC_P256;
        advance((enum stage)draw(STAGE_LOADING + 1));
        for (size_t count = 1 + draw(BAD_COMMANDS); count > 0; count--)
            misbehave();
        serve_a_good_session();
        clean_up();
    }
    /* It was neither all refused nor all answered. */
    cr_assert(refused >= rounds && answered >= rounds / 2, "%zu refused, %zu answered", refused,
              answered);
}
