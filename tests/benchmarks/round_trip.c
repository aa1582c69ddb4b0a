#include "tests/benchmarks/round_trip.h"

#include "apdu/apdu.h"
#include "apdu/hex.h"
#include "tests/benchmarks/measure.h"

#define ROUNDS 2000
#define WARM_UP 50
#define SELECT_ISD_R "00A4040C10A0000005591010FFFFFFFF8900000100"
#define SELECT_USIM "00A4040C07A0000000871002"
#define STATUS_SIZE 2
/* First bytes. */
#define STATUS_SUCCESS 0x90
#define STATUS_BYTES_AVAILABLE 0x61

static const struct row {
    const char *name;
    const char *before[2]; /* selects what it is about */
    const char *command;
} rows[] = {
    {"SELECT by file id", {"00A4000C023F00"}, "00A4000C022FE2"},
    {"READ BINARY", {"00A4000C023F00", "00A4000C022FE2"}, "00B000000A"},
    /* The functions f2 to f5 of its algorithm; without a sequence number, so nothing is written. */
    {"AUTHENTICATE, GSM context", {SELECT_USIM}, "0088008011100102030405060708090A0B0C0D0E0F10"},
    {"GetEID", {SELECT_ISD_R}, "80E2910006BF3E035C015A00"},
    {"GetEUICCInfo1", {SELECT_ISD_R}, "80E2910003BF200000"},
};

static double trip(const struct round_trip_card *card, struct bytes command)
{
    const uint64_t before = measure_time();
    const struct bytes response = card->transmit(card->context, command);
    const double passed = (double)(measure_time() - before);
    MEASURE_NEED(response.len >= STATUS_SIZE);
    const uint8_t status = response.data[response.len - STATUS_SIZE];
    MEASURE_NEED(status == STATUS_SUCCESS || status == STATUS_BYTES_AVAILABLE);
    return passed;
}

static void send(const struct round_trip_card *card, const char *text)
{
    uint8_t room[APDU_COMMAND_MAX];
    struct writer command = writer_on(room, sizeof(room));
    MEASURE_NEED(hex_decode(text, &command));
    (void)trip(card, writer_bytes(&command));
}

static void benchmark(const struct row *row, const struct round_trip_card *card,
                      const struct round_trip_card *null_card, double limit)
{
    static struct measure cards, nulls;
    uint8_t room[APDU_COMMAND_MAX];
    struct writer command = writer_on(room, sizeof(room));
    const size_t rounds = measure_rounds(ROUNDS);
    cards = nulls = (struct measure){0};
    MEASURE_NEED(hex_decode(row->command, &command));
    for (size_t i = 0; i < 2 && row->before[i] != NULL; i++)
        send(card, row->before[i]);
    for (size_t i = 0; i < WARM_UP + rounds; i++) {
        const double without = trip(null_card, writer_bytes(&command));
        const double with = trip(card, writer_bytes(&command));
        if (i < WARM_UP)
            continue;
        measure_add(&nulls, without);
        measure_add(&cards, with);
    }
    measure_compare_pairs(row->name, &cards, &nulls, limit);
}

void round_trip_benchmark(const char *title, const struct round_trip_card *card,
                          const struct round_trip_card *null_card, double limit)
{
    measure_title(title, "real/us", "x null");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        benchmark(&rows[i], card, null_card, limit);
}
