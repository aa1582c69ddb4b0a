#include <criterion/criterion.h>

#include "apdu/command.h"
#include "apdu/status.h"

static int nothing(void *state, const struct apdu *apdu, struct writer *response)
{
    (void)state;
    (void)apdu;
    (void)response;
    return 0;
}

static const struct command_row rows[] = {
    {"SELECT", 0x00, 0xA4, APDU_CASE_3 | APDU_CASE_4, nothing, "TS 102 221 §11.1.1"},
    {"READ BINARY", 0x00, 0xB0, APDU_CASE_2, nothing, "TS 102 221 §11.1.3"},
    {"STORE DATA", 0x80, 0xE2, APDU_CASE_3 | APDU_CASE_4, nothing, "SGP.22 §5.7.2"},
};
static const struct command_table table = {rows, sizeof(rows) / sizeof(rows[0])};

Test(command, the_matcher_says_what_is_wrong)
{
    const struct {
        struct bytes command;
        int result;
        const struct command_row *row;
    } cases[] = {
        {BYTES(0x00, 0xA4, 0, 4, 2, 0x3F, 0), 0, &rows[0]},
        {BYTES(0x01, 0xA4, 0, 4, 2, 0x3F, 0), 0, &rows[0]},
        {BYTES(0x41, 0xB0, 0, 0, 1), 0, &rows[1]},
        {BYTES(0x83, 0xE2, 0x91, 0, 1, 0), 0, &rows[2]},
        {BYTES(0x00, 0xB0, 0, 0), SW_WRONG_LENGTH, NULL},
        {BYTES(0x00, 0xE2, 0, 0), SW_INSTRUCTION, NULL},
        {BYTES(0x80, 0xA4, 0, 0), SW_INSTRUCTION, NULL},
        {BYTES(0xA0, 0xA4, 0, 0), SW_CLASS, NULL},
        {BYTES(0xFF, 0xA4, 0, 0), SW_CLASS, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct command_row *row = NULL;
        struct apdu apdu;
        cr_assert_eq(apdu_parse(cases[i].command, &apdu), 0);
        cr_assert_eq(command_match(&table, &apdu, &row), cases[i].result, "row %zu", i);
        cr_assert_eq(row, cases[i].row, "row %zu", i);
    }
}
