/* The card's CPU for single commands, beside a refused instruction, and how often a durable UPDATE
 * makes the disk flush. */
#include <stdio.h>
#include <string.h>

#include "tests/benchmarks/commands.h"
#include "tests/benchmarks/measure.h"
#include "tests/support/memory_disk.h"
#include "tests/benchmarks/package_file.h"

#define ROUNDS 200
#define TIMES 50   /* a sample is of so many, since one is not much longer than the clock */
#define SKIPPED 77 /* as Meson knows it */
#define PACKAGE "TS48v4_SAIP2.3_BERTLV"
#define UPDATE "UPDATE BINARY"
#define UPDATES 1000
#define FLUSHES_LIMIT 1.01 /* one a command; checkpoints wait for idle time */
#define MICROSECONDS 1000.0

static struct chip chip;

static double sample(const struct commands_row *row)
{
    struct commands_turn turn;
    commands_prepare(&chip, row, &turn);
    const uint64_t before = measure_cpu();
    for (int i = 0; i < TIMES; i++)
        commands_run(&chip, &turn);
    return (double)measure_cpu_since(before) / TIMES;
}

static void commands(void)
{
    static struct measure rows[32];
    const size_t rounds = measure_rounds(ROUNDS);
    for (size_t i = 0; i < rounds; i++)
        for (size_t row = 0; row < commands_count; row++)
            measure_add(&rows[row], sample(&commands_rows[row]));
    const double base = measure_undisturbed(&rows[0]);
    measure_title("card CPU of a command", "CPU/us", "x 6D00");
    for (size_t row = 0; row < commands_count; row++) {
        const double value = measure_undisturbed(&rows[row]);
        measure_row(commands_rows[row].name, value / MICROSECONDS, value / base, MEASURE_NO_GOAL);
    }
}

static void flushes(void)
{
    struct commands_turn turn;
    for (size_t row = 0; row < commands_count; row++) {
        if (strncmp(commands_rows[row].name, UPDATE, strlen(UPDATE)) != 0)
            continue;
        commands_prepare(&chip, &commands_rows[row], &turn);
        (void)memory_disk_use();
        for (int i = 0; i < UPDATES; i++)
            commands_run(&chip, &turn);
        const struct memory_disk_use use = memory_disk_use();
        measure_title("what a durable UPDATE asks of the disk", "each", "each");
        measure_row("flushes", (double)use.syncs / UPDATES, (double)use.syncs / UPDATES,
                    FLUSHES_LIMIT);
        measure_row("bytes written", (double)use.written / UPDATES, (double)use.written / UPDATES,
                    MEASURE_NO_GOAL);
    }
}

int main(void)
{
    const struct package_file *file = package_file_read(PACKAGE);
    if (strncmp(file->name, PACKAGE, strlen(PACKAGE)) != 0) {
        fprintf(stderr,
                "the packages of TS.48, with whose keys AUTHENTICATE is, are not at hand\n");
        return SKIPPED;
    }
    memory_disk_start();
    chip_init(&chip);
    commands_make_ready(&chip, package_file_bytes(file));
    commands();
    flushes();
    chip_finish(&chip);
    return measure_verdict();
}
