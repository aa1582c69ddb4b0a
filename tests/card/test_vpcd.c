#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "card/reader/vpcd.h"
#include "tests/support/short_memory.h"

/* A card that answers a command with its bytes turned round, and notes what else happens to it. */
static struct {
    unsigned powers[3];
    unsigned commands, ahead, settled;
    unsigned lost_at;                /* what is settled then is lost; 0: never */
    size_t answer_len;               /* 0: as long as the command */
    struct hardware_outcome outcome; /* of each */
} seen;

void card_power(struct card *card, enum card_power power)
{
    (void)card;
    seen.powers[power]++;
}

struct bytes card_atr(const struct card *card)
{
    static const uint8_t atr[] = {0x3B, 0x00};
    (void)card;
    return bytes_of(atr, sizeof(atr));
}

void card_transmit(struct card *card, struct bytes command, struct writer *response)
{
    (void)card;
    seen.commands++;
    const size_t len = seen.answer_len > 0 ? seen.answer_len : command.len;
    for (size_t i = 0; i < len; i++)
        writer_put_u8(response, command.data[command.len - 1 - i % command.len]);
}

void card_transmit_ahead(struct card *card, struct bytes command, struct writer *response)
{
    seen.ahead++;
    card_transmit(card, command, response);
}

bool card_settle(struct card *card)
{
    (void)card;
    seen.settled++;
    return seen.settled != seen.lost_at;
}

/* Commands that the outcome is not for. */
static unsigned outcome_after;

struct hardware_outcome card_outcome(const struct card *card)
{
    (void)card;
    return seen.commands > outcome_after ? seen.outcome : (struct hardware_outcome){0};
}

static int wire[2];
static struct vpcd vpcd;
static struct vpcd_buffers *buffers;

static void plug(void)
{
    memset(&seen, 0, sizeof(seen));
    outcome_after = 0;
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, wire), 0);
    cr_assert_eq(fcntl(wire[0], F_SETFL, O_NONBLOCK), 0);
    cr_assert_eq(fcntl(wire[1], F_SETFL, O_NONBLOCK), 0);
    buffers = malloc(sizeof(*buffers));
    vpcd_init(&vpcd, NULL, wire[0]);
}

/* A wire that shows what was sent at once. */
static void plug_packets(void)
{
    close(wire[0]);
    close(wire[1]);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, wire), 0);
    vpcd_init(&vpcd, NULL, wire[0]);
}

static void unplug(void)
{
    vpcd_finish(&vpcd);
    free(buffers);
    close(wire[0]);
    close(wire[1]);
}

TestSuite(vpcd, .init = plug, .fini = unplug);

static void put(struct bytes bytes)
{
    cr_assert_eq(send(wire[1], bytes.data, bytes.len, 0), (ssize_t)bytes.len);
}

/* The next bytes the card has sent are these, and at once. */
static void expect(struct bytes bytes)
{
    uint8_t got[64];
    cr_assert_leq(bytes.len, sizeof(got));
    cr_assert_eq(recv(wire[1], got, sizeof(got), 0), (ssize_t)bytes.len);
    cr_assert_eq(memcmp(got, bytes.data, bytes.len), 0);
}

static void expect_silence(void)
{
    uint8_t byte;
    cr_assert_eq(recv(wire[1], &byte, 1, 0), -1);
}

Test(vpcd, of_the_control_words_only_the_atr_is_answered)
{
    put(BYTES(0, 1, 1));
    cr_assert(vpcd_step(&vpcd, buffers));
    put(BYTES(0, 1, 2));
    cr_assert(vpcd_step(&vpcd, buffers));
    put(BYTES(0, 1, 0));
    cr_assert(vpcd_step(&vpcd, buffers));
    expect_silence();
    cr_assert_eq(seen.powers[CARD_ON], 1);
    cr_assert_eq(seen.powers[CARD_RESET], 1);
    cr_assert_eq(seen.powers[CARD_OFF], 1);
    put(BYTES(0, 1, 4));
    cr_assert(vpcd_step(&vpcd, buffers));
    expect(BYTES(0, 2, 0x3B, 0x00));
    cr_assert_eq(seen.commands, 0);
}

Test(vpcd, another_single_byte_is_a_command_that_is_too_short)
{
    put(BYTES(0, 1, 3));
    cr_assert(vpcd_step(&vpcd, buffers));
    expect(BYTES(0, 2, 0x67, 0x00));
}

Test(vpcd, length_and_payload_may_come_apart)
{
    put(BYTES(0, 5));
    cr_assert(vpcd_step(&vpcd, buffers));
    cr_assert_not(vpcd.spoken_to);
    expect_silence();
    put(BYTES(1, 2, 3, 4, 5));
    cr_assert(vpcd_step(&vpcd, buffers));
    cr_assert(vpcd.spoken_to);
    expect(BYTES(0, 5, 5, 4, 3, 2, 1));
}

Test(vpcd, every_byte_may_come_alone)
{
    const uint8_t frames[] = {0, 1, 1, 0, 4, 1, 2, 3, 4, 0, 1, 4};
    for (size_t i = 0; i < sizeof(frames); i++) {
        put(bytes_of(&frames[i], 1));
        cr_assert(vpcd_step(&vpcd, buffers));
    }
    expect(BYTES(0, 4, 4, 3, 2, 1, 0, 2, 0x3B, 0x00));
    cr_assert_eq(seen.powers[CARD_ON], 1);
}

Test(vpcd, several_frames_share_a_segment)
{
    put(BYTES(0, 1, 0, 0, 1, 1, 0, 1, 4, 0, 4, 1, 2, 3, 4, 0, 4, 9, 9));
    cr_assert(vpcd_step(&vpcd, buffers));
    expect(BYTES(0, 2, 0x3B, 0x00, 0, 4, 4, 3, 2, 1));
    cr_assert_eq(seen.powers[CARD_OFF], 1);
    cr_assert_eq(seen.powers[CARD_ON], 1);
    put(BYTES(8, 7));
    cr_assert(vpcd_step(&vpcd, buffers));
    expect(BYTES(0, 4, 7, 8, 9, 9));
}

#define FRAME(BYTE) 0, 3, 1, 2, BYTE
#define ANSWER(BYTE) 0, 3, BYTE, 2, 1

/* Another command is there when all but the last are answered. */
Test(vpcd, what_came_together_is_made_durable_before_it_is_answered)
{
    put(BYTES(0, 3, 1, 2, 3, 0, 2, 4, 5, 0, 2, 6, 7, 0, 2, 8));
    cr_assert(vpcd_step(&vpcd, buffers));
    cr_expect_eq(seen.commands, 3);
    cr_expect_eq(seen.ahead, 2);
    cr_expect_eq(seen.settled, 1);
    expect(BYTES(0, 3, 3, 2, 1, 0, 2, 5, 4, 0, 2, 7, 6));
}

Test(vpcd, an_answer_to_what_was_lost_never_goes_out)
{
    seen.lost_at = 1;
    put(BYTES(0, 3, 1, 2, 3, 0, 2, 4, 5));
    cr_assert_not(vpcd_step(&vpcd, buffers));
    expect_silence();
}

Test(vpcd, an_answer_that_is_late_is_durable_as_well)
{
    seen.lost_at = 1;
    seen.outcome.delay_us = 1000;
    put(BYTES(0, 3, 1, 2, 3));
    cr_assert_not(vpcd_step(&vpcd, buffers));
    cr_expect_eq(vpcd.unsent.len, 0);
    expect_silence();
}

Test(vpcd, answers_to_what_came_together_go_together)
{
    plug_packets();
    put(BYTES(FRAME(1), 0, 1, 4, FRAME(2), FRAME(3), 0, 3, 1));
    cr_assert(vpcd_step(&vpcd, buffers));
    expect(BYTES(ANSWER(1), 0, 2, 0x3B, 0x00, ANSWER(2), ANSWER(3)));
    put(BYTES(2, 4));
    cr_assert(vpcd_step(&vpcd, buffers));
    expect(BYTES(ANSWER(4)));
    expect_silence();
}

/* Wherever the sender's packets end. */
Test(vpcd, commands_on_their_way_may_be_cut_anywhere)
{
    const uint8_t frames[] = {FRAME(1), 0, 1, 2, FRAME(2), 0, 1, 4, FRAME(3)};
    const uint8_t expected[] = {ANSWER(1), ANSWER(2), 0, 2, 0x3B, 0x00, ANSWER(3)};
    for (size_t cut = 1; cut < sizeof(frames); cut++) {
        uint8_t got[sizeof(expected) + 1];
        const unsigned resets = seen.powers[CARD_RESET];
        put(bytes_of(frames, cut));
        cr_assert(vpcd_step(&vpcd, buffers));
        put(bytes_of(frames + cut, sizeof(frames) - cut));
        cr_assert(vpcd_step(&vpcd, buffers));
        cr_expect_eq(recv(wire[1], got, sizeof(got), 0), (ssize_t)sizeof(expected), "%zu", cut);
        cr_expect_eq(memcmp(got, expected, sizeof(expected)), 0, "%zu", cut);
        cr_expect_eq(seen.powers[CARD_RESET], resets + 1);
    }
}

/* It is told by the end of the link; what it had sent is done. */
Test(vpcd, commands_of_a_client_that_has_hung_up_are_answered_into_nothing)
{
    put(BYTES(FRAME(1), FRAME(2), 0, 3, 1));
    close(wire[1]);
    (void)vpcd_step(&vpcd, buffers);
    cr_expect_eq(seen.commands, 2);
    cr_expect_not(vpcd_step(&vpcd, buffers));
    wire[1] = dup(wire[0]);
}

static int64_t fake_now_us, us_a_look;

static int64_t fake_clock(void)
{
    return fake_now_us += us_a_look;
}

enum { MANY = 1000, MANY_LEN = 5 };

/* How many turns so many commands take, of which each turn answers some. */
static size_t turns_of_many(void)
{
    static const uint8_t frame[MANY_LEN] = {FRAME(1)};
    static uint8_t all[MANY * MANY_LEN], got[sizeof(all)];
    size_t turns = 0, received = 0;
    for (size_t i = 0; i < MANY; i++)
        memcpy(all + i * MANY_LEN, frame, MANY_LEN);
    put(bytes_of(all, sizeof(all)));
    do {
        cr_assert(vpcd_step(&vpcd, buffers));
        const ssize_t len = recv(wire[1], got, sizeof(got), 0);
        cr_assert(len > 0 && len % MANY_LEN == 0);
        received += (size_t)len;
        turns++;
    } while (vpcd_has_more(&vpcd));
    cr_expect_eq(received, sizeof(all));
    expect_silence();
    return turns;
}

/* Others wait for their turn. */
Test(vpcd, of_very_many_commands_a_turn_answers_some)
{
    plug_packets();
    vpcd.now_us = fake_clock;
    cr_expect_eq(turns_of_many(), (MANY + 255) / 256);
}

Test(vpcd, of_commands_that_take_their_time_a_turn_answers_few)
{
    plug_packets();
    vpcd.now_us = fake_clock;
    us_a_look = 400;
    cr_expect_eq(turns_of_many(), MANY / 10);
    us_a_look = 5000;
    cr_expect_eq(turns_of_many(), MANY);
    us_a_look = 0;
}

/* No more are gathered than there is room for. */
Test(vpcd, many_long_answers_are_all_sent)
{
    enum { LEN = 3000, COMMANDS = 5 };
    static uint8_t got[COMMANDS * (2 + LEN)];
    seen.answer_len = LEN;
    put(BYTES(FRAME(1), FRAME(2), FRAME(3), FRAME(4), FRAME(5)));
    cr_assert(vpcd_step(&vpcd, buffers));
    cr_assert_eq(recv(wire[1], got, sizeof(got), MSG_WAITALL), (ssize_t)sizeof(got));
    for (size_t i = 0; i < COMMANDS; i++)
        cr_expect_eq(got[i * (2 + LEN) + 2], i + 1);
    expect_silence();
}

Test(vpcd, an_empty_frame_is_a_command_that_is_too_short)
{
    seen.answer_len = 0;
    put(BYTES(0, 0));
    cr_assert(vpcd_step(&vpcd, buffers));
    cr_assert_eq(seen.commands, 1);
}

Test(vpcd, silence_is_no_end_and_a_closed_link_is)
{
    cr_assert(vpcd_step(&vpcd, buffers));
    shutdown(wire[1], SHUT_WR);
    cr_assert_not(vpcd_step(&vpcd, buffers));
}

Test(vpcd, a_peer_that_has_gone_does_not_kill_the_card)
{
    put(BYTES(0, 4, 1, 2, 3, 4));
    close(wire[1]);
    wire[1] = -1;
    cr_assert_not(vpcd_step(&vpcd, buffers));
}

/* The longest frames both ways, over a wire that takes them in pieces. */
Test(vpcd, up_to_65535_bytes_go_each_way)
{
    static uint8_t frame[2 + APDU_COMMAND_MAX], got[2 + APDU_RESPONSE_MAX];
    const int small = 4096;
    size_t sent = 0, received = 0;
    setsockopt(wire[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    setsockopt(wire[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    frame[0] = frame[1] = 0xFF;
    for (size_t i = 2; i < sizeof(frame); i++)
        frame[i] = (uint8_t)(i * 31 + i / 256);
    bool stuck = false;
    while (received < sizeof(got)) {
        ssize_t moved = send(wire[1], frame + sent, sizeof(frame) - sent, 0);
        sent += moved > 0 ? (size_t)moved : 0;
        cr_assert(vpcd_step(&vpcd, buffers));
        stuck |= vpcd_wants_to_send(&vpcd);
        moved = recv(wire[1], got + received, sizeof(got) - received, 0);
        received += moved > 0 ? (size_t)moved : 0;
    }
    cr_assert(stuck, "the wire was wide enough: nothing was kept for later");
    cr_assert_eq(seen.commands, 1);
    cr_assert(got[0] == 0xFF && got[1] == 0xFF);
    for (size_t i = 0; i < APDU_COMMAND_MAX; i++)
        cr_assert_eq(got[2 + i], frame[2 + APDU_COMMAND_MAX - 1 - i]);
    cr_assert(vpcd_step(&vpcd, buffers));
    cr_assert_not(vpcd_wants_to_send(&vpcd));
}

/* A command that waits behind an answer that is stuck is answered once there is room. */
Test(vpcd, frames_wait_behind_an_answer_that_is_stuck)
{
    static uint8_t got[1 << 18];
    const int small = 4096;
    size_t received = 0;
    setsockopt(wire[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    seen.answer_len = 60000;
    put(BYTES(0, 4, 1, 1, 1, 1, 0, 4, 2, 2, 2, 2, 0, 1));
    cr_assert(vpcd_step(&vpcd, buffers));
    cr_assert(vpcd_wants_to_send(&vpcd));
    cr_assert_eq(seen.commands, 1);
    while (received < 2 * (2 + 60000)) {
        const ssize_t moved = recv(wire[1], got + received, sizeof(got) - received, 0);
        received += moved > 0 ? (size_t)moved : 0;
        cr_assert(vpcd_step(&vpcd, buffers));
    }
    cr_assert_eq(seen.commands, 2);
    cr_assert_eq(got[2], 1);
    cr_assert_eq(got[2 + 60000 + 2], 2);
    put(BYTES(4));
    seen.answer_len = 0;
    cr_assert(vpcd_step(&vpcd, buffers));
    expect(BYTES(0, 2, 0x3B, 0x00));
}

Test(vpcd, an_idle_link_keeps_no_memory)
{
    put(BYTES(0, 4, 1, 2, 3, 4));
    cr_assert(vpcd_step(&vpcd, buffers));
    cr_assert_null(vpcd.received.many);
    cr_assert_null(vpcd.unsent.many);
    cr_assert_leq(sizeof(struct vpcd), 112);
}

/* What cannot be held is not lost in silence. */
Test(vpcd, a_link_ends_when_memory_is_short)
{
    uint8_t front[2 + 2 * VPCD_HELD_INLINE] = {0, 0xFF};
    put(bytes_of(front, sizeof(front)));
    short_memory_after(0);
    cr_expect_not(vpcd_step(&vpcd, buffers));
    cr_expect(short_memory_was_short());
    short_memory_after(SIZE_MAX);
}

Test(vpcd, a_link_that_is_over_has_nothing_to_say)
{
    const int small = 4096;
    setsockopt(wire[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    seen.answer_len = 60000;
    put(BYTES(0, 4, 1, 1, 1, 1, 0, 4, 2, 2, 2, 2));
    cr_assert(vpcd_step(&vpcd, buffers));
    cr_assert(vpcd_wants_to_send(&vpcd));
    vpcd_finish(&vpcd);
    cr_expect_not(vpcd_wants_to_send(&vpcd));
    cr_expect_not(vpcd_has_more(&vpcd));
}

/* A clock that goes when it is told. */
static void put_command(void)
{
    put(BYTES(0, 4, 0, 0xA4, 0, 1));
    cr_assert(vpcd_step(&vpcd, buffers));
}

Test(vpcd, an_answer_that_takes_its_time_goes_when_it_is_due)
{
    vpcd.now_us = fake_clock;
    fake_now_us = 1000000;
    seen.outcome.delay_us = 40500;
    cr_assert_lt(vpcd_pause_ms(&vpcd), 0);
    put_command();
    cr_assert_eq(vpcd_pause_ms(&vpcd), 41);
    cr_assert_not(vpcd_wants_to_send(&vpcd));
    fake_now_us += 40400;
    cr_assert_eq(vpcd_pause_ms(&vpcd), 1);
    cr_assert(vpcd_step(&vpcd, buffers));
    expect_silence();
    fake_now_us += 100;
    cr_assert_eq(vpcd_pause_ms(&vpcd), 0);
    cr_assert(vpcd_step(&vpcd, buffers));
    expect(BYTES(0, 4, 1, 0, 0xA4, 0));
    cr_assert_lt(vpcd_pause_ms(&vpcd), 0);
}

/* What comes meanwhile waits. */
Test(vpcd, a_command_behind_a_slow_answer_is_answered_after_it)
{
    vpcd.now_us = fake_clock;
    fake_now_us = 1;
    seen.outcome.delay_us = 1000;
    put(BYTES(0, 4, 0, 0xA4, 0, 1, 0, 4, 0, 0xA4, 0, 2));
    cr_assert(vpcd_step(&vpcd, buffers));
    cr_assert_eq(seen.commands, 1);
    fake_now_us += 1000;
    seen.outcome.delay_us = 0;
    cr_assert(vpcd_step(&vpcd, buffers));
    expect(BYTES(0, 4, 1, 0, 0xA4, 0, 0, 4, 2, 0, 0xA4, 0));
}

/* The one in front of a slow answer is not sent after it. */
Test(vpcd, answers_keep_their_order_when_one_is_slow)
{
    plug_packets();
    vpcd.now_us = fake_clock;
    fake_now_us = 1;
    outcome_after = 1;
    seen.outcome.delay_us = 1000;
    put(BYTES(FRAME(1), FRAME(2), FRAME(3)));
    cr_assert(vpcd_step(&vpcd, buffers));
    cr_assert_eq(seen.commands, 2);
    fake_now_us += 1000;
    seen.outcome.delay_us = 0;
    cr_assert(vpcd_step(&vpcd, buffers));
    expect(BYTES(ANSWER(1), ANSWER(2)));
    expect(BYTES(ANSWER(3)));
}

Test(vpcd, a_mute_card_says_nothing_until_it_is_reset)
{
    seen.outcome.link = HARDWARE_MUTE;
    put_command();
    seen.outcome.link = HARDWARE_ANSWERS;
    put_command();
    put(BYTES(0, 1, 4));
    cr_assert(vpcd_step(&vpcd, buffers));
    expect_silence();
    cr_assert_eq(seen.commands, 1);
    put(BYTES(0, 1, 2));
    cr_assert(vpcd_step(&vpcd, buffers));
    put_command();
    expect(BYTES(0, 4, 1, 0, 0xA4, 0));
}

/* What was answered before was done. */
Test(vpcd, a_card_that_goes_has_answered_what_was_before)
{
    outcome_after = 2;
    seen.outcome.link = HARDWARE_GONE;
    put(BYTES(FRAME(1), FRAME(2), FRAME(3), FRAME(4)));
    cr_assert_not(vpcd_step(&vpcd, buffers));
    expect(BYTES(ANSWER(1), ANSWER(2)));
    cr_assert_eq(seen.commands, 3);
}

Test(vpcd, a_card_that_goes_ends_the_link_without_an_answer)
{
    seen.outcome.link = HARDWARE_GONE;
    put(BYTES(0, 4, 0, 0xA4, 0, 1));
    cr_assert_not(vpcd_step(&vpcd, buffers));
    expect_silence();
}
