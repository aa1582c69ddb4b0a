/* A download on P-256, driven through card_transmit(): the card's CPU, step by step, beside what
 * OpenSSL alone takes for the same elliptic-curve work; everything but the installation at most
 * LIMIT times that. */
#include <stdio.h>

#include "tests/benchmarks/floor.h"
#include "tests/benchmarks/measure.h"
#include "tests/support/memory_disk.h"
#include "tests/benchmarks/package_file.h"
#include "tests/benchmarks/session.h"

#define LIMIT 1.2       /* everything but the installation */
#define LIMIT_WHOLE 2.0 /* installation included */
#define ROUNDS 300
#define WARM_UP 5
#define PACKAGE "TS48v4_SAIP2.3_BERTLV"

static struct chip chip;
static struct server server;

struct result {
    struct measure floor, floor_again, decode, store, commit, other_commits, whole, remainder,
        steps[SESSION_STEPS];
    size_t commands;
};

/* In turn, so that whatever disturbs one disturbs the other. */
static void round_of(struct floor *floor, struct bytes package, struct bytes iccid,
                     struct result *out)
{
    struct session session;
    const struct floor_cost base = floor_measure(floor);
    session_run(&chip, &server, package, iccid, &session);
    chip_clear(&chip);
    measure_add(&out->floor, base.once);
    measure_add(&out->floor_again, base.again);
    measure_add(&out->decode, session.decode);
    measure_add(&out->store, session.store);
    measure_add(&out->commit, session.commit);
    measure_add(&out->other_commits, session.other_commits);
    measure_add(&out->whole, session_total(&session));
    measure_add(&out->remainder, session_total(&session) - session_installation(&session));
    for (int step = 0; step < SESSION_STEPS; step++)
        measure_add(&out->steps[step], session.spent[step]);
    out->commands = session.commands;
}

static void print(size_t block, struct result *result)
{
    char title[80];
    snprintf(title, sizeof(title), "download, blocks of %zu bytes, %zu APDUs", block,
             result->commands);
    struct measure *const base = &result->floor;
    measure_title(title, "CPU/us", "x floor");
    measure_compare("floor: OpenSSL alone", &result->floor, base, MEASURE_NO_GOAL);
    measure_compare("floor over and over, caches warm", &result->floor_again, base,
                    MEASURE_NO_GOAL);
    for (int step = 0; step < SESSION_STEPS; step++)
        measure_compare(session_step_names[step], &result->steps[step], base, MEASURE_NO_GOAL);
    measure_compare("installation: decode", &result->decode, base, MEASURE_NO_GOAL);
    measure_compare("installation: rows in the store", &result->store, base, MEASURE_NO_GOAL);
    measure_compare("installation: commit", &result->commit, base, MEASURE_NO_GOAL);
    measure_compare("other commits", &result->other_commits, base, MEASURE_NO_GOAL);
    measure_compare("everything but the installation", &result->remainder, base, LIMIT);
    measure_compare("the same beside the floor over and over", &result->remainder,
                    &result->floor_again, MEASURE_NO_GOAL);
    measure_compare("whole", &result->whole, base, LIMIT_WHOLE);
}

static void benchmark(struct floor *floor, const struct package_file *file, size_t block)
{
    static struct result result, unused;
    uint8_t iccid[CHIP_ICCID_SIZE];
    const size_t rounds = measure_rounds(ROUNDS);
    result = unused = (struct result){0};
    chip.block = block;
    (void)chip_install(&chip, package_file_bytes(file));
    chip_first_iccid(&chip, iccid);
    chip_clear(&chip);
    for (size_t i = 0; i < WARM_UP; i++)
        round_of(floor, package_file_bytes(file), bytes_of(iccid, sizeof(iccid)), &unused);
    for (size_t i = 0; i < rounds; i++)
        round_of(floor, package_file_bytes(file), bytes_of(iccid, sizeof(iccid)), &result);
    print(block, &result);
}

int main(void)
{
    static const size_t blocks[] = {CHIP_BLOCK_MAX, 120}; /* lpac sends 120 */
    struct floor floor;
    floor_start(&floor);
    memory_disk_start();
    chip_init(&chip);
    server_init(&server, chip.pki);
    const struct package_file *file = package_file_read(PACKAGE);
    printf("package %s, %zu bytes\n", file->name, file->len);
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
        benchmark(&floor, file, blocks[i]);
    server_finish(&server);
    chip_finish(&chip);
    floor_stop(&floor);
    return measure_verdict();
}
