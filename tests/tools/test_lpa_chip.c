#include <criterion/criterion.h>

#include "apdu/status.h"
#include "tests/tools/fake_card.h"
#include "tools/lib/transport/channel.h"
#include "tools/lib/es10/chip.h"

struct bench {
    struct fake_card card;
    struct chip chip;
    struct fault fault;
    size_t answer_len; /* bytes that the card answers */
    bool element;      /* they are one, which says how long it is; else without sense */
    uint16_t status;
    size_t request_len; /* of the last request it got */
};

static struct bench bench;

/* The answer counts up, so that a byte lost or doubled shows. */
static uint16_t answer(void *context, struct bytes request, struct writer *out)
{
    struct bench *b = context;
    b->request_len = request.len;
    if (b->element) {
        writer_put(out, BYTES(0x30, 0x82));
        writer_put_u16(out, (uint16_t)(b->answer_len - 4));
    }
    for (size_t i = b->element ? 4 : 0; i < b->answer_len; i++)
        writer_put_u8(out, (uint8_t)i);
    return b->status;
}

static void open_bench(void)
{
    memset(&bench, 0, sizeof(bench));
    bench.status = SW_OK;
    fake_card_init(&bench.card, answer, &bench);
    cr_assert(chip_init(&bench.chip, &bench.card.transport, &bench.fault));
}

static void close_bench(void)
{
    chip_deselect(&bench.chip);
    chip_finish(&bench.chip);
}

static const uint8_t aid[] = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                              0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x01, 0x00};

static bool select_it(void)
{
    return chip_select(&bench.chip, bytes_of(aid, sizeof(aid)));
}

static bool call(size_t len, struct bytes *received)
{
    static uint8_t request[CHIP_BLOCKS_MAX * APDU_DATA_SHORT_MAX + 1];
    return chip_call(&bench.chip, "test", bytes_of(request, len), false, received);
}

TestSuite(lpa_chip, .init = open_bench, .fini = close_bench);

Test(lpa_chip, every_channel_is_spoken_to_by_its_class)
{
    for (uint8_t channel = 1; channel < APDU_CHANNELS; channel++) {
        struct bytes received;
        bench.card.channel = channel;
        cr_assert(select_it());
        cr_assert(call(1, &received));
        chip_deselect(&bench.chip);
        cr_expect(bench.card.opened && bench.card.selected && bench.card.closed);
        cr_expect_null(bench.card.wrong, "channel %u: %s", channel, bench.card.wrong);
    }
}

Test(lpa_chip, requests_are_cut_into_blocks)
{
    struct bytes received;
    cr_assert(select_it());
    for (size_t block = 1; block <= 255; block += 127) {
        bench.chip.block = block;
        const size_t lens[] = {1, block, block + 1, 2 * block, 3 * block - 1};
        for (size_t i = 0; i < 5 && lens[i] <= 256 * block; i++) {
            bench.card.blocks = bench.card.longest = 0;
            cr_assert(call(lens[i], &received));
            cr_expect_eq(bench.request_len, lens[i]);
            cr_expect_eq(bench.card.blocks, (lens[i] + block - 1) / block);
            cr_expect_leq(bench.card.longest, block);
        }
    }
    cr_expect_null(bench.card.wrong, "%s", bench.card.wrong);
}

Test(lpa_chip, the_longest_request_and_one_byte_more)
{
    struct bytes received;
    cr_assert(select_it());
    cr_assert(call(CHIP_BLOCKS_MAX * APDU_DATA_SHORT_MAX, &received));
    cr_assert_not(call(CHIP_BLOCKS_MAX * APDU_DATA_SHORT_MAX + 1, &received));
    cr_assert(bench.fault.raised);
}

static void expect_answer(size_t len)
{
    struct bytes received;
    bench.answer_len = len;
    cr_assert(call(1, &received), "%zu bytes: %s", len, bench.fault.text);
    cr_assert_eq(received.len, len);
    for (size_t i = bench.element ? 4 : 0; i < len; i++)
        cr_assert_eq(received.data[i], (uint8_t)i, "%zu bytes: byte %zu", len, i);
}

Test(lpa_chip, answers_of_any_length_are_fetched)
{
    const size_t lens[] = {0, 1, 254, 255, 256, 257, 511, 512, 513, 5000, 60000};
    cr_assert(select_it());
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
        expect_answer(lens[i]);
    bench.card.direct = true;
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
        expect_answer(lens[i]);
    cr_expect_null(bench.card.wrong, "%s", bench.card.wrong);
}

Test(lpa_chip, a_status_word_is_a_fault_that_names_it)
{
    struct bytes received;
    cr_assert(select_it());
    bench.status = SW_REFERENCE_NOT_FOUND;
    cr_assert_not(call(1, &received));
    cr_assert_str_eq(bench.fault.code, "6A88");
    cr_assert_str_eq(bench.fault.where, "test");
}

Test(lpa_chip, a_pending_refresh_is_success)
{
    struct bytes received;
    cr_assert(select_it());
    bench.status = SW_PROACTIVE | 0x0B;
    cr_assert(call(1, &received));
}

Test(lpa_chip, a_card_without_isd_r_says_what_to_do)
{
    bench.card.no_isd_r = true;
    cr_assert_not(select_it());
    cr_assert_str_eq(bench.fault.code, "6A82");
    cr_assert_not_null(strstr(bench.fault.next, "--isd-r"));
}

Test(lpa_chip, a_card_may_go_away_at_any_command)
{
    for (size_t dies = 1; dies < 12; dies++) {
        struct bytes received;
        close_bench();
        open_bench();
        bench.answer_len = 700;
        bench.chip.block = 10;
        bench.card.dies_after = dies;
        const bool good = select_it() && call(45, &received);
        cr_assert_neq(good, bench.fault.raised);
    }
}

/* Commands that do not wait for each other: the next call finds nothing left of the one before. */
static void open_many(void)
{
    open_bench();
    fake_card_take_many(&bench.card);
    cr_assert(select_it());
}

static void expect_nothing_waits(void)
{
    cr_expect_eq(bench.card.waiting_len, 0);
    cr_expect_null(bench.card.wrong, "%s", bench.card.wrong);
    bench.fault = (struct fault){0};
    bench.status = SW_OK;
    expect_answer(700);
}

TestSuite(lpa_chip_many, .init = open_many, .fini = close_bench);

Test(lpa_chip_many, requests_and_answers_of_any_length)
{
    struct bytes received;
    cr_expect_eq(chip_at_once(&bench.chip), CHIP_AT_ONCE);
    for (size_t len = 0; len < 1200; len += 50)
        expect_answer(len);
    bench.element = true;
    for (size_t len = 4; len < 1200; len += 50)
        expect_answer(len);
    bench.element = false;
    for (size_t block = 1; block <= 255; block += 127) {
        bench.chip.block = block;
        cr_assert(call(200, &received), "%s", bench.fault.text);
        cr_expect_eq(bench.request_len, 200);
        expect_nothing_waits();
    }
}

/* Whichever of those on their way it is, nothing of the answer is left out. */
Test(lpa_chip_many, a_get_response_whose_le_is_refused_loses_nothing)
{
    bench.element = true;
    for (size_t refused = 1; refused <= 19; refused++) {
        bench.card.refused_le = refused;
        expect_answer(5000);
        cr_expect_eq(bench.card.refused_le, 0);
    }
}

static struct numbered {
    size_t called, answers; /* requests; the one that has an answer or is refused, from 1 */
} numbered;

static uint16_t answer_one(void *context, struct bytes request, struct writer *out)
{
    return ++numbered.called < numbered.answers ? SW_OK : answer(context, request, out);
}

static bool call_each(size_t count, size_t answers, struct bytes *received)
{
    static uint8_t segment[300];
    struct bytes requests[CHIP_AT_ONCE];
    for (size_t i = 0; i < count; i++)
        requests[i] = bytes_of(segment, sizeof(segment));
    numbered = (struct numbered){.answers = answers};
    bench.card.answer = answer_one;
    const bool good = chip_call_each(&bench.chip, "test", requests, count, false, received);
    bench.card.answer = answer;
    return good;
}

/* With it, and one by one. */
static void expect_answer_of(size_t answers, size_t len, bool many)
{
    struct bytes received;
    bench.answer_len = len;
    cr_assert(call_each(CHIP_AT_ONCE, answers, &received), "%s", bench.fault.text);
    cr_expect_eq(received.len, len);
    cr_expect_eq(numbered.called, many ? CHIP_AT_ONCE : answers);
    expect_nothing_waits();
}

Test(lpa_chip_many, the_first_answer_counts)
{
    struct bytes received;
    for (size_t answers = 1; answers <= CHIP_AT_ONCE; answers++)
        expect_answer_of(answers, 256, true);
    expect_answer_of(CHIP_AT_ONCE, 5000, true);
    bench.answer_len = 0;
    cr_assert(call_each(CHIP_AT_ONCE, SIZE_MAX, &received));
    cr_expect_eq(received.len, 0);
    expect_nothing_waits();
}

Test(lpa_chip, requests_of_one_function_wait_for_each_other)
{
    cr_assert(select_it());
    cr_expect_eq(chip_at_once(&bench.chip), 1);
    for (size_t answers = 1; answers <= CHIP_AT_ONCE; answers++)
        expect_answer_of(answers, 700, false);
}

Test(lpa_chip_many, a_refusal_ends_them)
{
    struct bytes received;
    for (size_t refused = 1; refused <= CHIP_AT_ONCE; refused++) {
        bench.status = SW_CONDITIONS_NOT_SATISFIED;
        cr_assert_not(call_each(CHIP_AT_ONCE, refused, &received));
        cr_expect_str_eq(bench.fault.code, "6985");
        expect_nothing_waits();
    }
}

/* It is lost with what was sent behind it, and that is said. */
Test(lpa_chip_many, a_long_answer_in_their_midst_is_a_fault)
{
    struct bytes received;
    bench.answer_len = 257;
    cr_assert_not(call_each(CHIP_AT_ONCE, 3, &received));
    cr_expect_not_null(strstr(bench.fault.text, "goes on"));
    expect_nothing_waits();
}

Test(lpa_chip_many, a_card_may_go_away_at_any_command)
{
    struct bytes received;
    const size_t before = bench.card.commands;
    bench.answer_len = 700;
    cr_assert(call_each(CHIP_AT_ONCE, CHIP_AT_ONCE, &received));
    const size_t all = bench.card.commands;
    cr_assert_gt(all, before + CHIP_AT_ONCE);
    for (size_t dies = before; dies <= all; dies++) {
        close_bench();
        open_many();
        bench.answer_len = 700;
        bench.card.dies_after = dies;
        cr_expect_eq(call_each(CHIP_AT_ONCE, CHIP_AT_ONCE, &received), dies == all, "%zu", dies);
        cr_expect_eq(bench.fault.raised, dies < all, "%zu", dies);
    }
}

/* Cards that answer with nonsense, by what their next responses are. */
struct nonsense {
    struct transport transport;
    const char *text; /* responses one after the other, each with its length in front */
    size_t at;
};

static bool nonsense_open(struct transport *transport, struct fault *fault)
{
    (void)transport, (void)fault;
    return true;
}

static bool nonsense_transmit(struct transport *transport, struct bytes command,
                              struct writer *response, struct fault *fault)
{
    struct nonsense *card = (struct nonsense *)transport;
    (void)command, (void)fault;
    const size_t len = (uint8_t)card->text[card->at];
    if (len == 0xFF) /* again and again */
        writer_put(response, BYTES(0x61, 0x10));
    else
        writer_put(response, bytes_of(card->text + card->at + 1, len));
    if (len != 0xFF)
        card->at += 1 + len;
    return true;
}

static void nonsense_close(struct transport *transport)
{
    (void)transport;
}

static const struct transport_kind nonsense_kind = {
    "nonsense", nonsense_open, channel_select, nonsense_transmit, channel_deselect, nonsense_close};

Test(lpa_chip, nonsense_is_a_fault_and_ends)
{
    const char *texts[] = {
        "\x00",                                                             /* nothing at all */
        "\x01\x90",                                                         /* half a status word */
        "\x02\x6D\x00\x02\x90\x00",                                         /* no channel named */
        "\x02\x90\x00\x03\x00\x90\x00",                                     /* channel 0 */
        "\x02\x90\x00\x03\x14\x90\x00",                                     /* channel 20 */
        "\x02\x90\x00\x04\x01\x01\x90\x00",                                 /* two channels */
        "\x02\x90\x00\x03\x01\x90\x00\xFF",                                 /* promises for ever */
        "\x02\x90\x00\x03\x01\x90\x00\x02\x61\x00\x02\x6C\x05\x02\x6C\x05", /* another Le, twice */
        "\x02\x90\x00\x03\x01\x90\x00\x02\x67\x00", /* refuses to be selected */
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct nonsense card = {{&nonsense_kind, 0, ""}, texts[i], 0};
        struct fault fault = {0};
        struct chip chip;
        cr_assert(chip_init(&chip, &card.transport, &fault));
        cr_expect_not(chip_select(&chip, bytes_of(aid, sizeof(aid))), "case %zu", i);
        cr_expect(fault.raised, "case %zu", i);
        chip_finish(&chip);
    }
}
