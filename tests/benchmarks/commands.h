/* commands: what a card in daily use is asked, on a chip whose TS.48 profile is enabled. */
#ifndef EMUICC_TESTS_BENCHMARKS_COMMANDS_H
#define EMUICC_TESTS_BENCHMARKS_COMMANDS_H

#include "tests/benchmarks/chip.h"

struct commands_row {
    const char *name;
    const char *before[3]; /* selects what it is about; NULL: no more */
    const char *command;
    uint16_t status; /* that it must end with */
    /* Makes it another command for the next time; NULL: it stays the same. */
    void (*vary)(uint8_t *command);
};
/* The first is refused by the UICC, the one named COMMANDS_UNKNOWN_TAG by the ISD-R. */
extern const struct commands_row commands_rows[];
extern const size_t commands_count;
#define COMMANDS_UNKNOWN_TAG "STORE DATA, unknown tag"

/* The chip gets the package, enabled. */
void commands_make_ready(struct chip *chip, struct bytes package);
/* A row whose turn it is. */
struct commands_turn {
    const struct commands_row *row;
    uint8_t command[APDU_COMMAND_MAX];
    size_t len;
};
/* Selects what the row is about. */
void commands_prepare(struct chip *chip, const struct commands_row *row, struct commands_turn *out);
/* The command once, all of its answer. */
void commands_run(struct chip *chip, struct commands_turn *turn);

#endif
