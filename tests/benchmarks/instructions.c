/* instructions: the work that instructions.sh has callgrind count: a number of rows, each ended by
 * instructions_end_of_row(), whose names go to standard output in that order. Only what happens
 * within card_transmit() is counted. */
#include <stdio.h>

#include "card/control/watch.h"
#include "tests/benchmarks/commands.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/package_file.h"
#include "tests/benchmarks/session.h"

#define SKIPPED 77 /* as Meson knows it */
#define TIMES 10
#define OBSERVED "READ BINARY, EF.ICCID"
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

static void ignore_power(struct observer *self, enum card_power power, struct bytes atr)
{
    (void)self, (void)power, (void)atr;
}

static void ignore_bytes(struct observer *self, struct bytes bytes)
{
    (void)self, (void)bytes;
}

static void run_row(const struct commands_row *row, const char *name)
{
    struct commands_turn turn;
    commands_prepare(&chip, row, &turn);
    commands_run(&chip, &turn);
    not_counted();
    for (int i = 0; i < TIMES; i++)
        commands_run(&chip, &turn);
    instructions_end_of_row(name, TIMES);
}

static void commands(void)
{
    for (size_t row = 0; row < commands_count; row++)
        run_row(&commands_rows[row], commands_rows[row].name);
}

/* The same command while somebody looks: an observer that does nothing, and the inspector. */
static void observed(void)
{
    static const struct observer_kind null = {ignore_power, ignore_bytes, ignore_bytes, NULL, NULL};
    struct observer observer = {&null, NULL};
    uint8_t room[256];
    struct writer answer = writer_on(room, sizeof(room));
    const struct commands_row *row = commands_rows;
    while (strcmp(row->name, OBSERVED) != 0)
        row++;
    card_observe(&chip.card, &observer);
    run_row(row, OBSERVED ", null observer");
    chip.card.observers = NULL;
    (void)watch_request(&chip.card, bytes_of_text("0"), &answer);
    run_row(row, OBSERVED ", watched");
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
    observed();
    server_finish(&server);
    chip_finish(&chip);
    return 0;
}
