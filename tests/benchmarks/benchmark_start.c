/* From the start of the process to its ATR in the reader, and the process's own memory then: the
 * card with one enabled TS.48 profile beside a bare program that loads OpenSSL and opens the same
 * store. */
#include <stdio.h>

#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/memory_map.h"
#include "tests/benchmarks/plugged.h"

#define LIMIT 3.0
#define LIMIT_MEMORY 1.0 /* as megabytes; a bare program has 0.8 */
#define ROUNDS 60
#define MILLISECONDS 1000000.0
#define MEGABYTE 1048576.0

typedef void starter(struct plugged *card, const struct plugged_chip *chip);

static void sample(starter *begin, const struct plugged_chip *chip, struct measure *time,
                   struct measure *memory)
{
    struct plugged card;
    const uint64_t before = measure_time();
    begin(&card, chip);
    measure_add(time, (double)(measure_time() - before));
    measure_add(memory, plugged_memory(&card));
    plugged_stop(&card);
}

static void map(starter *begin, const struct plugged_chip *chip, const char *title)
{
    struct plugged card;
    begin(&card, chip);
    memory_map_print(card.process.pid, title);
    plugged_stop(&card);
}

/* Chance and ciphers are fetched when they are first wanted. */
static double memory_in_use(const struct plugged_chip *chip)
{
    struct plugged card;
    plugged_start_emuicc(&card, chip);
    plugged_need(&card, "00A4040C10A0000005591010FFFFFFFF8900000100", "9000");
    plugged_need(&card, "80E2910003BF2E00", "9000");
    plugged_need(&card, "00A4040C07A0000000871002", "9000");
    plugged_need(&card,
                 "00880081221000112233445566778899AABBCCDDEEFF1000112233445566778899AABBCCDDEEFF",
                 "9862");
    const double memory = plugged_memory(&card);
    plugged_stop(&card);
    return memory;
}

int main(void)
{
    static struct measure time, bare_time, memory, bare_memory;
    struct plugged_chip chip;
    const size_t rounds = measure_rounds(ROUNDS);
    plugged_make_chip(&chip);
    for (size_t i = 0; i < rounds; i++) {
        sample(plugged_start_null, &chip, &bare_time, &bare_memory);
        sample(plugged_start_emuicc, &chip, &time, &memory);
    }
    const double in_use = memory_in_use(&chip);
    const double base = measure_undisturbed(&bare_time),
                 base_memory = measure_undisturbed(&bare_memory);
    measure_title("start to ready, existing store", "real/ms", "x bare");
    measure_row("bare program", base / MILLISECONDS, 1, MEASURE_NO_GOAL);
    measure_row("emuicc", measure_undisturbed(&time) / MILLISECONDS,
                measure_undisturbed(&time) / base, LIMIT);
    measure_title("own memory (RssAnon), one enabled TS.48 profile", "MB", "x bare");
    measure_row("bare program", base_memory / MEGABYTE, 1, MEASURE_NO_GOAL);
    measure_row("emuicc", measure_undisturbed(&memory) / MEGABYTE,
                measure_undisturbed(&memory) / base_memory, MEASURE_NO_GOAL);
    measure_title("own memory (RssAnon) by itself", "MB", "MB");
    measure_row("emuicc", measure_undisturbed(&memory) / MEGABYTE,
                measure_undisturbed(&memory) / MEGABYTE, LIMIT_MEMORY);
    measure_row("the same after a challenge and an AUTHENTICATE", in_use / MEGABYTE,
                in_use / MEGABYTE, MEASURE_NO_GOAL);
    map(plugged_start_null, &chip, "where it is: bare program");
    map(plugged_start_emuicc, &chip, "where it is: emuicc");
    plugged_remove_chip(&chip);
    return measure_verdict();
}
