/* instructions: the work that instructions.sh has callgrind count: a number of rows, each ended by
 * instructions_end_of_row(), whose names go to standard output in that order. Only what happens
 * within card_transmit() is counted. */
#include <stdio.h>

#include "tests/benchmarks/commands.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/package_file.h"
#include "tests/benchmarks/session.h"

#define SKIPPED 77 /* as Meson knows it */
#define TIMES 10
#define PACKAGE "TS48v4_SAIP2.3_BERTLV"

static struct chip chip;

/* Callgrind writes down what it has counted when this returns. */
void instructions_end_of_row(const char *name, int times);
__attribute__((noipa)) void instructions_end_of_row(const char *name, int times)
{
    printf("%d %s\n", times, name);
    fflush(stdout);
}

static void not_counted(void)
{
    instructions_end_of_row("-", 1);
}

static void commands(void)
{
    struct commands_turn turn;
    for (size_t row = 0; row < commands_count; row++) {
        commands_prepare(&chip, &commands_rows[row], &turn);
        commands_run(&chip, &turn);
        not_counted();
        for (int i = 0; i < TIMES; i++)
            commands_run(&chip, &turn);
        instructions_end_of_row(commands_rows[row].name, TIMES);
    }
}

/* The second one: the first prepares the store's statements. */
static void download(struct bytes package, struct server *server)
{
    struct session session;
    uint8_t iccid[CHIP_ICCID_SIZE];
    (void)chip_install(&chip, package);
    chip_first_iccid(&chip, iccid);
    for (int i = 0; i < 2; i++) {
        chip_clear(&chip);
        not_counted();
        session_run(&chip, server, package, bytes_of(iccid, sizeof(iccid)), &session);
    }
    instructions_end_of_row("download of a TS.48 package", 1);
    chip_clear(&chip);
}

int main(void)
{
    static struct server server;
    const struct package_file *file = package_file_read(PACKAGE);
    const struct bytes package = package_file_bytes(file);
    if (strncmp(file->name, PACKAGE, strlen(PACKAGE)) != 0) {
        fprintf(stderr, "the packages of TS.48 are not at hand\n");
        return SKIPPED;
    }
    chip_init(&chip);
    server_init(&server, chip.pki);
    download(package, &server);
    commands_make_ready(&chip, package);
    commands();
    server_finish(&server);
    chip_finish(&chip);
    return 0;
}
