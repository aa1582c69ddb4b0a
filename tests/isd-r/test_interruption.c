/* What comes between two blocks of a package: other functions, resets, power cuts. */
#include "tests/isd-r/peer.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "apdu/status.h"

static struct peer peer;

static void start(void)
{
    peer_start(&peer, (enum ec_curve[]){EC_P256}, 1);
}

static void stop(void)
{
    peer_stop(&peer);
}

TestSuite(interruption, .init = start, .fini = stop);

static void bind(void)
{
    cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){0}), 0));
    cr_assert(eq(int, peer_prepare(&peer, &(struct peer_preparation){0}), 0));
    peer_bind(&peer, &(struct peer_binding){0});
}

/* Sends the package's first `count` commands; false if there are not more than that. */
static bool send_commands(size_t count)
{
    const struct bytes whole = writer_bytes(&peer.bpp);
    struct bytes rest = whole, command;
    for (; count > 0; count--) {
        cr_assert(bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &command));
        if (rest.len == 0)
            return false;
        const uint16_t status = peer_call(&peer, command);
        cr_assert(eq(u16, status, SW_OK));
        cr_assert(eq(sz, peer.response.len, 0));
    }
    return true;
}

/* The one notification there is: what became of the session. */
static struct peer_outcome only_result(void)
{
    struct tlv list;
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2B, 0x00), 0xBF2B), 0xA0, &list));
    return peer_read_outcome(&peer, list.value);
}

static void remove_result(uint32_t sequence)
{
    uint8_t room[16];
    struct writer request = writer_on(room, sizeof(room));
    const size_t mark = tlv_open(&request, 0xBF30);
    der_put_integer(&request, 0x80, sequence);
    tlv_close(&request, mark);
    cr_assert(eq(int, peer_result(&peer, writer_bytes(&request), 0xBF30), 0));
}

static size_t count_profiles(void)
{
    struct tlv list, one;
    size_t count = 0;
    cr_assert(tlv_whole(peer_ask(&peer, BYTES(0xBF, 0x2D, 0x00), 0xBF2D), 0xA0, &list));
    while (tlv_take_tag(&list.value, 0xE3, &one))
        count++;
    return count;
}

/* bppCommandId by how many of lpac's commands have been taken. */
static const int command_after[] = {0, 1, 2, 2, 4, 5, 5};

Test(interruption, by_another_function)
{
    for (size_t count = 1; count < sizeof(command_after) / sizeof(command_after[0]); count++) {
        bind();
        if (!send_commands(count))
            break;
        /* The function is carried out. */
        cr_assert(eq(sz, peer_ask(&peer, BYTES(0xBF, 0x20, 0x00), 0xBF20).len > 0, 1));
        const struct peer_outcome outcome = only_result();
        cr_assert(not(outcome.installed));
        cr_assert(eq(int, outcome.reason, 11), "after %zu", count);
        cr_assert(eq(int, outcome.command, command_after[count]), "after %zu", count);
        cr_assert(eq(sz, outcome.iccid_len, count > 3 ? 10 : 0), "after %zu", count);
        remove_result(outcome.sequence);
        /* The session is over. */
        cr_assert(eq(int, peer_cancel(&peer, 5), 5));
        cr_assert(eq(sz, count_profiles(), 0));
    }
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
}

Test(interruption, by_a_function_that_does_not_exist)
{
    bind();
    cr_assert(send_commands(2));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x56, 0x00)), SW_REFERENCE_NOT_FOUND));
    cr_assert(eq(int, only_result().reason, 11));
}

Test(interruption, by_the_same_package_from_its_start)
{
    bind();
    cr_assert(send_commands(3));
    const uint16_t status = peer_call(&peer, writer_bytes(&peer.bpp));
    cr_assert(eq(u16, status, SW_CONDITIONS_NOT_SATISFIED));
    cr_assert(eq(int, only_result().reason, 11));
}

Test(interruption, by_a_command_that_leaves_the_one_before_without_its_end)
{
    uint8_t room[512];
    struct writer data = writer_on(room, sizeof(room));
    bind();
    cr_assert(send_commands(1));
    /* A block of the next element, not its last; then the element as a command of its own. */
    const struct bytes whole = writer_bytes(&peer.bpp);
    struct bytes rest = whole, command;
    (void)bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &command);
    (void)bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &command);
    cr_assert(eq(u16, chip_block(&peer.chip, 0x11, 0, bytes_of(command.data, 3), &data), SW_OK));
    cr_assert(eq(u16, peer_call(&peer, command), SW_REFERENCE_NOT_FOUND));
    const struct peer_outcome outcome = only_result();
    cr_assert(eq(int, outcome.reason, 11));
    cr_assert(eq(int, outcome.command, 1));
}

Test(interruption, by_a_block_that_is_missing)
{
    uint8_t room[512];
    struct writer data = writer_on(room, sizeof(room));
    bind();
    const struct bytes whole = writer_bytes(&peer.bpp);
    cr_assert(eq(u16, chip_block(&peer.chip, 0x11, 0, bytes_of(whole.data, 50), &data), SW_OK));
    cr_assert(
        eq(u16, chip_block(&peer.chip, 0x11, 2, bytes_of(whole.data, 50), &data), SW_WRONG_P1_P2));
    cr_assert(
        eq(u16, chip_block(&peer.chip, 0x91, 1, bytes_of(whole.data, 50), &data), SW_WRONG_P1_P2));
    cr_assert(eq(sz, peer_ask(&peer, BYTES(0xBF, 0x20, 0x00), 0xBF20).len > 0, 1));
    const struct peer_outcome outcome = only_result();
    cr_assert(eq(int, outcome.reason, 11));
    cr_assert(eq(int, outcome.command, 0));
}

/* A command that ends in mid-element: the next one goes on with it, whatever it looks like, … */
Test(interruption, is_not_what_an_element_holds)
{
    bind();
    const struct bytes whole = writer_bytes(&peer.bpp);
    cr_assert(eq(u16, peer_call(&peer, bytes_of(whole.data, 12)), SW_OK));
    cr_assert(eq(u16, peer_call(&peer, BYTES(0xBF, 0x20, 0x01)), SW_OK));
    cr_assert(eq(sz, peer.response.len, 0));
    const size_t header = peer_cut_len(PEER_CUT_LPAC, whole, whole);
    cr_assert(eq(u16, peer_call(&peer, bytes_of(whole.data + 15, header - 15)), SW_OK));
    const struct peer_outcome outcome = peer_read_outcome(&peer, writer_bytes(&peer.response));
    cr_assert(eq(int, outcome.command, 0));
}

/* … unless it is a whole function: then the LPA has given up. */
Test(interruption, by_a_function_in_mid_element)
{
    const struct {
        struct bytes request;
        uint32_t tag;
    } functions[] = {{BYTES(0xBF, 0x2E, 0x00), 0xBF2E},
                     {BYTES(0xBF, 0x3E, 0x03, 0x5C, 0x01, 0x5A), 0xBF3E}};
    for (size_t count = 0; count < 6; count++) {
        bind();
        cr_assert(send_commands(count));
        const struct bytes whole = writer_bytes(&peer.bpp);
        struct bytes rest = whole, command;
        for (size_t i = 0; i <= count; i++)
            (void)bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &command);
        cr_assert(eq(u16, peer_call(&peer, bytes_of(command.data, command.len - 1)), SW_OK));
        (void)peer_ask(&peer, functions[count % 2].request, functions[count % 2].tag);
        const struct peer_outcome outcome = only_result();
        cr_assert(eq(int, outcome.reason, 11), "after %zu", count);
        remove_result(outcome.sequence);
    }
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
}

Test(interruption, by_a_reset_leaves_nothing)
{
    for (size_t count = 1;; count++) {
        bind();
        if (!send_commands(count))
            break;
        isd_r_reset(peer.chip.isd_r);
        cr_assert(eq(sz, count_profiles(), 0));
        cr_assert(eq(sz, peer_count_notifications(&peer, 0), 0));
        cr_assert(eq(int, peer_cancel(&peer, 5), 5));
    }
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
}

Test(interruption, by_a_power_cut_leaves_nothing)
{
    for (size_t count = 1;; count++) {
        bind();
        if (!send_commands(count))
            break;
        peer_restart_chip(&peer);
        cr_assert(eq(sz, count_profiles(), 0));
        cr_assert(eq(sz, peer_count_notifications(&peer, 0), 0));
    }
    cr_assert(peer_download(&peer, &(struct peer_binding){0}).installed);
    peer_restart_chip(&peer);
    cr_assert(eq(sz, count_profiles(), 1));
}

/* An error in the middle of a command waits for the command's last block. */
Test(interruption, answers_at_the_end_of_the_command_with_the_error)
{
    cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){0}), 0));
    cr_assert(eq(int, peer_prepare(&peer, &(struct peer_preparation){0}), 0));
    peer_bind(&peer, &(struct peer_binding){.wrong_signature = true});
    peer.block = 100;
    const struct peer_outcome outcome = peer_load(&peer, PEER_CUT_ONE);
    cr_assert(eq(int, outcome.reason, 2));
    peer.block = 255;
    cr_assert(eq(int, only_result().reason, 2));
}

/* A client that has sent what is behind the segment that fails: each is refused, and neither the
 * result nor the card's next session knows of it. */
Test(interruption, by_an_error_leaves_the_segments_behind_it_without_effect)
{
    cr_assert(eq(int, peer_authenticate(&peer, &(struct peer_authentication){0}), 0));
    cr_assert(eq(int, peer_prepare(&peer, &(struct peer_preparation){0}), 0));
    peer_bind(&peer, &(struct peer_binding){.wrong_signature = true});
    const struct bytes whole = writer_bytes(&peer.bpp);
    struct bytes rest = whole, command;
    size_t answers = 0;
    while (rest.len > 0) {
        cr_assert(bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &command));
        const uint16_t status = peer_call(&peer, command);
        if (answers > 0)
            cr_expect(ne(u16, status, SW_OK));
        answers += status == SW_OK && peer.response.len > 0;
    }
    cr_assert(eq(sz, answers, 1));
    const struct peer_outcome outcome = only_result();
    cr_assert(eq(int, outcome.reason, 2));
    cr_assert(eq(sz, count_profiles(), 0));
    bind();
    cr_assert(peer_load(&peer, PEER_CUT_LPAC).installed);
    cr_assert(eq(sz, count_profiles(), 1));
}

/* The change of another application's selection is none. */
Test(interruption, is_not_a_visit_elsewhere)
{
    uint8_t room[32];
    struct writer data = writer_on(room, sizeof(room));
    bind();
    const struct bytes whole = writer_bytes(&peer.bpp);
    struct bytes rest = whole, command;
    while (rest.len > 0) {
        (void)bytes_take(&rest, peer_cut_len(PEER_CUT_LPAC, whole, rest), &command);
        cr_assert(eq(u16,
                     chip_transmit(&peer.chip, &ecasd_application,
                                   BYTES(0x80, 0xCA, 0x00, 0x5A, 0x00), &data),
                     SW_OK));
        writer_reset(&data);
        cr_assert(eq(u16, peer_call(&peer, command), SW_OK));
    }
    cr_assert(peer_read_outcome(&peer, writer_bytes(&peer.response)).installed);
}
