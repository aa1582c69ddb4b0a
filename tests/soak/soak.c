/* soak SECONDS [SEED]: a chip lives, by chance but by the rules: downloads, some of them broken
 * off, changes of profile, files, notifications, faults, resets, restarts, nonsense. What it says
 * is held against what it must be, and the memory it holds against what it held before.
 *
 * Prints a line a check of memory, then what was done how often; ends with 0 only if nothing was
 * wrong. The seed of a run that fails repeats it. */
#include <inttypes.h>
#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/benchmarks/session.h"
#include "apdu/hex.h"
#include "apdu/status.h"
#include "card/startup.h"
#include "tests/soak/chance.h"
#include "tests/soak/life.h"
#include "tests/soak/soak_package.h"

#define NANOSECONDS 1000000000u
#define DEEDS_BETWEEN_CHECKS 400
/* Bytes that the heap may hold more than at the first check: what the C library keeps of freed
 * pieces by size, which counts as held. An hour is some hundred thousand deeds. */
#define GROWTH_MAX (256 * 1024)
#define NONSENSE_MAX 64
#define SELECT_ISD_R "00A4040C10A0000005591010FFFFFFFF8900000100"
#define SELECT_USIM "00A4040C07A0000000871002"

static const char *const names[LIFE_PROFILES] = {"usim-milenage", "usim-isim-tuak", "usim-names",
                                                 "usim-iccid18"};

uint32_t life_draw(struct life *life, uint32_t below)
{
    return chance_draw(&life->chance, below);
}

static uint16_t send(struct life *life, const char *command, struct bytes *data)
{
    uint8_t room[300];
    struct writer bytes = writer_on(room, sizeof(room));
    MEASURE_NEED(hex_decode(command, &bytes));
    *data = chip_transmit(&life->chip, writer_bytes(&bytes));
    return life->chip.status;
}

static void need(struct life *life, const char *command)
{
    struct bytes data;
    MEASURE_NEED(send(life, command, &data) == SW_OK);
}

struct bytes life_change(struct life *life, uint32_t tag, size_t which, struct writer *room)
{
    const bool choice = tag == 0xBF31 || tag == 0xBF32;
    const size_t whole = tlv_open(room, tag), inner = choice ? tlv_open(room, 0xA0) : 0;
    tlv_put(room, 0x5A, bytes_of(life->iccid[which], CHIP_ICCID_SIZE));
    if (choice) {
        tlv_close(room, inner);
        tlv_put(room, 0x81, BYTES(0xFF));
    }
    tlv_close(room, whole);
    return writer_bytes(room);
}

/* The function's result. */
static uint8_t change(struct life *life, uint32_t tag, size_t which)
{
    uint8_t room[64];
    struct writer request = writer_on(room, sizeof(room));
    const struct bytes answer = chip_ask(&life->chip, life_change(life, tag, which, &request));
    MEASURE_NEED(answer.len == 6 && answer.data[3] == 0x80);
    return answer.data[5];
}

size_t life_pick(struct life *life, bool there)
{
    const size_t first = life_draw(life, LIFE_PROFILES);
    for (size_t i = 0; i < LIFE_PROFILES; i++)
        if (life->there[(first + i) % LIFE_PROFILES] == there)
            return (first + i) % LIFE_PROFILES;
    return LIFE_NONE;
}

struct bytes life_bind(struct life *life, size_t which)
{
    struct chip *chip = &life->chip;
    struct bytes answer = chip_ask_hex(chip, "BF2E00");
    answer = chip_ask(chip, server_authenticate(&life->server, answer));
    answer = chip_ask(chip, server_prepare(&life->server, answer));
    return server_bind(&life->server, answer, life->packages[which],
                       bytes_of(life->iccid[which], CHIP_ICCID_SIZE));
}

/* The deeds */

void life_reset(struct life *life)
{
    card_power(&life->chip.card, life_draw(life, 2) ? CARD_RESET : CARD_OFF);
    need(life, SELECT_ISD_R);
}

void life_restart(struct life *life)
{
    char state[80];
    snprintf(state, sizeof(state), "%s/chip", life->chip.folder);
    card_close(&life->chip.card);
    MEASURE_NEED(startup_card(&(struct startup_plan){.state = state}, &life->chip.card) == 0);
    need(life, SELECT_ISD_R);
}

static void download(struct life *life)
{
    struct session session;
    const size_t which = life_pick(life, false);
    if (which == LIFE_NONE)
        return;
    session_run(&life->chip, &life->server, life->packages[which],
                bytes_of(life->iccid[which], CHIP_ICCID_SIZE), &session);
    life->there[which] = true;
}

/* As far as chance lets it come, which is never to the end. */
static void break_off(struct life *life)
{
    const size_t which = life_pick(life, false);
    if (which == LIFE_NONE)
        return;
    if (life_draw(life, 4) == 0) {
        (void)chip_ask_hex(&life->chip, "BF2E00");
        return;
    }
    struct bytes package = life_bind(life, which);
    package.len = life_draw(life, (uint32_t)package.len - 1) + 1;
    (void)chip_ask(&life->chip, package);
    (life_draw(life, 2) ? life_reset : life_restart)(life);
}

static void enable(struct life *life)
{
    const size_t which = life_pick(life, true);
    if (which == LIFE_NONE)
        return;
    MEASURE_NEED(change(life, 0xBF31, which) == (which == life->enabled ? 2 : 0));
    life->enabled = which;
    life->dirty = false;
}

static void disable(struct life *life)
{
    const size_t which = life_pick(life, true);
    if (which == LIFE_NONE)
        return;
    MEASURE_NEED(change(life, 0xBF32, which) == (which == life->enabled ? 0 : 2));
    if (which == life->enabled)
        life->enabled = LIFE_NONE;
}

static void delete_one(struct life *life)
{
    const size_t which = life_draw(life, LIFE_PROFILES);
    const uint8_t expected = !life->there[which] ? 1 : which == life->enabled ? 2 : 0;
    MEASURE_NEED(change(life, 0xBF33, which) == expected);
    if (expected == 0)
        life->there[which] = false;
}

static void files(struct life *life)
{
    struct bytes data;
    char text[64];
    if (life->enabled == LIFE_NONE)
        return;
    need(life, SELECT_USIM);
    need(life, "0020000A083535353535353535");
    need(life, "00A4000C026F7E");
    MEASURE_NEED(send(life, "00B0000001", &data) == SW_OK && data.len == 1);
    MEASURE_NEED(!life->dirty || data.data[0] == life->written);
    life->written = (uint8_t)life_draw(life, 256);
    life->dirty = true;
    snprintf(text, sizeof(text), "00D6000001%02X", life->written);
    need(life, text);
    need(life, SELECT_ISD_R);
}

static void authenticate(struct life *life)
{
    struct bytes data;
    char text[96];
    if (life->enabled == LIFE_NONE)
        return;
    need(life, SELECT_USIM);
    snprintf(text, sizeof(text), "008800812210%032X10%032X", life_draw(life, UINT32_MAX),
             life_draw(life, UINT32_MAX));
    const uint16_t status = send(life, text, &data);
    MEASURE_NEED(status == 0x9862 || status == 0x6982);
    need(life, SELECT_ISD_R);
}

static void notifications(struct life *life)
{
    const struct bytes answer = chip_ask_hex(&life->chip, "BF2800");
    uint8_t room[16];
    struct tlv whole, list, one, number;
    struct writer request = writer_on(room, sizeof(room));
    MEASURE_NEED(tlv_whole(answer, 0xBF28, &whole) && tlv_whole(whole.value, 0xA0, &list));
    if (!tlv_take(&list.value, &one))
        return;
    MEASURE_NEED(tlv_take_tag(&one.value, 0x80, &number));
    const size_t mark = tlv_open(&request, 0xBF30);
    writer_put(&request, number.whole);
    tlv_close(&request, mark);
    const struct bytes removed = chip_ask(&life->chip, writer_bytes(&request));
    MEASURE_NEED(removed.len == 6 && removed.data[5] == 0);
}

/* Profiles and states are those that the deeds have left. */
static void look(struct life *life)
{
    const struct bytes answer = chip_ask_hex(&life->chip, "BF2D055C035A9F70");
    struct tlv whole, list, one, iccid, state;
    size_t seen = 0, there = 0;
    MEASURE_NEED(tlv_whole(answer, 0xBF2D, &whole) && tlv_whole(whole.value, 0xA0, &list));
    for (; tlv_take_tag(&list.value, 0xE3, &one); seen++) {
        size_t which = 0;
        MEASURE_NEED(tlv_find(one.value, 0x5A, &iccid) && tlv_find(one.value, 0x9F70, &state));
        while (which < LIFE_PROFILES &&
               !bytes_equal(iccid.value, bytes_of(life->iccid[which], CHIP_ICCID_SIZE)))
            which++;
        MEASURE_NEED(which < LIFE_PROFILES && life->there[which]);
        MEASURE_NEED(state.value.data[0] == (which == life->enabled));
    }
    for (size_t i = 0; i < LIFE_PROFILES; i++)
        there += life->there[i];
    MEASURE_NEED(seen == there);
}

static void talk_nonsense(struct life *life)
{
    uint8_t room[NONSENSE_MAX];
    const size_t len = 4 + life_draw(life, NONSENSE_MAX - 4);
    for (size_t i = 0; i < len; i++)
        room[i] = (uint8_t)life_draw(life, 256);
    (void)chip_transmit(&life->chip, bytes_of(room, len));
    life->dirty = false;
    life_reset(life);
}

static void forget_all(struct life *life)
{
    const struct bytes answer = chip_ask_hex(&life->chip, "BF3404820205E0");
    MEASURE_NEED(answer.len == 6 && (answer.data[5] == 0 || answer.data[5] == 1));
    for (size_t i = 0; i < LIFE_PROFILES; i++)
        life->there[i] = false;
    life->enabled = LIFE_NONE;
}

/* clang-format off */
static const struct deed {
    const char *name;
    void (*run)(struct life *life);
    uint32_t weight;
} deeds[] = {
    {"download", download, 8},
    {"download broken off", break_off, 4},
    {"enable", enable, 6},
    {"disable", disable, 4},
    {"delete", delete_one, 5},
    {"files", files, 6},
    {"AUTHENTICATE", authenticate, 4},
    {"notification removed", notifications, 12},
    {"look", look, 6},
    {"fault on a change", life_struck_change, 8},
    {"fault on a download", life_struck_load, 4},
    {"nonsense", talk_nonsense, 6},
    {"reset", life_reset, 3},
    {"restart", life_restart, 2},
    {"memory reset", forget_all, 1},
};
/* clang-format on */
#define DEEDS (sizeof(deeds) / sizeof(deeds[0]))

static size_t choose(struct life *life)
{
    uint32_t all = 0;
    for (size_t i = 0; i < DEEDS; i++)
        all += deeds[i].weight;
    uint32_t lot = life_draw(life, all);
    size_t which = 0;
    for (; lot >= deeds[which].weight; which++)
        lot -= deeds[which].weight;
    return which;
}

/* The heap with an empty chip that has just started, but for SQLite's caches, which have a bound. 0
 * where another allocator than the C library's, valgrind's or a sanitizer's, looks after leaks. */
static size_t held(struct life *life)
{
    forget_all(life);
    chip_clear(&life->chip);
    life_restart(life);
    const size_t heap = mallinfo2().uordblks, cached = (size_t)sqlite3_memory_used();
    return heap > cached ? heap - cached : 0;
}

static void begin(struct life *life, uint64_t seed)
{
    chip_init(&life->chip);
    server_init(&life->server, life->chip.pki);
    life->chance = chance_begin(seed);
    life->enabled = LIFE_NONE;
    for (size_t i = 0; i < LIFE_PROFILES; i++)
        life->packages[i] = soak_package_read(names[i], life->iccid[i]);
}

static void end(struct life *life)
{
    server_finish(&life->server);
    chip_finish(&life->chip);
    for (size_t i = 0; i < LIFE_PROFILES; i++)
        free((void *)(uintptr_t)life->packages[i].data);
}

/* Deeds up to the next check of memory; false if it has grown. */
static bool live(struct life *life, size_t *first, size_t done[DEEDS])
{
    for (size_t i = 0; i < DEEDS_BETWEEN_CHECKS; i++) {
        const size_t which = choose(life);
        deeds[which].run(life);
        done[which]++;
    }
    look(life);
    const size_t now = held(life);
    if (*first == 0)
        *first = now;
    printf("%zu bytes held, %zu at first\n", now, *first);
    fflush(stdout);
    return now <= *first + GROWTH_MAX;
}

int main(int argc, char **argv)
{
    static struct life life;
    size_t done[DEEDS] = {0}, first = 0;
    const uint64_t seconds = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : measure_time();
    const uint64_t until = measure_time() + seconds * NANOSECONDS;
    bool flat = true;
    printf("seed %" PRIu64 "\n", seed);
    begin(&life, seed);
    do
        flat = live(&life, &first, done);
    while (flat && measure_time() < until);
    for (size_t i = 0; i < DEEDS; i++)
        printf("%-24s %zu\n", deeds[i].name, done[i]);
    printf("%-24s %zu\n", "faults that struck", life.struck);
    end(&life);
    if (!flat)
        printf("memory grows\n");
    return flat ? 0 : 1;
}
