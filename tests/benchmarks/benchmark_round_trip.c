/* APDU round trip on the bare vpcd socket: the card beside a null card that answers 9000 at once,
 * a command each in turn, real time. */
#include <stdio.h>

#include "measure.h"
#include "plugged.h"

#define LIMIT 1.25
#define ROUNDS 2000
#define WARM_UP 50
#define MICROSECONDS 1000.0
#define SELECT_ISD_R "00A4040C10A0000005591010FFFFFFFF8900000100"
#define STATUS_SIZE 2

static const struct command {
    const char *name;
    const char *before; /* selects what it is about */
    const char *then;
    const char *command;
} commands[] = {
    {"SELECT by file id", "00A4000C023F00", NULL, "00A4000C022FE2"},
    {"READ BINARY", "00A4000C023F00", "00A4000C022FE2", "00B000000A"},
    {"GetEID", SELECT_ISD_R, NULL, "80E2910006BF3E035C015A00"},
    {"GetEUICCInfo1", SELECT_ISD_R, NULL, "80E2910003BF200000"},
};

static double round_trip(struct plugged *card, struct bytes command)
{
    struct bytes response;
    const uint64_t before = measure_time();
    MEASURE_NEED(vpcd_peer_transmit(&card->peer, command, &response));
    const double passed = (double)(measure_time() - before);
    MEASURE_NEED(response.data[response.len - STATUS_SIZE] == 0x90);
    return passed;
}

static void benchmark(const struct command *row, struct plugged *card, struct plugged *null_card)
{
    static struct measure cards, nulls;
    uint8_t room[APDU_COMMAND_MAX];
    struct writer command = writer_on(room, sizeof(room));
    const size_t rounds = measure_rounds(ROUNDS);
    cards = nulls = (struct measure){0};
    MEASURE_NEED(hex_decode(row->command, &command));
    plugged_need(card, row->before, "9000");
    if (row->then != NULL)
        plugged_need(card, row->then, "9000");
    for (size_t i = 0; i < WARM_UP + rounds; i++) {
        const double without = round_trip(null_card, writer_bytes(&command));
        const double with = round_trip(card, writer_bytes(&command));
        if (i < WARM_UP)
            continue;
        measure_add(&nulls, without);
        measure_add(&cards, with);
    }
    const double value = measure_undisturbed(&cards);
    measure_row(row->name, value / MICROSECONDS, value / measure_undisturbed(&nulls), LIMIT);
}

int main(void)
{
    struct plugged_chip chip;
    struct plugged card, null_card;
    plugged_make_chip(&chip);
    plugged_start_emuicc(&card, &chip);
    plugged_start_null(&null_card, NULL);
    measure_title("APDU round trip on vpcd's socket", "real/us", "x null");
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        benchmark(&commands[i], &card, &null_card);
    plugged_stop(&card);
    plugged_stop(&null_card);
    plugged_remove_chip(&chip);
    return measure_verdict();
}
